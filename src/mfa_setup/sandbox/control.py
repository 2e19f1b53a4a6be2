"""The sandbox's control calls under `/_sandbox`: the request log, the state, and injected faults."""

from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from mfa_setup.sandbox.auth0.fresh import management_grant
from mfa_setup.sandbox.auth0.reached import reached
from mfa_setup.sandbox.auth0.scopes import ALL_SCOPES
from mfa_setup.sandbox.auth0.state import JSON
from mfa_setup.sandbox.auth0.tokens import mint
from mfa_setup.sandbox.control_route import ControlCall, control_route
from mfa_setup.sandbox.faults import Fault, parse_faults
from mfa_setup.sandbox.services import is_control
from mfa_setup.sandbox.world import is_loopback


class LoopbackOnly:
    """ASGI middleware that answers control calls only from this machine, and only under a loopback name."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, or answers 403 to a control call from elsewhere."""
        if scope["type"] == "http" and is_control(scope["path"]):
            peer = scope["client"][0] if scope.get("client") else None
            headers = Headers(scope=scope)
            # The Host check stops a web page whose host name was made to resolve to this machine. The Origin check
            # stops other pages that send data, and the check of Sec-Fetch-Site stops cross-site pages that only read.
            of_here = _is_of_here(headers.get("origin")) and headers.get("sec-fetch-site") != "cross-site"
            if not (is_loopback(peer) and reached(scope) is not None and of_here):
                await _error(403, "the control calls answer on loopback only")(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _is_of_here(origin: str | None) -> bool:
    """Whether the request comes from no web page, or from one that this machine serves."""
    return origin is None or is_loopback(origin.partition("://")[2])


def get_requests(call: ControlCall) -> list[JSON]:
    """GET /_sandbox/requests: the latest 10,000 API requests, without the control calls.

    `?product=messaging` returns only the requests to that Twilio product.
    """
    requests = call.world.requests if call.named is None else call.named.requests
    product = call.query.get("product")
    return [entry.as_json() for entry in requests if product in (None, entry.product)]


def get_state(call: ControlCall) -> JSON:
    """GET /_sandbox/state: the tenants and the Twilio account, as the APIs would answer them."""
    return call.world.snapshot()


def post_reset(call: ControlCall) -> JSON:
    """POST /_sandbox/reset: resets the sandbox, or the tenant that the call names, and keeps the credentials."""
    if call.named is None:
        call.world.reset()
    else:
        call.world.reset_tenant(call.named.domain)
    return {"ok": True}


def get_faults(call: ControlCall) -> list[JSON]:
    """GET /_sandbox/faults: the injected faults that have not been used up yet."""
    return [_fault(fault) for fault in _faults(call)]


def post_faults(call: ControlCall) -> list[JSON]:
    """POST /_sandbox/faults: adds faults to the pending ones."""
    _faults(call).extend(parse_faults(call.json))
    return get_faults(call)


def _faults(call: ControlCall) -> list[Fault]:
    """Returns the pending faults of the tenant that the call names, or those that apply to any service."""
    return call.world.faults if call.named is None else call.named.faults


def _fault(fault: Fault) -> JSON:
    shown = {name: getattr(fault, name) for name in ("method", "path", "effect", "applied", "times")}
    answered = {"body": fault.body, "headers": fault.headers or None}
    return shown | {name: value for name, value in answered.items() if value is not None}


def post_grants(call: ControlCall) -> JSON | None:
    """POST /_sandbox/grants `{"client_id"?, "scope": [...]}`: sets a client's granted scopes; null: no grant."""
    tenant, body = call.tenant, call.body
    client_id = str(body.get("client_id", tenant.tool.client_id))
    if client_id not in tenant.clients or "scope" not in body:
        raise ValueError("expected a client_id that exists, and scope: a list, or null for no grant at all")
    grant = tenant.grant_of(client_id) or management_grant(tenant, client_id)
    if body["scope"] is None:
        tenant.grants.pop(grant["id"], None)
        return None
    grant["scope"] = _scopes(body["scope"])
    tenant.grants[grant["id"]] = grant
    return grant


def post_tokens(call: ControlCall) -> JSON:
    """POST /_sandbox/tokens `{"scope"?, "expires_in"?, "audience"?}`: issues a token; expired if negative."""
    tenant, body = call.tenant, call.body
    expires_in = body.get("expires_in", 86400)
    if type(expires_in) is not int:
        raise ValueError("expires_in: expected a number of seconds")
    token = mint(
        tenant.key,
        issuer=f"{tenant.url}/",
        client_id=tenant.tool.client_id,
        audience=str(body.get("audience", tenant.audiences[0])),
        scope=" ".join(_scopes(body.get("scope", list(ALL_SCOPES)))),
        expires_in=expires_in,
    )
    return {"access_token": token}


def post_public_key(call: ControlCall) -> JSON:
    """POST /_sandbox/clients/{client_id}/public_key `{"pem"}`: registers a key for private-key JWT."""
    tenant, client_id, pem = call.tenant, call.path["client_id"], call.body.get("pem")
    if client_id not in tenant.clients:
        raise ValueError(f"client_id: there is no client {client_id}")
    if not isinstance(pem, str) or "PUBLIC KEY" not in pem:
        raise ValueError("pem: expected a public key in PEM form")
    tenant.public_keys.setdefault(client_id, []).append(pem)
    return {"client_id": client_id, "keys": len(tenant.public_keys[client_id])}


def _scopes(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(scope, str) for scope in value):
        raise ValueError("scope: expected a list of strings")
    return list(value)


def _error(status: int, message: str) -> Response:
    return JSONResponse({"error": message}, status_code=status)


def routes() -> list[Route]:
    """Returns the routes of the control calls defined here; the pages have their own."""
    return [
        control_route("/requests", "GET", get_requests),
        control_route("/state", "GET", get_state),
        control_route("/reset", "POST", post_reset),
        control_route("/faults", "GET", get_faults),
        control_route("/faults", "POST", post_faults),
        control_route("/grants", "POST", post_grants),
        control_route("/tokens", "POST", post_tokens),
        control_route("/clients/{client_id}/public_key", "POST", post_public_key),
    ]


async def unknown(request: Request) -> Response:
    """Answers any other path under `/_sandbox` with 404."""
    return _error(404, f"the sandbox has no control call {request.method} {request.scope['path']}")
