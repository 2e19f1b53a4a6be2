from typing import Any

import httpx
import pytest

from mfa_setup.sandbox.server import Sandbox

NAME = "Username-Password-Authentication"


@pytest.fixture
def path(api: httpx.Client) -> str:
    """The path of the default database connection."""
    query: dict[str, Any] = {"strategy": "auth0", "name": NAME, "take": 50}
    found = api.get("/connections", params=query).json()["connections"]
    return f"/connections/{found[0]['id']}"


def spa(api: httpx.Client) -> str:
    """Spa."""
    client_id: str = api.post("/clients", json={"name": "x", "app_type": "spa"}).json()["client_id"]
    return client_id


def test_the_default_connection_has_the_recorded_form(api: httpx.Client, path: str) -> None:
    """The default connection has the recorded form."""
    found = api.get(path).json()
    assert found["name"] == NAME
    assert found["realms"] == [NAME]
    assert found["is_domain_connection"] is False
    assert found["enabled_clients"] == []
    assert found["id"].startswith("con_")


def test_a_new_client_is_not_enabled_by_itself(api: httpx.Client, path: str) -> None:
    """A new client is not enabled by itself."""
    spa(api)
    assert api.get(f"{path}/clients").json() == {"clients": []}


def test_clients_are_enabled_and_removed_one_by_one(api: httpx.Client, path: str) -> None:
    """Clients are enabled and removed one by one."""
    one, two = spa(api), spa(api)
    for client_id in (one, two, one):
        answer = api.patch(f"{path}/clients", json=[{"client_id": client_id, "status": True}])
        assert (answer.status_code, answer.content) == (204, b"")
    ids = sorted((one, two), key=str.lower)
    assert api.get(f"{path}/clients").json() == {"clients": [{"client_id": client_id} for client_id in ids]}
    assert api.get(f"/clients/{one}/connections").json()["connections"][0]["name"] == NAME
    api.patch(f"{path}/clients", json=[{"client_id": one, "status": False}])
    assert api.get(f"{path}/clients").json() == {"clients": [{"client_id": two}]}
    api.delete(f"/clients/{two}")
    assert api.get(f"{path}/clients").json() == {"clients": []}


def test_the_enabled_clients_are_paged_by_checkpoint(api: httpx.Client, path: str) -> None:
    """The enabled clients are paged by checkpoint."""
    ids = sorted((spa(api) for _ in range(3)), key=str.lower)
    api.patch(f"{path}/clients", json=[{"client_id": client_id, "status": True} for client_id in ids])
    first = api.get(f"{path}/clients", params={"take": 2}).json()
    second = api.get(f"{path}/clients", params={"take": 2, "from": first["next"]}).json()
    assert [c["client_id"] for part in (first, second) for c in part["clients"]] == ids


@pytest.mark.parametrize("body", [[], {}, [{"client_id": "x"}], [{"client_id": "x", "status": "yes"}]])
def test_a_change_of_clients_that_breaks_the_schema_is_refused(api: httpx.Client, path: str, body: Any) -> None:
    """A change of clients that breaks the schema is refused."""
    assert api.patch(f"{path}/clients", json=body).json()["errorCode"] == "invalid_body"


def test_an_unknown_client_changes_nothing(api: httpx.Client, path: str) -> None:
    """An unknown client changes nothing."""
    changes = [{"client_id": spa(api), "status": True}, {"client_id": "nobody", "status": True}]
    assert api.patch(f"{path}/clients", json=changes).status_code == 400
    assert api.get(f"{path}/clients").json() == {"clients": []}


def test_a_missing_connection_is_the_recorded_404(api: httpx.Client) -> None:
    """A missing connection is the recorded 404."""
    for answer in (api.get("/connections/con_x"), api.get("/connections/con_x/clients")):
        assert (answer.status_code, answer.json()["errorCode"]) == (404, "inexistent_connection")


def test_a_connection_is_made_once_per_name(api: httpx.Client) -> None:
    """A connection is made once per name."""
    made = api.post("/connections", json={"name": "Staff", "strategy": "auth0"})
    assert (made.status_code, made.json()["enabled_clients"]) == (201, [])
    assert api.post("/connections", json={"name": "Staff", "strategy": "auth0"}).status_code == 409
    assert api.get("/connections", params={"name": "Staff"}).json() == [made.json()]
    totals = api.get("/connections", params={"include_totals": True}).json()
    assert totals["total"] == 2


def test_with_the_tenants_flag_new_clients_are_enabled_everywhere(api: httpx.Client, path: str) -> None:
    """With the tenants flag new clients are enabled everywhere."""
    api.patch("/tenants/settings", json={"flags": {"enable_client_connections": True}})
    client_id = spa(api)
    assert api.get(f"{path}/clients").json() == {"clients": [{"client_id": client_id}]}


def test_the_tools_own_grant_is_listed_and_others_are_made(sandbox: Sandbox, api: httpx.Client) -> None:
    """The tools own grant is listed and others are made."""
    own = api.get("/client-grants", params={"client_id": sandbox.world.first.tool.client_id}).json()
    assert len(own) == 1
    body = {"client_id": spa(api), "audience": own[0]["audience"], "scope": ["read:clients"]}
    assert api.post("/client-grants", json=body).status_code == 201
    assert api.post("/client-grants", json=body).status_code == 409
    assert api.post("/client-grants", json=body | {"audience": "https://else"}).status_code == 404


USERNAME = {"identifier": {"active": True}, "profile_required": True, "signup": {"status": "required"}}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"attributes": {"username": USERNAME}, "requires_username": True},
            "Cannot set both options.attributes and options.requires_username",
        ),
        (
            {"attributes": {"username": USERNAME}, "validation": {"username": {"min": 1, "max": 15}}},
            "Cannot set both options.attributes and options.validation",
        ),
        (
            {"attributes": {"phone_number": USERNAME | {"signup": {"status": "inactive"}}}},
            "attribute phone_number must also be required on signup",
        ),
        ({"attributes": {"email": {"identifier": {"active": False}}}}, "attributes must contain one active identifier"),
    ],
)
def test_options_that_contradict_each_other_are_refused(
    api: httpx.Client, options: dict[str, Any], message: str
) -> None:
    refused = api.post("/connections", json={"name": "Staff", "strategy": "auth0", "options": options})
    assert (refused.status_code, refused.json()["message"]) == (400, message)


def test_a_connection_is_changed_and_deleted_with_its_users(api: httpx.Client, path: str) -> None:
    user = {"connection": NAME, "email": "ada@example.com", "password": "correct horse"}
    assert api.post("/users", json=user).status_code == 201
    changed = api.patch(path, json={"options": {"brute_force_protection": False}, "enabled_clients": [spa(api)]})
    assert changed.json()["options"] == {"brute_force_protection": False}
    assert api.get(path).json() == changed.json()
    attributes = {"username": USERNAME, "email": {"identifier": {"active": False}, "unique": False}}
    refused = api.patch(path, json={"options": {"attributes": attributes}})
    assert refused.json()["message"] == "cannot add non-unique email attribute"
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert api.get("/users").json() == []


def test_a_database_connection_may_not_ask_other_applications(api: httpx.Client) -> None:
    body = {"name": "Staff", "strategy": "auth0", "cross_app_access_requesting_app": {"active": True}}
    assert api.post("/connections", json=body).json()["errorCode"] == "operation_not_supported"
    assert api.post("/connections", json=body | {"strategy": "pigeon"}).json()["errorCode"] == "invalid_body"
