"""The token endpoint: `/oauth/token`."""

import base64
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any, TypeAlias
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mfa_setup.sandbox.auth0.client_auth import TokenRequest, authenticate_client
from mfa_setup.sandbox.auth0.errors import OAuthError
from mfa_setup.sandbox.auth0.events import token_exchange
from mfa_setup.sandbox.auth0.reached import reached
from mfa_setup.sandbox.auth0.seen import seen_by_actions
from mfa_setup.sandbox.auth0.state import JSON, Tenant
from mfa_setup.sandbox.auth0.tokens import mint
from mfa_setup.sandbox.payloads import is_form, read_form, read_json

Grant: TypeAlias = Callable[[TokenRequest], JSON | Awaitable[JSON]]

_LIFETIME = 86400
_NO_GRANT = (
    'Client is not authorized to access "{audience}". You need to create a "client-grant" associated to this API. '
    "See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants"
)


async def token(request: Request) -> Response:
    """POST /oauth/token: accepts JSON or a form (docs)."""
    try:
        body = await _answer(request)
    except OAuthError as error:
        return error.response()
    return JSONResponse(body, headers={"cache-control": "no-store", "pragma": "no-cache"})


async def _answer(request: Request) -> JSON:
    tenant = tenant_of(request)
    fields = await _fields(request)
    asked = TokenRequest(tenant, issuer_of(request, tenant), fields, seen_by_actions(request, fields))
    grant = GRANTS.get(asked.need("grant_type"))
    if grant is None:
        # not verified: status and text for a grant type that does not exist
        raise OAuthError(403, "unsupported_grant_type", f"Unsupported grant type: {asked.fields['grant_type']}")
    answer = grant(asked)
    return await answer if isawaitable(answer) else answer


async def _fields(request: Request) -> dict[str, str]:
    raw = await request.body()
    try:
        if is_form(request.headers.get("content-type", "")):
            found: Any = {name: value for name, value in read_form(raw) if value}
        else:
            found = read_json(raw)
    except ValueError as error:
        raise OAuthError(400, "invalid_request", "Invalid request payload") from error
    if not isinstance(found, dict):
        raise OAuthError(400, "invalid_request", "Invalid request payload")
    given = {str(name): str(value) for name, value in found.items() if value is not None}
    return _basic(request.headers.get("authorization", "")) | given


def _basic(header: str) -> dict[str, str]:
    """Returns the client ID and secret of HTTP Basic authentication (`client_secret_basic`, RFC 6749 section 2.3.1)."""
    kind, _, encoded = header.partition(" ")
    if kind.lower() != "basic":
        return {}
    try:
        client_id, found, secret = base64.b64decode(encoded).decode().partition(":")
    except ValueError:
        return {}
    return {"client_id": unquote(client_id), "client_secret": unquote(secret)} if found else {}


def client_credentials(asked: TokenRequest) -> JSON:
    """Serves the machine-to-machine grant (docs) and logs the exchange in the tenant's log."""
    client_id = asked.fields.get("client_id")
    try:
        answer = _exchange(asked)
    except OAuthError as error:
        token_exchange(asked.tenant, client_id, error.description)
        raise
    token_exchange(asked.tenant, client_id)
    return answer


def _exchange(asked: TokenRequest) -> JSON:
    """Issues a token with the scopes of the client grant."""
    client = authenticate_client(asked)
    audience = asked.need("audience")
    if audience not in asked.tenant.audiences:
        # not verified: text and status for an audience that no API has
        raise OAuthError(403, "access_denied", f"Service not enabled within domain: {audience}")
    if "client_credentials" not in (client.get("grant_types") or ()):
        text = "Grant type 'client_credentials' not allowed for the client."
        uri = {"error_uri": "https://auth0.com/docs/clients/client-grant-types"}
        raise OAuthError(403, "unauthorized_client", text, uri)
    scope = _granted(asked, client, audience)
    access = mint(
        asked.tenant.key,
        issuer=asked.issuer,
        client_id=client["client_id"],
        audience=audience,
        scope=scope,
        expires_in=_LIFETIME,
    )
    return {"access_token": access, "scope": scope, "expires_in": _LIFETIME, "token_type": "Bearer"}


def _granted(asked: TokenRequest, client: JSON, audience: str) -> str:
    grant = asked.tenant.grant_of(client["client_id"])
    if grant is None:
        raise OAuthError(403, "access_denied", _NO_GRANT.format(audience=audience))
    wanted = asked.fields.get("scope", "").split()
    missing = [scope for scope in wanted if scope not in grant["scope"]]
    if missing:
        raise OAuthError(403, "access_denied", f"Client has not been granted scopes: {', '.join(missing)}")
    return " ".join(wanted or grant["scope"])


GRANTS: dict[str, Grant] = {"client_credentials": client_credentials}
"""The grants that the endpoint serves, by `grant_type`; the `login` package adds its own."""


def tenant_of(request: Request) -> Tenant:
    """Returns the tenant of the Host header.

    Raises:
        OAuthError: 404: no tenant has this host name.
    """
    tenant = reached(request.scope)
    if tenant is None:
        raise OAuthError(404, "not_found", "Unknown host")
    return tenant


def issuer_of(request: Request, tenant: Tenant) -> str:
    """Returns the issuer as the caller reached it: `{scheme}://{host}/`, with a trailing slash (docs)."""
    return f"{tenant.site.scheme}://{request.headers.get('host', tenant.domain)}/"


def routes() -> list[Route]:
    """Returns the route of the token endpoint."""
    return [Route("/oauth/token", token, methods=["POST"])]
