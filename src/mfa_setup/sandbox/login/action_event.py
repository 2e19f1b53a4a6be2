"""Builds the `event` of post-login v3 (docs). Optional objects are really absent, so code that forgets this throws."""

from typing import Any

from mfa_setup.sandbox.auth0.state import JSON
from mfa_setup.sandbox.login.occasion import Occasion
from mfa_setup.sandbox.login.people import get_user, people_of
from mfa_setup.sandbox.login.visit import Visit

_HIDDEN = ("app_metadata", "user_metadata", "blocked", "last_ip", "last_login", "logins_count")
_FACTORS = {"totp": "otp", "push": "push-notification"}


def event_of(visit: Visit, occasion: Occasion) -> JSON:
    """Returns the event of a login; an Action's own secrets are added when it runs."""
    tenant, client = visit.tenant, visit.client(occasion.client_id)
    user = get_user(visit, occasion.user_id) or {}
    # not verified: that the count includes the login in progress
    logins = user.get("logins_count", 0) + occasion.in_progress
    optional: dict[str, Any] = {
        "authentication": {"methods": list(occasion.methods)} if occasion.methods else None,
        "authorization": _authorization(visit, occasion),
        "organization": _organization(visit, occasion.organization),
        "resource_server": {"identifier": occasion.audience} if occasion.audience else None,
        "session": {"id": occasion.sid} if occasion.sid else None,
    }
    return {
        "client": {
            "client_id": client["client_id"],
            "name": client["name"],
            "metadata": client.get("client_metadata") or {},
        },
        "connection": _connection(visit, user),
        "request": occasion.request,
        "stats": {"logins_count": logins},
        "tenant": {"id": tenant.name},
        "transaction": occasion.transaction,
        "user": _user(visit, user),
    } | {name: value for name, value in optional.items() if value}


def _user(visit: Visit, user: JSON) -> JSON:
    shown = {name: value for name, value in user.items() if name not in _HIDDEN}
    methods = people_of(visit).methods.get(user.get("user_id", ""), ())
    enrolled = [method["type"] for method in methods if method["confirmed"]]
    optional = {
        # not verified: the provider of factors other than phones
        "multifactor": ["guardian"] if "phone" in enrolled else [],
        "enrolledFactors": [{"type": _FACTORS.get(kind, kind)} for kind in enrolled],
    }
    metadata = {name: user.get(name) or {} for name in ("app_metadata", "user_metadata")}
    return shown | metadata | {name: value for name, value in optional.items() if value}


def _connection(visit: Visit, user: JSON) -> JSON:
    name = user["identities"][0]["connection"]
    found = next((one for one in visit.tenant.connections.values() if one["name"] == name), {})
    shown = {key: found[key] for key in ("id", "strategy") if key in found}
    return {"name": name, "metadata": found.get("metadata") or {}} | shown


def _organization(visit: Visit, organization_id: str) -> JSON | None:
    found = visit.tenant.organizations.get(organization_id)
    if found is None:
        return None
    shown = {name: found[name] for name in ("id", "name", "display_name") if name in found}
    return shown | {"metadata": found.get("metadata") or {}}


def _authorization(visit: Visit, occasion: Occasion) -> JSON | None:
    """Returns the names of the user's roles; None if the user has none (docs).

    A login to an organization has the roles that the user has in it, too.
    """
    people, roles = people_of(visit), visit.tenant.roles
    # not verified: that the user's own roles count in a login to an organization
    in_organization = people.member_roles.get(occasion.organization, {}).get(occasion.user_id, ())
    held = dict.fromkeys((*people.roles.get(occasion.user_id, ()), *in_organization))
    names = [roles[key]["name"] for key in held if key in roles]
    return {"roles": names} if names else None
