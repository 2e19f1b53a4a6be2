import pytest

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


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"groups": [{"email": 1}]}, "groups[0].email (Google Workspace Directory group email)"),
        ({"groups": [1]}, "groups[0]"),
        ({"groups": 1}, "groups (The groups)"),
    ],
)
def test_a_complaint_quotes_the_description_of_its_property(value: object, place: str) -> None:
    """A complaint quotes the description of its property, as recorded; items have none."""
    email = {"type": "string", "description": "Google Workspace Directory group email"}
    groups = {"type": "array", "description": "The groups", "items": {"type": "object", "properties": {"email": email}}}
    (complaint,) = complaints({"properties": {"groups": groups}}, value)
    assert complaint.sentence("Payload").endswith(f" on property {place}.")
