"""Limits of the policy in real logins: the Action that the command has deployed decides which of them are asked."""

from collections.abc import Callable
from typing import Any

import pytest

from support import scene
from support.flow import login, sign_up, where
from support.hosted import EMAIL, House, Person
from support.lab import Run

PORTAL, SHOP, STAFF = "Acme Portal", "Shop", "Staff"
OTHER = "kim@example.com"
Limit = Callable[..., None]
Changes = dict[str, str]


def amr(person: Person, client_id: str) -> Any:
    """How the ID token says that its user has logged in."""
    tokens = person.exchange(client_id=client_id).json()
    return person.house.claims(tokens["id_token"], client_id).get("amr")


def by_application(house: House) -> tuple[list[str], Changes, Changes]:
    """The limit, a login that is inside it, and one that is not."""
    return ["--only-application", PORTAL], {}, {"client_id": house.application(name=SHOP)}


def by_connection(house: House) -> tuple[list[str], Changes, Changes]:
    """The application has two connections, one of which is meant."""
    made = house.lab.auth0("POST", "connections", {"name": STAFF, "strategy": "auth0"})["id"]
    house.lab.auth0("PATCH", f"connections/{made}/clients", [{"client_id": house.client_id, "status": True}])
    return ["--only-connection", STAFF], {"connection": STAFF}, {"connection": scene.CONNECTION}


def by_organization(house: House) -> tuple[list[str], Changes, Changes]:
    """The application takes logins with an organization and without one."""
    acme = house.lab.auth0("POST", "organizations", {"name": "acme"})["id"]
    house.lab.auth0("PATCH", f"clients/{house.client_id}", {"organization_usage": "allow"})
    return ["--only-organization", "acme"], {"organization": acme}, {}


@pytest.mark.parametrize("house", ["unified", "legacy"], indirect=True)
@pytest.mark.parametrize("kind", [by_application, by_connection, by_organization])
def test_a_login_inside_the_limit_is_asked_and_one_outside_is_not(
    house: House, limit: Limit, kind: Callable[[House], tuple[list[str], Changes, Changes]]
) -> None:
    limits, inside, outside = kind(house)
    limit(*limits)
    asked, spared = house.browser(), house.browser()
    assert sign_up(asked, **inside) == "mfa-sms-enrollment"
    asked.enroll()
    asked.enter(house.code())
    assert amr(asked, house.client_id) == ["mfa"]
    assert login(house, **inside) == "mfa-sms-challenge"
    spared.start(**outside)
    spared.sign_up(OTHER)
    assert where(spared) == "callback"
    assert amr(spared, outside.get("client_id", house.client_id)) is None
    assert login(house, OTHER, **outside) == "callback"
    assert "actions_execution_failed" not in house.events()


@pytest.fixture
def admin(house: House) -> str:
    """A role that one of two users has; its ID."""
    for email in (EMAIL, OTHER):
        person = house.browser()
        person.start()
        person.sign_up(email)
    role = str(house.lab.auth0("POST", "roles", {"name": "admin"})["id"])
    house.lab.auth0("POST", f"users/{user_id(house)}/roles", {"roles": [role]})
    return role


def user_id(house: House, email: str = EMAIL) -> str:
    """The ID of a user."""
    return str(next(user["user_id"] for user in house.people.users.values() if user["email"] == email))


def test_who_has_the_role_is_asked_as_long_as_they_have_it(house: House, admin: str, limit: Limit) -> None:
    limit("--only-role", "admin")
    assert login(house) == "mfa-sms-enrollment"
    assert login(house, OTHER) == "callback"
    house.lab.auth0("DELETE", f"users/{user_id(house)}/roles", {"roles": [admin]})
    assert login(house) == "callback"


def test_a_login_has_to_be_inside_every_limit(house: House, admin: str, shop: str, limit: Limit) -> None:
    assert admin
    limit("--only-role", "admin", "--only-application", PORTAL)
    assert login(house) == "mfa-sms-enrollment"
    assert login(house, client_id=shop) == "callback"
    assert login(house, OTHER) == "callback"


def test_one_of_several_values_is_enough(house: House, person: Person, shop: str, limit: Limit) -> None:
    limit("--only-application", PORTAL, "--only-application", SHOP)
    assert sign_up(person) == "mfa-sms-enrollment"
    assert login(house, client_id=shop) == "mfa-sms-enrollment"
    assert login(house, client_id=house.application(name="Intranet")) == "callback"


def test_each_change_of_the_limits_counts_for_the_next_login(
    house: House, person: Person, shop: str, run: Run, limit: Limit
) -> None:
    limit("--only-application", PORTAL)
    assert sign_up(person, client_id=shop) == "callback"
    limit("--only-application", SHOP)
    assert (login(house), login(house, client_id=shop)) == ("callback", "mfa-sms-enrollment")
    limit("--everyone")
    assert (login(house), login(house, client_id=shop)) == ("mfa-sms-enrollment", "mfa-sms-enrollment")
    assert run("policy", "never", "--yes", env=house.lab.env).code == 0
    assert (login(house), login(house, client_id=shop)) == ("callback", "callback")
