"""The grants of a browser login at `/oauth/token`: the authorization code and the refresh token."""

import base64
import hashlib
import secrets
from dataclasses import replace

from mfa_setup.sandbox.auth0.client_auth import TokenRequest, authenticate_client
from mfa_setup.sandbox.auth0.errors import OAuthError
from mfa_setup.sandbox.auth0.state import JSON
from mfa_setup.sandbox.login import factor
from mfa_setup.sandbox.login.granted import Code, Family
from mfa_setup.sandbox.login.issue import answer, mfa_required, new_family, rotate, visit_behind
from mfa_setup.sandbox.login.occasion import of_exchange
from mfa_setup.sandbox.login.people import get_user
from mfa_setup.sandbox.login.post_login import run_for_tokens
from mfa_setup.sandbox.login.request import is_public
from mfa_setup.sandbox.login.visit import Visit

_USED_SECONDS = 3600
_GRANT_TYPES = "https://auth0.com/docs/clients/client-grant-types"


def client_for(asked: TokenRequest, grant: str) -> JSON:
    """Returns the application, authenticated by its own method, if it may use the grant.

    Raises:
        OAuthError: 401 if it cannot be authenticated, 403 `unauthorized_client` if it lacks the grant.
    """
    client = asked.tenant.clients.get(asked.fields.get("client_id", ""))
    if client is None or not is_public(client):
        client = authenticate_client(asked)
    if grant not in (client.get("grant_types") or ()):
        # not verified: the status
        text = f"Grant type '{grant}' not allowed for the client."
        raise OAuthError(403, "unauthorized_client", text, {"error_uri": _GRANT_TYPES})
    return client


def authorization_code(asked: TokenRequest) -> JSON:
    """Exchanges a code for tokens: once, for its own application, with the same URL and the PKCE verifier (docs)."""
    client = client_for(asked, "authorization_code")
    visit = visit_behind(asked)
    code = _code(visit, asked, client)
    if get_user(visit, code.granted.user_id) is None:
        raise OAuthError(403, "invalid_grant", "The user does not exist")
    family = new_family(visit, code.granted)
    if family is not None:
        visit.login.used_codes.put(family, _USED_SECONDS, asked.fields["code"])
    text = "Authorization Code for Access Token"
    visit.note("seacft", text, client_id=client["client_id"], user_id=code.granted.user_id)
    return answer(visit, code.granted, family)


def _code(visit: Visit, asked: TokenRequest, client: JSON) -> Code:
    value = asked.need("code")
    # A code is consumed by any attempt: a second attempt may be a thief's, or the owner's after a thief's.
    code = visit.login.codes.take(value)
    if code is None:
        if (family := visit.login.used_codes.take(value)) is not None:
            family.revoked = True  # RFC 6749 section 4.1.2. not verified: that the service revokes, too
        raise _refused(visit, "invalid_grant", "Invalid authorization code")
    if code.granted.client_id != client["client_id"]:
        raise _refused(visit, "invalid_grant", "Invalid authorization code")
    sent = asked.fields.get("redirect_uri", "")
    if sent != code.redirect_uri:
        # The text is that of public threads; RFC 6749 allows omitting the URL here if the first request omitted it.
        text = f"The redirect URI is wrong. You sent {sent}, and we expected {code.redirect_uri}"
        raise _refused(visit, "unauthorized_client", text)
    if not _proves(code, asked.fields.get("code_verifier", "")):
        raise _refused(visit, "invalid_grant", "Failed to verify code verifier")
    return code


def _proves(code: Code, verifier: str) -> bool:
    """Whether the verifier matches the challenge (RFC 7636); without a challenge there must be no verifier."""
    if code.challenge is None:
        return not verifier
    digest = hashlib.sha256(verifier.encode()).digest()
    made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() if code.method == "S256" else verifier
    return bool(verifier) and secrets.compare_digest(made.encode(), code.challenge.encode())


def _refused(visit: Visit, error: str, text: str) -> OAuthError:
    visit.note("feacft", text)
    return OAuthError(403, error, text)


async def refresh_token(asked: TokenRequest) -> JSON:
    """Exchanges a refresh token for new tokens, and a rotating one also for a new refresh token (docs)."""
    client = client_for(asked, "refresh_token")
    visit, settings = visit_behind(asked), client.get("refresh_token") or {}
    before = _valid_family(visit, asked, client).granted
    demand = await run_for_tokens(visit, of_exchange(asked, "oauth2-refresh-token", before), "fertft")
    family = _valid_family(visit, asked, client)  # another request may have used the token while the Actions ran
    granted = replace(family.granted, nonce=None, id_claims=demand.id_claims, access_claims=demand.access_claims)
    required = demand.requires(remembered=factor.is_remembered_by_token(visit, granted))
    if required or (required is None and factor.blocks_refresh(visit, granted)):
        raise mfa_required(visit, granted)
    if settings.get("rotation_type") == "rotating":
        rotate(visit, family)
    family.rotated_at = visit.now
    visit.note("sertft", "Refresh Token for Access Token", client_id=granted.client_id, user_id=granted.user_id)
    # Never includes `amr`, because no second factor was required now (docs), nor the nonce of the first request.
    scope = _narrowed(family.granted.scope, asked.fields.get("scope", ""))
    body = answer(visit, replace(granted, scope=scope, mfa=False, acr=None), family)
    if settings.get("rotation_type") != "rotating":
        del body["refresh_token"]
    return body


def _valid_family(visit: Visit, asked: TokenRequest, client: JSON) -> Family:
    value, settings = asked.need("refresh_token"), client.get("refresh_token") or {}
    family = visit.login.refresh.get(value)
    if family is None or family.granted.client_id != client["client_id"] or _is_over(visit, family, settings):
        raise _unknown(visit, "fertft")
    if value != family.current and not _within_leeway(visit, family, value, settings):
        # Reuse of a rotated token: all tokens of this login are revoked (docs).
        family.revoked = True
        raise _unknown(visit, "ferrt")
    return family


def _is_over(visit: Visit, family: Family, settings: JSON) -> bool:
    if family.revoked or get_user(visit, family.granted.user_id) is None:
        return True
    if settings.get("expiration_type") != "expiring":
        return False
    total = 0 if settings.get("infinite_token_lifetime") else settings.get("token_lifetime") or 0
    idle = 0 if settings.get("infinite_idle_token_lifetime") else settings.get("idle_token_lifetime") or 0
    too_old = bool(total) and visit.now - family.began_at >= total
    return too_old or (bool(idle) and visit.now - family.rotated_at >= idle)


def _within_leeway(visit: Visit, family: Family, value: str, settings: JSON) -> bool:
    leeway = settings.get("leeway") or 0
    return value == family.previous and visit.now - family.rotated_at < leeway


def _narrowed(granted: tuple[str, ...], wanted: str) -> tuple[str, ...]:
    return tuple(scope for scope in granted if scope in wanted.split()) if wanted else granted


def _unknown(visit: Visit, kind: str) -> OAuthError:
    visit.note(kind, "Unknown or invalid refresh token.")
    return OAuthError(403, "invalid_grant", "Unknown or invalid refresh token.")
