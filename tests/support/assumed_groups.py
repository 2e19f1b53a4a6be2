"""The roles, organizations and members that a recorded exchange assumes."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from mfa_setup.sandbox.auth0.state import Tenant


def _user(tenant: Tenant, user_id: str) -> None:
    tenant.people.users.setdefault(user_id, {"user_id": user_id, "identities": []})


def _listed(kind: str) -> Callable[..., None]:
    """A list of what the tenant keeps by ID under this attribute."""

    def prepare(tenant: Tenant, asked: dict[str, Any], body: Any) -> None:
        if asked["method"] == "GET":
            shown = body if isinstance(body, list) else body[kind]
            kept: dict[str, Any] = getattr(tenant, kind)
            kept |= {one["id"]: one for one in shown if one["id"] not in kept}

    return prepare


def _one(kind: str) -> Callable[..., None]:
    """One of them."""

    def prepare(tenant: Tenant, asked: dict[str, Any], body: Any, key: str) -> None:
        del asked
        getattr(tenant, kind).setdefault(key, dict(body or {}) | {"id": key})

    return prepare


def _user_roles(tenant: Tenant, asked: dict[str, Any], body: Any, user: str) -> None:
    user_id = unquote(user)
    _user(tenant, user_id)
    shown = (body if isinstance(body, list) else body["roles"]) if asked["method"] == "GET" else []
    for role in [*shown, *({"id": one, "name": one} for one in (asked["body"] or {}).get("roles", ()))]:
        tenant.roles.setdefault(role["id"], role)
    if shown:
        tenant.people.roles.setdefault(user_id, [role["id"] for role in shown])


def _members(tenant: Tenant, asked: dict[str, Any], body: Any, organization_id: str) -> None:
    tenant.organizations.setdefault(organization_id, {"id": organization_id, "name": "assumed"})
    shown = (body if isinstance(body, list) else body["members"]) if asked["method"] == "GET" else []
    for user in [*shown, *({"user_id": one} for one in (asked["body"] or {}).get("members", ()))]:
        _user(tenant, user["user_id"])
        tenant.people.users[user["user_id"]] |= user
    if shown:
        tenant.people.members.setdefault(organization_id, [user["user_id"] for user in shown])


PREPARATIONS: tuple[tuple[str, Callable[..., None]], ...] = (
    ("roles", _listed("roles")),
    ("roles/([^/]+)", _one("roles")),
    ("organizations", _listed("organizations")),
    ("organizations/(org_[^/]+)", _one("organizations")),
    ("users/([^/]+)/roles", _user_roles),
    ("organizations/([^/]+)/members", _members),
)
