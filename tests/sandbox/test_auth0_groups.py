"""Roles, organizations and who belongs to them."""

import json
from typing import Any

import httpx
import pytest

from mfa_setup.sandbox.server import Sandbox

CONNECTION = "Username-Password-Authentication"


def user(api: httpx.Client, name: str = "jane") -> str:
    """A new user's ID."""
    body = {"connection": CONNECTION, "email": f"{name}@example.com", "password": "Correct-horse-9"}
    return str(api.post("/users", json=body).json()["user_id"])


def role(api: httpx.Client, name: str = "admin") -> str:
    """A new role's ID."""
    return str(api.post("/roles", json={"name": name, "description": name}).json()["id"])


def organization(api: httpx.Client, name: str = "acme") -> str:
    """A new organization's ID."""
    answer = api.post("/organizations", json={"name": name})
    assert answer.status_code == 201
    return str(answer.json()["id"])


def ids(answer: httpx.Response, key: str = "id") -> list[str]:
    """The IDs of a bare list."""
    return [one[key] for one in answer.json()]


def test_roles_are_assigned_from_either_side(api: httpx.Client) -> None:
    jane, joe, admin, owner = user(api), user(api, "joe"), role(api), role(api, "owner")
    assert api.post(f"/users/{jane}/roles", json={"roles": [owner, admin]}).status_code == 204
    answer = api.post(f"/roles/{admin}/users", json={"users": [jane, joe]})
    assert (answer.status_code, answer.content) == (200, b"")
    assert ids(api.get(f"/users/{jane}/roles")) == [admin, owner]
    assert ids(api.get(f"/roles/{admin}/users"), "user_id") == [jane, joe]
    page = api.get(f"/users/{jane}/roles", params={"include_totals": True, "per_page": 1}).json()
    assert (page["total"], page["limit"], len(page["roles"])) == (2, 1, 1)
    assert api.get(f"/roles/{admin}/users", params={"take": 1}).json()["next"]
    assert api.request("DELETE", f"/users/{jane}/roles", json={"roles": [admin]}).status_code == 204
    assert ids(api.get(f"/users/{jane}/roles")) == [owner]


def test_a_role_that_is_gone_is_nobodys(api: httpx.Client) -> None:
    jane, admin, acme = user(api), role(api), organization(api)
    api.post(f"/users/{jane}/roles", json={"roles": [admin]})
    api.post(f"/organizations/{acme}/members", json={"members": [jane]})
    api.post(f"/organizations/{acme}/members/{jane}/roles", json={"roles": [admin]})
    gone = api.delete(f"/roles/{admin}")
    assert (gone.status_code, gone.json()) == (200, {})
    assert api.get(f"/users/{jane}/roles").json() == []
    assert api.get(f"/organizations/{acme}/members/{jane}/roles").json() == []


def test_names_of_roles_and_organizations_are_unique(api: httpx.Client) -> None:
    role(api)
    organization(api)
    assert api.post("/roles", json={"name": "admin"}).status_code == 409
    assert api.post("/organizations", json={"name": "acme"}).status_code == 409
    assert api.patch(f"/roles/{role(api, 'owner')}", json={"name": "admin"}).status_code == 409
    assert api.patch(f"/organizations/{organization(api, 'other')}", json={"name": "acme"}).status_code == 409


@pytest.mark.parametrize(
    ("method", "path", "body", "message"),
    [
        ("GET", "/roles/rol_1", None, "The role does not exist."),
        ("DELETE", "/users/{user}/roles", {"roles": ["rol_1"]}, "The role does not exist."),
        ("POST", "/users/auth0|x/roles", {"roles": ["{role}"]}, "The user does not exist."),
        ("POST", "/roles/{role}/users", {"users": ["auth0|x"]}, "The user does not exist."),
        ("GET", "/organizations/org_1", None, "No organization found by that id or name"),
        ("GET", "/organizations/name/none", None, "No organization found by that id or name"),
        ("GET", "/organizations/org_1/members", None, "No organization found by that id or name"),
        (
            "POST",
            "/organizations",
            {"name": "new", "enabled_connections": [{"connection_id": "con_1"}]},
            "The connection does not exist.",
        ),
        (
            "GET",
            "/organizations/{organization}/members/{user}/roles",
            None,
            "The user is not a member of the organization.",
        ),
        (
            "DELETE",
            "/organizations/{organization}/members/{user}/roles",
            {"roles": ["rol_1"]},
            "No such role with id: rol_1",
        ),
    ],
)
def test_what_is_not_there_is_not_found(api: httpx.Client, method: str, path: str, body: Any, message: str) -> None:
    known = {"user": user(api), "role": role(api), "organization": organization(api)}
    filled = json.loads(json.dumps(body).replace("{role}", known["role"]))
    answer = api.request(method, path.format(**known), json=filled)
    assert (answer.status_code, answer.json()["message"]) == (404, message)


