"""Roles and the users who have them: `/api/v2/roles`, `/api/v2/users/{id}/roles`."""

from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint
from mfa_setup.sandbox.auth0.errors import ManagementError, not_found
from mfa_setup.sandbox.auth0.ids import new_id
from mfa_setup.sandbox.auth0.paging import PAGING, PAGING_FROM_ONE, paged
from mfa_setup.sandbox.auth0.schemas import STRING, closed
from mfa_setup.sandbox.auth0.state import JSON, Tenant
from mfa_setup.sandbox.auth0.users import find_user, summary

_UPDATE = closed({"name": STRING, "description": STRING})


def list_roles(call: Call) -> Any:
    """GET /roles; `name_filter` finds a part of the name, in any case (OpenAPI)."""
    wanted = call.query.get("name_filter", "").lower()
    return paged([one for one in call.tenant.roles.values() if wanted in one["name"].lower()], call.query, "roles")


def create_role(call: Call) -> JSON:
    """POST /roles: answers 200 (recorded)."""
    _check_name(call.tenant, call.body["name"])
    role: JSON = {"id": new_id("rol_", 16)} | call.body
    call.tenant.roles[role["id"]] = role
    return role


def _check_name(tenant: Tenant, name: str) -> None:
    if any(one["name"] == name for one in tenant.roles.values()):
        # The text is the OpenAPI document's; not verified: the errorCode.
        raise ManagementError(HTTPStatus.CONFLICT, "The role already exists.")


def find_role(tenant: Tenant, role_id: str) -> JSON:
    """Returns the role with this ID.

    Raises:
        ManagementError: 404 without an errorCode (recorded).
    """
    if role_id not in tenant.roles:
        raise not_found("The role does not exist.")
    return tenant.roles[role_id]


def get_role(call: Call) -> JSON:
    """GET /roles/{id} (recorded)."""
    return find_role(call.tenant, call.path["id"])


def update_role(call: Call) -> JSON:
    """PATCH /roles/{id}: replaces the keys that it has."""
    role = find_role(call.tenant, call.path["id"])
    if call.body.get("name", role["name"]) != role["name"]:
        _check_name(call.tenant, call.body["name"])
    role.update(call.body)
    return role


def delete_role(call: Call) -> JSON:
    """DELETE /roles/{id}: answers 200 with an empty object (recorded); removes the role from all users."""
    del call.tenant.roles[find_role(call.tenant, call.path["id"])["id"]]
    call.tenant.people.forget_role(call.path["id"])
    return {}


def list_role_users(call: Call) -> Any:
    """GET /roles/{id}/users."""
    role_id = find_role(call.tenant, call.path["id"])["id"]
    people = call.tenant.people
    found = [user for user_id, user in people.users.items() if role_id in people.roles.get(user_id, ())]
    return paged([summary(user) for user in found], call.query, "users")


def assign_users(call: Call) -> Response:
    """POST /roles/{id}/users: 200 without a body (OpenAPI)."""
    role_id = find_role(call.tenant, call.path["id"])["id"]
    for user_id in [find_user(call.tenant, one)["user_id"] for one in call.body["users"]]:
        _add(call.tenant.people.roles, user_id, [role_id])
    return Response()


def list_user_roles(call: Call) -> Any:
    """GET /users/{id}/roles (recorded)."""
    user_id = find_user(call.tenant, call.path["id"])["user_id"]
    return paged(shown(call.tenant, call.tenant.people.roles.get(user_id, [])), call.query, "roles")


def shown(tenant: Tenant, role_ids: list[str]) -> list[JSON]:
    """Returns assigned roles as lists show them."""
    # not verified: the order by name, which agrees with the recordings; so would the last assigned first
    return sorted((tenant.roles[one] for one in role_ids), key=lambda role: str(role["name"]))


def assign_roles(call: Call) -> None:
    """POST /users/{id}/roles: 204 (recorded)."""
    user_id, role_ids = _checked(call)
    _add(call.tenant.people.roles, user_id, role_ids)


def remove_roles(call: Call) -> None:
    """DELETE /users/{id}/roles: 204, even if the user does not have them (recorded)."""
    user_id, role_ids = _checked(call)
    assigned = call.tenant.people.roles.get(user_id, [])
    assigned[:] = [one for one in assigned if one not in role_ids]


def _checked(call: Call) -> tuple[str, list[str]]:
    # not verified: whether the roles or the user are checked first
    role_ids = [find_role(call.tenant, one)["id"] for one in call.body["roles"]]
    return find_user(call.tenant, call.path["id"])["user_id"], role_ids


def _add(assigned: dict[str, list[str]], user_id: str, role_ids: list[str]) -> None:
    held = assigned.setdefault(user_id, [])
    held.extend(one for one in dict.fromkeys(role_ids) if one not in held)


def endpoints() -> list[Endpoint]:
    """Returns the endpoints of roles and of their assignment."""
    pages = {name: PAGING_FROM_ONE[name] for name in ("page", "per_page", "include_totals")}
    checkpoint = {name: PAGING[name] for name in ("from", "take")}
    base, one, of_user = "/roles", "/roles/{id}", "/users/{id}/roles"
    read, create, update, delete = ((f"{verb}:roles",) for verb in ("read", "create", "update", "delete"))
    # The prose of the OpenAPI document; not verified: that the token needs all of them.
    role_users, user_roles = ("read:users", "read:roles"), ("read:users", "read:roles", "read:role_members")
    return [
        Endpoint("GET", base, read, list_roles, query=pages | {"name_filter": STRING}),
        Endpoint("POST", base, create, create_role),
        Endpoint("GET", one, read, get_role),
        Endpoint("PATCH", one, update, update_role, _UPDATE),
        Endpoint("DELETE", one, delete, delete_role),
        Endpoint("GET", one + "/users", role_users, list_role_users, query=pages | checkpoint, needs_every_scope=True),
        Endpoint("POST", one + "/users", ("update:roles", "create:role_members"), assign_users),
        Endpoint("GET", of_user, user_roles, list_user_roles, query=pages, needs_every_scope=True),
        Endpoint("POST", of_user, ("update:users", "create:role_members"), assign_roles),
        Endpoint("DELETE", of_user, ("update:users", "delete:role_members"), remove_roles),
    ]
