"""`response_type=id_token` with `response_mode=form_post`, as server-side SDKs log in."""

from support.hosted import CALLBACK, House, Person

FORM = {
    "response_type": "id_token",
    "response_mode": "form_post",
    "code_challenge": None,
    "code_challenge_method": None,
}


def test_an_id_token_comes_by_a_form(house: House, person: Person) -> None:
    person.start(**FORM)
    person.sign_up()
    person.enroll()
    person.enter(house.code())
    (form,) = person.page.forms
    fields = {field.name: field.value for field in form.fields}
    assert form.action == CALLBACK
    assert fields.keys() == {"id_token", "state"}
    claims = house.claims(fields["id_token"])
    assert (claims["nonce"], claims["amr"]) == ("some-nonce", ["mfa"])


def test_other_ways_to_send_an_id_token_are_not_served(person: Person) -> None:
    person.start(**(FORM | {"response_mode": None}))
    assert person.answer["error"] == "unsupported_response_type"


def test_an_id_token_needs_a_nonce_and_its_grant(house: House, person: Person) -> None:
    person.start(**(FORM | {"nonce": None}))
    assert "invalid_request" in person.response.text
    client_id = house.application(grant_types=["authorization_code"])
    person.start(**(FORM | {"client_id": client_id}))
    assert "unauthorized_client" in person.response.text
