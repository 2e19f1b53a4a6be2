import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from mfa_setup.sandbox.auth0.custom_domains import custom_domain
from mfa_setup.sandbox.server import Sandbox

CONNECTION = "Username-Password-Authentication"
ADA = {"connection": CONNECTION, "email": "ada@example.com", "password": "correct horse"}


def create(api: httpx.Client, **body: Any) -> dict[str, Any]:
    answer = api.post("/users", json=ADA | body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def emails(answer: httpx.Response) -> list[str]:
    return [user["email"] for user in answer.json()]


@pytest.fixture
def three(api: httpx.Client) -> httpx.Client:
    """A client of a tenant with three users."""
    create(api, email="ada@example.com", name="Ada", user_metadata={"team": "engines"})
    create(api, email="bob@example.com", name="Bob", blocked=True)
    create(api, email="eve@example.org", name="Eve", username="eve")
    return api


def test_a_new_user_has_the_recorded_form(api: httpx.Client) -> None:
    made = create(api)
    assert re.fullmatch(r"auth0\|[0-9a-f]{24}", made["user_id"])
    local = made["user_id"].removeprefix("auth0|")
    assert made["identities"] == [
        {"connection": CONNECTION, "user_id": local, "provider": "auth0", "isSocial": False},
    ]
    assert (made["name"], made["nickname"], made["email_verified"]) == ("ada@example.com", "ada", False)
    assert not {"password", "connection", "logins_count", "blocked"} & made.keys()
    assert list(made) == sorted(made)
    assert api.get(f"/users/{made['user_id']}").json() == made


def test_a_password_is_kept_as_a_hash_only(sandbox: Sandbox, api: httpx.Client) -> None:
    user_id = create(api)["user_id"]
    people = sandbox.world.first.people
    assert people.has_password(user_id, "correct horse")
    assert not people.has_password(user_id, "wrong horse")
    assert b"horse" not in people.passwords[user_id]
    assert "last_password_reset" in api.patch(f"/users/{user_id}", json={"password": "battery staple"}).json()
    assert people.has_password(user_id, "battery staple")


def test_an_id_may_be_brought_along(api: httpx.Client) -> None:
    assert create(api, user_id="42")["user_id"] == "auth0|42"
    again = api.post("/users", json=ADA | {"user_id": "42", "email": "other@example.com"})
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({}, 409, "The user already exists."),
        ({"email": "ADA@example.com"}, 409, "The user already exists."),
        ({"connection": "Nowhere"}, 400, "The connection does not exist."),
        ({"email": "bob@example.com", "password": "short"}, 400, "PasswordStrengthError: Password is too weak"),
        (
            {"email": "ada"},
            400,
            (
                "Payload validation error: 'Object didn't pass validation for format email: ada' "
                "on property email (The user's email)."
            ),
        ),
        ({"colour": "red"}, 400, "Payload validation error: 'Additional properties not allowed: colour'."),
    ],
)
def test_a_user_that_cannot_be_is_refused(api: httpx.Client, body: dict[str, Any], status: int, message: str) -> None:
    create(api)
    answer = api.post("/users", json=ADA | body)
    assert (answer.status_code, answer.json()["message"]) == (status, message)


def test_a_database_user_needs_a_name_and_a_password(api: httpx.Client) -> None:
    without = {name: value for name, value in ADA.items() if name != "password"}
    assert api.post("/users", json=without).json()["errorCode"] == "invalid_body"
    assert api.post("/users", json={"connection": CONNECTION, "password": "x" * 8}).status_code == 400
    assert api.post("/users", json={"connection": CONNECTION, "password": "x" * 8, "username": "ada"}).is_success


def test_a_missing_user_is_the_recorded_404_and_deleting_it_is_204(api: httpx.Client) -> None:
    missing = {
        "statusCode": 404,
        "error": "Not Found",
        "message": "The user does not exist.",
        "errorCode": "inexistent_user",
    }
    assert api.get("/users/auth0%7Cnobody").json() == missing
    assert api.patch("/users/auth0%7Cnobody", json={"name": "x"}).json() == missing
    made = create(api)["user_id"]
    for _ in range(2):
        assert api.delete(f"/users/{made}").status_code == 204
    assert api.get(f"/users/{made}").status_code == 404
    create(api)


