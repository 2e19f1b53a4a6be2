from mfa_setup.sandbox.auth0.validation import complaints


def test_the_complaints_of_a_choice_count_from_the_property_that_holds_it() -> None:
    """The complaints of a choice count from the property that holds it, as recorded of network ACLs."""
    action = {"anyOf": [{"type": "object", "required": [name]} for name in ("block", "allow")]}
    whole = {"properties": {"rule": {"properties": {"action": action}}}}
    (complaint,) = complaints(whole, {"rule": {"action": {}}})
    assert complaint.sentence("Payload") == (
        "Payload validation error: 'None of the valid schemas were met' on property rule.action. Inner errors: [ "
        "Payload validation error: 'Missing required property: block' on property action. (also) "
        "Payload validation error: 'Missing required property: allow' on property action. ]."
    )
