"""The sandbox's own calls under `/_sandbox`: what happened, what there is, and what shall go wrong."""

from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from mfa_setup.sandbox.auth0.fresh import management_grant
from mfa_setup.sandbox.auth0.scopes import ALL_SCOPES
from mfa_setup.sandbox.auth0.state import Tenant
from mfa_setup.sandbox.auth0.tokens import mint
from mfa_setup.sandbox.faults import parse_faults
from mfa_setup.sandbox.services import CONTROL, is_control
from mfa_setup.sandbox.world import World, is_loopback


class LoopbackOnly:
    """ASGI middleware: control calls are answered to this machine only, and only under a loopback name."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may be answered."""
        if scope["type"] == "http" and is_control(scope["path"]):
            peer = scope["client"][0] if scope.get("client") else None
            headers = Headers(scope=scope)
            # The Host check stops a web page whose name was made to resolve to this machine; the Origin check any
            # other page, which could send to localhost though not read the answer.
            if not (is_loopback(peer) and is_loopback(headers.get("host")) and _is_of_here(headers.get("origin"))):
                await _error(403, "the control calls answer on loopback only")(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _is_of_here(origin: str | None) -> bool:
    """Whether no web page asks, or one that this machine serves."""
    return origin is None or is_loopback(origin.partition("://")[2])


async def get_requests(request: Request) -> Response:
    """GET /_sandbox/requests: the API requests so far (the latest 10,000), control calls aside."""
    return JSONResponse([entry.as_json() for entry in _world(request).requests])


async def get_state(request: Request) -> Response:
    """GET /_sandbox/state: the tenants and the Twilio account, as the APIs would answer them."""
    return JSONResponse(_world(request).snapshot())


async def post_reset(request: Request) -> Response:
    """POST /_sandbox/reset: back to the start, with the same credentials."""
    _world(request).reset()
    return JSONResponse({"ok": True})


async def get_faults(request: Request) -> Response:
    """GET /_sandbox/faults: the failures that still wait for a request."""
    return JSONResponse([_fault(fault) for fault in _world(request).faults])


async def post_faults(request: Request) -> Response:
    """POST /_sandbox/faults: adds failures to those that wait."""
    world = _world(request)
    world.faults += parse_faults(await request.json())
    return JSONResponse([_fault(fault) for fault in world.faults])


def _fault(fault: Any) -> dict[str, Any]:
    return {name: getattr(fault, name) for name in ("method", "path", "effect", "applied", "times")}


async def post_grants(request: Request) -> Response:
    """POST /_sandbox/grants `{"client_id"?, "scope": [...]}`: what a client's tokens may do; null: no grant."""
    tenant, body = _tenant(request), await _object(request)
    client_id = str(body.get("client_id", tenant.tool.client_id))
    if client_id not in tenant.clients or "scope" not in body:
        raise ValueError("expected a client_id that exists, and scope: a list, or null for no grant at all")
    grant = tenant.grant_of(client_id) or management_grant(tenant, client_id)
    if body["scope"] is None:
        tenant.grants.pop(grant["id"], None)
        return JSONResponse(None)
    grant["scope"] = _scopes(body["scope"])
    tenant.grants[grant["id"]] = grant
    return JSONResponse(grant)


async def post_tokens(request: Request) -> Response:
    """POST /_sandbox/tokens `{"scope"?, "expires_in"?, "audience"?}`: a token; expired if negative."""
    world, tenant, body = _world(request), _tenant(request), await _object(request)
    expires_in = body.get("expires_in", 86400)
    if type(expires_in) is not int:
        raise ValueError("expires_in: expected a number of seconds")
    token = mint(
        world.key,
        issuer=f"{world.url}/",
        client_id=tenant.tool.client_id,
        audience=str(body.get("audience", tenant.audiences[0])),
        scope=" ".join(_scopes(body.get("scope", list(ALL_SCOPES)))),
        expires_in=expires_in,
    )
    return JSONResponse({"access_token": token})


async def post_public_key(request: Request) -> Response:
    """POST /_sandbox/clients/{client_id}/public_key `{"pem"}`: registers a key for private-key JWT."""
    tenant, body = _tenant(request), await _object(request)
    client_id, pem = request.path_params["client_id"], body.get("pem")
    if client_id not in tenant.clients:
        raise ValueError(f"client_id: there is no client {client_id}")
    if not isinstance(pem, str) or "PUBLIC KEY" not in pem:
        raise ValueError("pem: expected a public key in PEM form")
    tenant.public_keys.setdefault(client_id, []).append(pem)
    return JSONResponse({"client_id": client_id, "keys": len(tenant.public_keys[client_id])})


def _scopes(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(scope, str) for scope in value):
        raise ValueError("scope: expected a list of strings")
    return list(value)


async def _object(request: Request) -> dict[str, Any]:
    body = await request.json() if await request.body() else {}
    if not isinstance(body, dict):
        raise ValueError("expected an object")  # noqa: TRY004 - every refusal is one kind of error
    return body


def _world(request: Request) -> World:
    world: World = request.app.state.world
    return world


def _tenant(request: Request) -> Tenant:
    world = _world(request)
    return world.tenants[world.domain]


def _error(status: int, message: str) -> Response:
    return JSONResponse({"error": message}, status_code=status)


def _route(path: str, method: str, handler: Any) -> Route:
    async def serve(request: Request) -> Response:
        try:
            answer: Response = await handler(request)
        except ValueError as error:
            return _error(400, str(error))
        return answer

    return Route(CONTROL + path, serve, methods=[method])


def routes() -> list[Route]:
    """The control calls, apart from the pages."""
    return [
        _route("/requests", "GET", get_requests),
        _route("/state", "GET", get_state),
        _route("/reset", "POST", post_reset),
        _route("/faults", "GET", get_faults),
        _route("/faults", "POST", post_faults),
        _route("/grants", "POST", post_grants),
        _route("/tokens", "POST", post_tokens),
        _route("/clients/{client_id}/public_key", "POST", post_public_key),
    ]


async def unknown(request: Request) -> Response:
    """Any other path under `/_sandbox`."""
    return _error(404, f"the sandbox has no control call {request.method} {request.url.path}")
