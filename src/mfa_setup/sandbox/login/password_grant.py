"""The grants of applications that ask for the password themselves: `password` and `password-realm` (docs)."""

from dataclasses import replace

from mfa_setup.sandbox.auth0.client_auth import TokenRequest
from mfa_setup.sandbox.auth0.errors import OAuthError
from mfa_setup.sandbox.auth0.state import JSON
from mfa_setup.sandbox.login import account, audiences, factor
from mfa_setup.sandbox.login.granted import Granted
from mfa_setup.sandbox.login.grants import client_for
from mfa_setup.sandbox.login.issue import answer, mfa_required, new_family, visit_behind
from mfa_setup.sandbox.login.occasion import of_exchange
from mfa_setup.sandbox.login.post_login import run_for_tokens
from mfa_setup.sandbox.login.request import databases
from mfa_setup.sandbox.login.visit import Visit

REALM = "http://auth0.com/oauth/grant-type/password-realm"


async def password(asked: TokenRequest) -> JSON:
    """Serves `password`: checks the password against the tenant's default directory."""
    client = client_for(asked, "password")
    connection = str(asked.tenant.settings.get("default_directory") or "")
    if not connection:
        # not verified: status and error; the text is that of public threads
        raise OAuthError(403, "unauthorized_client", "Authorization server not configured with default connection.")
    return await _log_in(asked, client, connection)


async def password_realm(asked: TokenRequest) -> JSON:
    """Serves `password-realm`: checks the password against the connection named in `realm`."""
    return await _log_in(asked, client_for(asked, REALM), asked.need("realm"))


async def _log_in(asked: TokenRequest, client: JSON, connection: str) -> JSON:
    visit = visit_behind(asked)
    username, secret = asked.need("username"), asked.need("password")
    if connection not in databases(visit, client):
        # not verified: text and status for a connection that the application may not use
        raise OAuthError(403, "unauthorized_client", "The connection is not enabled for the client.")
    user, error = account.authenticate(visit, connection, username, secret)
    if error == account.BLOCKED:
        raise OAuthError(429, "too_many_attempts", error)
    if user is None:
        visit.note("fepft", "Wrong email or password.", client_id=client["client_id"])
        raise OAuthError(403, "invalid_grant", "Wrong email or password.")
    granted = _granted(visit, asked, client, user)
    demand = await run_for_tokens(visit, of_exchange(asked, "oauth2-password", granted), "fepft")
    granted = replace(granted, id_claims=demand.id_claims, access_claims=demand.access_claims)
    required = demand.requires(remembered=False)
    if required or (required is None and factor.is_required(visit)):
        # not verified: that a factor requested by `challengeWith` is asked for by the MFA API as well
        raise mfa_required(visit, granted)
    visit.note("sepft", "Password for Access Token", client_id=client["client_id"], user_id=user["user_id"])
    return answer(visit, granted, new_family(visit, granted))


def _granted(visit: Visit, asked: TokenRequest, client: JSON, user: JSON) -> Granted:
    audience = audiences.chosen(visit, asked.fields.get("audience", ""))
    if audience and not audiences.exists(visit, audience):
        raise OAuthError(403, "access_denied", f"Service not found: {audience}")
    scope = audiences.granted_scope(visit, audience, tuple(asked.fields.get("scope", "").split()))
    return Granted(client["client_id"], user["user_id"], scope, audience, authenticated_at=visit.now)