def test_members_come_and_go_with_their_roles(sandbox: Sandbox, api: httpx.Client) -> None:
    jane, joe, admin, acme = user(api), user(api, "joe"), role(api), organization(api)
    members = f"/organizations/{acme}/members"
    assert api.post(members, json={"members": ["auth0|x"]}).status_code == 400
    assert api.post(members, json={"members": [jane, joe]}).status_code == 204
    assert api.post(f"{members}/{jane}/roles", json={"roles": [admin]}).status_code == 204
    assert "roles" not in api.get(members).json()[0]
    shown = api.get(members, params={"fields": "user_id,roles"}).json()
    assert shown == [{"user_id": jane, "roles": [{"id": admin, "name": "admin"}]}, {"user_id": joe, "roles": []}]
    assert api.get(f"/users/{jane}/roles").json() == []
    api.request("DELETE", members, json={"members": [jane]})
    assert ids(api.get(members), "user_id") == [joe]
    api.delete(f"/users/{joe}")
    assert api.get(members).json() == []
    assert api.delete(f"/organizations/{acme}").status_code == 204
    people = sandbox.world.first.people
    assert (people.members, people.member_roles) == ({}, {})


def test_an_organization_is_changed_key_by_key(api: httpx.Client) -> None:
    acme = organization(api)
    api.patch(f"/organizations/{acme}", json={"metadata": {"plan": "pro", "old": None}, "display_name": "Acme"})
    assert api.get("/organizations/name/acme").json() == {
        "id": acme,
        "name": "acme",
        "display_name": "Acme",
        "metadata": {"plan": "pro"},
    }
    organization(api, "aardvark")
    listed = api.get("/organizations", params={"sort": "name:1", "include_totals": True}).json()
    assert [one["name"] for one in listed["organizations"]] == ["aardvark", "acme"]


def test_an_organization_of_a_control_call_is_one_of_the_api(web: httpx.Client, api: httpx.Client) -> None:
    made = web.post("/_sandbox/organizations", json={"name": "acme"}).json()
    assert api.get(f"/organizations/{made['id']}").json() == made


def test_the_roles_of_a_user_take_three_scopes(manage: Any, sandbox: Sandbox, api: httpx.Client) -> None:
    jane = user(api)
    assert manage(sandbox, "read:users", "read:roles").get(f"/users/{jane}/roles").status_code == 403
    whole = manage(sandbox, "read:users", "read:roles", "read:role_members")
    assert whole.get(f"/users/{jane}/roles").status_code == 200


def test_the_state_shows_actions_roles_and_organizations(web: httpx.Client, api: httpx.Client) -> None:
    web.post("/_sandbox/actions", json=[{"name": "mfa", "code": "//"}])
    jane, admin, acme = user(api), role(api), organization(api)
    api.post(f"/users/{jane}/roles", json={"roles": [admin]})
    api.post(f"/organizations/{acme}/members", json={"members": [jane]})
    (tenant,) = web.get("/_sandbox/state").json()["tenants"].values()
    assert [one["name"] for one in tenant["actions"]] == ["mfa"]
    assert [one["display_name"] for one in tenant["bindings"]["post-login"]] == ["mfa"]
    assert (tenant["role_assignments"], tenant["members"]) == ({jane: [admin]}, {acme: [jane]})
    assert [one["id"] for one in [*tenant["roles"], *tenant["organizations"]]] == [admin, acme]