def test_a_patch_replaces_merges_metadata_and_clears(api: httpx.Client) -> None:
    path = f"/users/{create(api, user_metadata={'a': 1, 'b': {'c': 2}}, given_name='Ada')['user_id']}"
    body = {"user_metadata": {"b": {"d": 3}, "a": None}, "given_name": None, "blocked": True}
    changed = api.patch(path, json=body).json()
    assert changed["user_metadata"] == {"b": {"d": 3}}
    assert "given_name" not in changed
    assert changed["blocked"] is True
    assert api.get(path).json() == changed


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["ada", "bob", "eve"]),
        ({"q": 'email:"ada@example.com"'}, ["ada"]),
        ({"q": "email:*@example.com"}, ["ada", "bob"]),
        ({"q": "name:Ada OR name:Eve"}, ["ada", "eve"]),
        ({"q": "blocked:true AND name:Bob"}, ["bob"]),
        ({"q": "blocked:true name:Ada"}, []),
        ({"q": "NOT blocked:true"}, ["ada", "eve"]),
        ({"q": "user_metadata.team:engines"}, ["ada"]),
        ({"q": f'identities.connection:"{CONNECTION}"', "search_engine": "v3"}, ["ada", "bob", "eve"]),
        ({"q": "_exists_:username"}, ["eve"]),
        ({"q": "eve"}, ["eve"]),
        ({"q": "((("}, []),
        ({"connection": "Nowhere"}, []),
        ({"sort": "email:-1"}, ["eve", "bob", "ada"]),
        ({"page": 1, "per_page": 2}, ["eve"]),
    ],
)
def test_users_are_searched_sorted_and_paged(three: httpx.Client, query: dict[str, Any], found: list[str]) -> None:
    assert [email.partition("@")[0] for email in emails(three.get("/users", params=query))] == found


def test_totals_and_fields(three: httpx.Client) -> None:
    query: dict[str, Any] = {"include_totals": True, "per_page": 2, "fields": "email"}
    answer = three.get("/users", params=query).json()
    users = [{"email": "ada@example.com"}, {"email": "bob@example.com"}]
    assert answer == {"start": 0, "limit": 2, "length": 2, "total": 3, "users": users}


def test_several_custom_domains_demand_a_choice(sandbox: Sandbox, api: httpx.Client) -> None:
    names = ("a.example.com", "b.example.com")
    sandbox.world.first.custom_domains = {name: custom_domain(name, ready=True) for name in names}
    refused = api.post("/users", json=ADA)
    assert (refused.status_code, refused.json()["errorCode"]) == (409, "custom_domain_conflict")
    assert api.post("/users", json=ADA, headers={"auth0-custom-domain": "a.example.com"}).status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/users", "read:users,read:user_idp_tokens"),
        ("POST", "/users", "create:users"),
        ("PATCH", "/users/x", "update:users,update:users_app_metadata"),
        ("DELETE", "/users/x", "delete:users"),
        ("GET", "/users/x/enrollments", "read:users"),
        ("POST", "/users/x/authentication-methods", "create:authentication_methods"),
        ("PUT", "/users/x/authentication-methods", "update:authentication_methods"),
        ("DELETE", "/users/x/authentication-methods", "delete:authentication_methods"),
        ("POST", "/guardian/enrollments/ticket", "create:guardian_enrollment_tickets"),
        ("DELETE", "/guardian/enrollments/x", "delete:guardian_enrollments"),
        ("POST", "/client-grants", "create:client_grants"),
        ("GET", "/logs", "read:logs,read:logs_users"),
    ],
)
def test_each_call_needs_its_scope(
    sandbox: Sandbox, manage: Callable[..., httpx.Client], method: str, path: str, scope: str
) -> None:
    refused = manage(sandbox, "read:clients").request(method, path, json={} if method != "GET" else None)
    assert (refused.status_code, refused.json()["errorCode"]) == (403, "insufficient_scope")
    assert refused.json()["message"] == f"Insufficient scope, expected any of: {scope}"


def test_empty_metadata_clear_and_nulls_are_not_kept(api: httpx.Client) -> None:
    """Empty metadata clear and nulls are not kept."""
    made = create(api, user_metadata={"a": 1, "b": None}, app_metadata={"c": None})
    assert (made["user_metadata"], made["app_metadata"]) == ({"a": 1}, {})
    changed = api.patch(f"/users/{made['user_id']}", json={"user_metadata": {}}).json()
    assert changed["user_metadata"] == {}
    application = api.post("/clients", json={"name": "tagged", "client_metadata": {"a": "1", "b": None}}).json()
    assert application["client_metadata"] == {"a": "1"}


def test_a_profile_names_the_provider_of_a_confirmed_second_factor(sandbox: Sandbox, api: httpx.Client) -> None:
    user, people = create(api)["user_id"], sandbox.world.first.people
    people.add_phone(user, "+14155550123", confirmed=False)
    assert "multifactor" not in api.get(f"/users/{user}").json()
    people.add_phone(user, "+14155550123")
    assert api.get(f"/users/{user}").json()["multifactor"] == ["guardian"]
    assert api.get("/users", params={"fields": "user_id,multifactor"}).json() == [
        {"user_id": user, "multifactor": ["guardian"]}
    ]


def test_a_page_beyond_the_first_thousand_users_is_refused(three: httpx.Client) -> None:
    pages = {"per_page": 100, "include_totals": True}
    assert three.get("/users", params=pages | {"page": 9}).json()["total"] == 3
    refused = three.get("/users", params=pages | {"page": 10})
    assert (refused.status_code, refused.json()["errorCode"]) == (400, "invalid_paging")
