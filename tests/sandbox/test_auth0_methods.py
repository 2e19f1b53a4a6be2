from typing import Any

import httpx
import pytest

from mfa_setup.sandbox.server import Sandbox

PHONE = {"type": "phone", "phone_number": "+14155550123", "preferred_authentication_method": "sms"}
USER = {"connection": "Username-Password-Authentication", "email": "ada@example.com", "password": "correct horse"}


@pytest.fixture
def user(api: httpx.Client) -> str:
    """The path of a user."""
    return f"/users/{api.post('/users', json=USER).json()['user_id']}"


@pytest.fixture
def methods(user: str) -> str:
    """The path of the user's authentication methods."""
    return f"{user}/authentication-methods"


def test_a_phone_is_confirmed_at_once_and_listed(api: httpx.Client, methods: str) -> None:
    made = api.post(methods, json=PHONE | {"name": "mine"})
    assert made.status_code == 201
    (listed,) = api.get(methods).json()
    assert listed["confirmed"] is True
    assert listed["id"].startswith("phone|dev_")
    assert [way["type"] for way in listed["authentication_methods"]] == ["sms", "voice"]
    assert {name: listed[name] for name in (*PHONE, "name")} == PHONE | {"name": "mine"}
    assert {name: value for name, value in listed.items() if name not in ("confirmed", "enrolled_at")} == made.json()
    assert api.get(f"{methods}/{listed['id']}").json() == listed


def test_a_phone_number_is_there_once(api: httpx.Client, methods: str) -> None:
    api.post(methods, json=PHONE)
    assert api.post(methods, json=PHONE).status_code == 409
    assert api.post(methods, json=PHONE | {"phone_number": "+14155550199"}).status_code == 201


def test_totals_are_under_authenticators(api: httpx.Client, methods: str) -> None:
    api.post(methods, json=PHONE)
    answer = api.get(methods, params={"include_totals": True}).json()
    assert (answer["total"], answer["start"], answer["limit"], len(answer["authenticators"])) == (1, 0, 50, 1)


def test_a_secret_is_shown_when_it_is_made_and_never_again(api: httpx.Client, methods: str) -> None:
    made = api.post(methods, json={"type": "totp", "totp_secret": "JBSWY3DPEHPK3PXP"}).json()
    assert made["totp_secret"] == "JBSWY3DPEHPK3PXP"
    assert "totp_secret" not in api.get(methods).json()[0]


def test_a_put_replaces_them_all_or_none(api: httpx.Client, methods: str) -> None:
    api.post(methods, json=PHONE)
    email = {"type": "email", "email": "ada@example.com"}
    assert api.put(methods, json=[email, email]).status_code == 409
    assert [method["type"] for method in api.get(methods).json()] == ["phone"]
    replaced = api.put(methods, json=[email])
    assert (replaced.status_code, replaced.json()[0]["email"]) == (200, "ada@example.com")
    assert [method["type"] for method in api.get(methods).json()] == ["email"]


def test_one_method_is_changed_and_removed(api: httpx.Client, methods: str) -> None:
    one = f"{methods}/{api.post(methods, json=PHONE).json()['id']}"
    assert api.patch(one, json={"preferred_authentication_method": "voice"}).json()[
        "preferred_authentication_method"
    ] == ("voice")
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404
    assert api.get(methods).json() == []


@pytest.mark.parametrize(
    "body",
    [
        {"type": "pigeon"},
        {"type": "phone"},
        {"type": "phone", "phone_number": "1"},
        PHONE | {"preferred_authentication_method": "pigeon"},
        PHONE | {"colour": "red"},
        {},
    ],
)
def test_a_method_that_breaks_the_schema_is_refused(api: httpx.Client, methods: str, body: Any) -> None:
    assert api.post(methods, json=body).json()["errorCode"] == "invalid_body"


def test_without_the_user_there_is_a_404_but_removing_is_204(api: httpx.Client) -> None:
    base = "/users/auth0%7Cnobody"
    for answer in (
        api.get(f"{base}/authentication-methods"),
        api.post(f"{base}/authentication-methods", json=PHONE),
        api.get(f"{base}/enrollments"),
        api.post("/guardian/enrollments/ticket", json={"user_id": "auth0|nobody"}),
    ):
        assert (answer.status_code, answer.json()["errorCode"]) == (404, "inexistent_user")
    assert api.delete(f"{base}/authentication-methods").status_code == 204


def test_the_same_phone_is_an_enrolment(api: httpx.Client, user: str, methods: str) -> None:
    assert api.get(f"{user}/enrollments").json() == []
    device = api.post(methods, json=PHONE).json()["id"].removeprefix("phone|")
    (listed,) = api.get(f"{user}/enrollments").json()
    assert (listed["id"], listed["status"], listed["auth_method"]) == (device, "confirmed", "sms")
    assert listed["phone_number"] == PHONE["phone_number"]
    one = api.get(f"/guardian/enrollments/{device}").json()
    assert one.keys() == {"id", "status", "phone_number", "identifier", "enrolled_at"}
    assert api.delete(f"/guardian/enrollments/{device}").status_code == 204
    assert api.get(f"/guardian/enrollments/{device}").status_code == 404
    assert api.get(methods).json() == []


def test_all_authenticators_go_at_once(api: httpx.Client, user: str, methods: str) -> None:
    api.post(methods, json=PHONE)
    assert api.delete(f"{user}/authenticators").status_code == 204
    assert api.get(methods).json() == []


def test_an_unconfirmed_phone_is_no_enrolment_yet(sandbox: Sandbox, api: httpx.Client, user: str, methods: str) -> None:
    people = sandbox.world.first.people
    people.add_phone(user.removeprefix("/users/"), "+14155550123", confirmed=False)
    assert api.get(f"{user}/enrollments").json() == []
    assert api.get(methods).json()[0]["confirmed"] is False
    assert len(people.phones(user.removeprefix("/users/"))) == 1


def test_numbers_are_masked_once_the_tenants_flag_says_so(api: httpx.Client, user: str, methods: str) -> None:
    api.post(methods, json=PHONE)
    api.patch("/tenants/settings", json={"flags": {"disable_management_api_sms_obfuscation": False}})
    assert api.get(methods).json()[0]["phone_number"] == "XXXXXXXX0123"
    assert api.get(f"{user}/enrollments").json()[0]["phone_number"] == "XXXXXXXX0123"


def test_a_ticket_starts_an_enrolment(sandbox: Sandbox, api: httpx.Client, user: str) -> None:
    body = {"user_id": user.removeprefix("/users/"), "send_mail": False, "factor": "phone"}
    ticket = api.post("/guardian/enrollments/ticket", json=body).json()
    assert ticket["ticket_url"].endswith(ticket["ticket_id"])
    kept = sandbox.world.first.people.tickets
    assert kept[ticket["ticket_id"]]["factor"] == "phone"
    assert api.post("/guardian/enrollments/ticket", json=body | {"factor": "pigeon"}).status_code == 400


def test_with_the_user_go_their_methods(sandbox: Sandbox, api: httpx.Client, user: str, methods: str) -> None:
    api.post(methods, json=PHONE)
    api.delete(user)
    people = sandbox.world.first.people
    assert not any((people.users, people.passwords, people.methods, people.tickets))
