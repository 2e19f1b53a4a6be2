"""Applications that require an organization."""

from typing import Any

import httpx
import jwt
import pytest

from support.hosted import House, Person

REQUIRE = {"organization_usage": "require"}


@pytest.fixture
def acme(house: House) -> dict[str, Any]:
    """An organization."""
    return dict(house.lab.control("organizations", {"name": "acme"}))


def test_without_an_organization_the_login_is_refused(house: House, person: Person) -> None:
    person.start(client_id=house.application(**REQUIRE))
    assert person.answer["error"] == "invalid_request"
    assert person.answer["error_description"] == "parameter organization is required for this client"


def test_the_tokens_name_the_organization(house: House, person: Person, acme: dict[str, Any]) -> None:
    client_id = house.application(**REQUIRE)
    person.start(client_id=client_id, organization=acme["id"])
    person.sign_up()
    person.enroll()
    person.enter(house.code())
    tokens = person.exchange(client_id=client_id).json()
    assert house.claims(tokens["id_token"], client_id)["org_id"] == acme["id"]


def test_an_access_token_for_an_api_names_it_as_well(house: House, person: Person, acme: dict[str, Any]) -> None:
    house.policy()
    client_id = house.application(organization_usage="allow")
    person.start(client_id=client_id, organization=acme["id"], audience=f"{house.lab.sandbox.url}/mfa/")
    person.sign_up()
    token = person.exchange(client_id=client_id).json()["access_token"]
    assert jwt.decode(token, options={"verify_signature": False})["org_id"] == acme["id"]


def test_an_organization_that_does_not_exist_is_refused(house: House, person: Person) -> None:
    person.start(client_id=house.application(**REQUIRE), organization="org_nobody")
    assert person.answer["error"] == "invalid_request"


def test_a_name_counts_where_the_tenant_allows_names(house: House, person: Person, acme: dict[str, Any]) -> None:
    client_id = house.application(**REQUIRE)
    person.start(client_id=client_id, organization=acme["name"])
    assert person.answer["error"] == "invalid_request"
    house.lab.auth0("PATCH", "tenants/settings", {"allow_organization_name_in_authentication_api": True})
    person.start(client_id=client_id, organization=acme["name"])
    assert "/u/login" in person.address


def test_an_application_that_knows_no_organizations_takes_none(person: Person, acme: dict[str, Any]) -> None:
    person.start(organization=acme["id"])
    assert person.answer["error_description"] == "parameter organization is not allowed for this client"


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "Not A Name"}, {"name": 1}])
def test_what_is_no_name_is_refused(house: House, body: dict[str, object]) -> None:
    assert httpx.post(f"{house.lab.sandbox.url}/_sandbox/organizations", json=body, trust_env=False).status_code == 400


def test_a_name_is_taken_once(house: House, acme: dict[str, Any]) -> None:
    body = {"name": acme["name"]}
    assert httpx.post(f"{house.lab.sandbox.url}/_sandbox/organizations", json=body, trust_env=False).status_code == 400
