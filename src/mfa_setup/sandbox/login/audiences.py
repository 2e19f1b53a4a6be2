"""The APIs that a user's access token can be issued for."""

from mfa_setup.sandbox.auth0.apis import find_api
from mfa_setup.sandbox.login.visit import Visit

MFA_SCOPES = ("enroll", "read:authenticators", "remove:authenticators")
"""The scopes of the MFA API (docs)."""

OPEN_ID_SCOPES = ("openid", "profile", "email", "address", "phone", "offline_access")


def mfa_audience(visit: Visit) -> str:
    """Returns the audience of the MFA API, `https://{domain}/mfa/` (docs); here with the caller's scheme."""
    return f"{visit.issuer}mfa/"


def userinfo_audience(visit: Visit) -> str:
    """Returns the audience of `/userinfo`."""
    return f"{visit.issuer}userinfo"


def chosen(visit: Visit, asked: str) -> str:
    """Returns the requested API, or the tenant's default; an empty string for `/userinfo` alone."""
    audience = asked or str(visit.tenant.settings.get("default_audience") or "")
    return "" if audience == userinfo_audience(visit) else audience


def exists(visit: Visit, audience: str) -> bool:
    """Whether the tenant has an API with this identifier."""
    return audience == mfa_audience(visit) or find_api(visit.tenant, audience) is not None


def granted_scope(visit: Visit, audience: str, asked: tuple[str, ...]) -> tuple[str, ...]:
    """Returns the scopes that a user may grant for the API; unknown ones are ignored silently (docs)."""
    known: set[str] = set(OPEN_ID_SCOPES)
    api = find_api(visit.tenant, audience) if audience else None
    if audience == mfa_audience(visit):
        known |= set(MFA_SCOPES)
    elif api is not None and audience not in visit.tenant.audiences:
        # A user's token for the Management API has at most the scopes of the current user, which the sandbox lacks.
        known |= {str(scope["value"]) for scope in api.get("scopes") or ()}
    return tuple(scope for scope in asked if scope in known)
