"""Issues the tokens of a login: ID tokens, access tokens and refresh tokens."""

import time
from typing import Any

import jwt

from mfa_setup.sandbox.auth0.client_auth import TokenRequest
from mfa_setup.sandbox.auth0.errors import OAuthError
from mfa_setup.sandbox.auth0.ids import new_id
from mfa_setup.sandbox.auth0.state import JSON
from mfa_setup.sandbox.login import audiences
from mfa_setup.sandbox.login.granted import Family, Granted, Pending
from mfa_setup.sandbox.login.people import get_user
from mfa_setup.sandbox.login.visit import Visit

ACCESS_SECONDS = 86400
MFA_TOKEN_SECONDS = 600  # docs: an mfa_token is valid for ten minutes
_FOREVER = 10 * 365 * 24 * 3600.0
_PROFILE = ("given_name", "family_name", "nickname", "name", "picture", "updated_at")
_EMAIL = ("email", "email_verified")


def visit_behind(asked: TokenRequest) -> Visit:
    """Returns a visit for a request to the token endpoint, which has no browser."""
    return Visit(asked.tenant, asked.issuer, request=asked.request)


def claims_of(user: JSON, scope: tuple[str, ...]) -> dict[str, Any]:
    """Returns the claims about a user in an ID token and at `/userinfo`, as far as the scopes allow (docs)."""
    names = (_PROFILE if "profile" in scope else ()) + (_EMAIL if "email" in scope else ())
    return {name: user[name] for name in names if name in user}


def answer(visit: Visit, granted: Granted, family: Family | None = None) -> JSON:
    """Builds the answer of the token endpoint, with the tokens and the granted scopes."""
    body: JSON = {"access_token": _access_token(visit, granted)}
    if family is not None:
        body["refresh_token"] = family.current
    if "openid" in granted.scope:
        body["id_token"] = id_token(visit, granted)
    return body | {"scope": " ".join(granted.scope), "expires_in": ACCESS_SECONDS, "token_type": "Bearer"}


def id_token(visit: Visit, granted: Granted) -> str:
    """Issues an ID token, signed with the tenant's key, or the client's secret if it has no `alg` (recorded)."""
    client, now = visit.client(granted.client_id), int(time.time())
    settings = client.get("jwt_configuration") or {}
    user = get_user(visit, granted.user_id) or {}
    claims: dict[str, Any] = claims_of(user, granted.scope) | {
        "iss": visit.issuer,
        "aud": granted.client_id,
        "sub": granted.user_id,
        "iat": now,
        "exp": now + int(settings.get("lifetime_in_seconds") or 36000),
    }
    optional = {"sid": granted.sid, "nonce": granted.nonce, "acr": granted.acr, "org_id": granted.organization or None}
    claims |= {name: value for name, value in optional.items() if value is not None}
    if granted.max_age:
        # Only if the request contains `max_age` (OpenID Connect). Moving the clock forward ages logins, not tokens.
        claims["auth_time"] = int(granted.authenticated_at - visit.login.clock.ahead)
    if granted.mfa:
        claims["amr"] = ["mfa"]
    # not verified: that the claims of the protocol cannot be replaced
    claims = granted.id_claims | claims
    if settings.get("alg", "HS256") == "HS256":
        return jwt.encode(claims, str(client["client_secret"]), algorithm="HS256")
    return visit.tenant.key.sign(claims)


def _access_token(visit: Visit, granted: Granted) -> str:
    """Issues a JWT for an API, or an opaque token for `/userinfo` (docs)."""
    if not granted.audience:
        return visit.login.access.put(granted, ACCESS_SECONDS)
    now = int(time.time())
    extra = [audiences.userinfo_audience(visit)] if "openid" in granted.scope else []
    return visit.tenant.key.sign(
        granted.access_claims
        | {
            "iss": visit.issuer,
            "sub": granted.user_id,
            "aud": [granted.audience, *extra] if extra else granted.audience,
            "iat": now,
            "exp": now + ACCESS_SECONDS,
            "scope": " ".join(granted.scope),
            "azp": granted.client_id,
        }
        | ({"org_id": granted.organization} if granted.organization else {})
    )


def mfa_required(visit: Visit, granted: Granted) -> OAuthError:
    """Returns the error that demands a second factor, with the `mfa_token` that the MFA API accepts (docs)."""
    token = visit.login.pending.put(Pending(granted), MFA_TOKEN_SECONDS)
    visit.note("mfar", "MFA required", client_id=granted.client_id, user_id=granted.user_id)
    # SDKs expect 403 from the live service, although the OpenAPI document says 401; not verified
    return OAuthError(403, "mfa_required", "Multifactor authentication required", {"mfa_token": token})


def new_family(visit: Visit, granted: Granted) -> Family | None:
    """Issues a first refresh token: for `offline_access`, if the application has the grant (docs)."""
    grants = visit.client(granted.client_id).get("grant_types") or ()
    if "offline_access" not in granted.scope or "refresh_token" not in grants:
        return None
    family = Family(granted, visit.now, rotated_at=visit.now)
    rotate(visit, family)
    return family


def rotate(visit: Visit, family: Family) -> None:
    """Issues the family's next token; the previous one stays known, so that its reuse is noticed."""
    family.previous, family.current = family.current, f"v1.{new_id(length=64)}"
    family.rotated_at = visit.now
    visit.login.refresh.put(family, _FOREVER, family.current)
