"""Members of organizations and their roles: `/api/v2/organizations/{id}/members`.

One 404 was recorded. The other responses take the form that auth0-python reads; not verified: all other refusals.
"""

from typing import Any

from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint, pick
from mfa_setup.sandbox.auth0.errors import invalid_body, not_found
from mfa_setup.sandbox.auth0.organizations import find_organization
from mfa_setup.sandbox.auth0.paging import PAGING, PAGING_FROM_ONE, paged
from mfa_setup.sandbox.auth0.roles import shown
from mfa_setup.sandbox.auth0.schemas import BOOLEAN, STRING, array, closed
from mfa_setup.sandbox.auth0.state import JSON
from mfa_setup.sandbox.auth0.users import summary
from mfa_setup.sandbox.auth0.validation import Schema

_IDS = array(STRING | {"minLength": 1}, minItems=1)
_MEMBERS, _ROLES = closed({"members": _IDS}, "members"), closed({"roles": _IDS}, "roles")


def list_members(call: Call) -> Any:
    """GET …/members: their roles only if `fields` names them (auth0-python's description)."""
    people, organization_id = call.tenant.people, _organization(call)
    users = [people.users[one] for one in people.members.get(organization_id, ())]
    return paged([pick(_member(call, user), call.query) for user in users], call.query, "members")


def _member(call: Call, user: JSON) -> JSON:
    if "roles" not in call.query.get("fields", "").split(","):
        return summary(user)
    roles = shown(call.tenant, _held(call, user["user_id"]))
    return summary(user) | {"roles": [{name: one[name] for name in ("id", "name")} for one in roles]}


def add_members(call: Call) -> None:
    """POST …/members: 204, also for users who are members already."""
    people, organization_id = call.tenant.people, _organization(call)
    if any(one not in people.users for one in call.body["members"]):
        raise invalid_body("One or more of the users do not exist.")
    members = people.members.setdefault(organization_id, [])
    members.extend(one for one in dict.fromkeys(call.body["members"]) if one not in members)


def remove_members(call: Call) -> None:
    """DELETE …/members: 204; also removes their roles in the organization."""
    people, organization_id = call.tenant.people, _organization(call)
    members = people.members.get(organization_id, [])
    members[:] = [one for one in members if one not in call.body["members"]]
    for user_id in call.body["members"]:
        people.member_roles.get(organization_id, {}).pop(user_id, None)


def list_member_roles(call: Call) -> Any:
    """GET …/members/{user_id}/roles."""
    return paged(shown(call.tenant, _held(call, _member_id(call))), call.query, "roles")


def assign_member_roles(call: Call) -> None:
    """POST …/members/{user_id}/roles: 204."""
    held = _held(call, _member_id(call))
    held.extend(one for one in dict.fromkeys(_roles(call)) if one not in held)


def remove_member_roles(call: Call) -> None:
    """DELETE …/members/{user_id}/roles: 204; 404 for a role that does not exist (recorded)."""
    role_ids = _roles(call)
    held = _held(call, _member_id(call))
    held[:] = [one for one in held if one not in role_ids]


def _organization(call: Call) -> str:
    return str(find_organization(call.tenant, call.path["id"])["id"])


def _member_id(call: Call) -> str:
    if call.path["user_id"] not in call.tenant.people.members.get(_organization(call), ()):
        raise not_found("The user is not a member of the organization.")
    return call.path["user_id"]


def _held(call: Call, user_id: str) -> list[str]:
    return call.tenant.people.member_roles.setdefault(_organization(call), {}).setdefault(user_id, [])


def _roles(call: Call) -> list[str]:
    for role_id in call.body["roles"]:
        if role_id not in call.tenant.roles:
            raise not_found(f"No such role with id: {role_id}")
    found: list[str] = call.body["roles"]
    return found


def endpoints() -> list[Endpoint]:
    """Returns the endpoints of members."""
    base, roles = "/organizations/{id}/members", "/organizations/{id}/members/{user_id}/roles"
    read, create, delete = ((f"{verb}:organization_members",) for verb in ("read", "create", "delete"))
    of_roles = tuple((f"{verb}:organization_member_roles",) for verb in ("read", "create", "delete"))
    fields: dict[str, Schema] = {"fields": STRING, "include_fields": BOOLEAN}
    pages = {name: PAGING[name] for name in ("page", "per_page", "include_totals")}
    return [
        Endpoint("GET", base, read, list_members, query=PAGING_FROM_ONE | fields),
        Endpoint("POST", base, create, add_members, _MEMBERS),
        Endpoint("DELETE", base, delete, remove_members, _MEMBERS),
        Endpoint("GET", roles, of_roles[0], list_member_roles, query=pages),
        Endpoint("POST", roles, of_roles[1], assign_member_roles, _ROLES),
        Endpoint("DELETE", roles, of_roles[2], remove_member_roles, _ROLES),
    ]
