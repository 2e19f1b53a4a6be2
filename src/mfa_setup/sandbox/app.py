"""The sandbox as one ASGI application: both services, the control calls and the pages."""

import logging

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from mfa_setup.sandbox import control, control_tenant, unserved
from mfa_setup.sandbox.auth0 import routes as auth0
from mfa_setup.sandbox.connections import Connections
from mfa_setup.sandbox.control import LoopbackOnly
from mfa_setup.sandbox.edge import Dated, Reach, Readable
from mfa_setup.sandbox.inject import Faults
from mfa_setup.sandbox.limits import Latency, RateLimit
from mfa_setup.sandbox.login import routes as login
from mfa_setup.sandbox.login.cors import Cors
from mfa_setup.sandbox.pages import routes as pages
from mfa_setup.sandbox.requestlog import RequestLog
from mfa_setup.sandbox.services import failure, is_control, refusal
from mfa_setup.sandbox.twilio import routes as twilio
from mfa_setup.sandbox.world import World

_log = logging.getLogger(__name__)


def build_app(world: World, connections: Connections | None = None) -> Starlette:
    """Builds the ASGI application that serves `world`.

    Args:
        world: The state of the sandbox.
        connections: The server's open connections, which faults such as `reset` close.

    Returns:
        The application; `app.state.world` is the world.
    """
    open_connections = connections if connections is not None else Connections()
    halves = (auth0.routes(), login.routes(), twilio.routes())
    calls = (control.routes(), control_tenant.routes(), pages.routes())
    routes: list[BaseRoute] = [route for half in (*halves, *calls) for route in half]
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(Dated),
            Middleware(Reach, world=world),
            Middleware(LoopbackOnly),
            Middleware(RequestLog, world=world),
            Middleware(Latency, wait=world.config.latency_ms / 1000, connections=open_connections),
            Middleware(Cors),
            Middleware(RateLimit),
            Middleware(Faults, world=world, connections=open_connections),
            Middleware(Readable),
        ],
        exception_handlers={HTTPException: _refuse, ClientDisconnect: _cut_off, Exception: _crash},
    )
    app.router.redirect_slashes = False
    app.state.world = world
    return app


async def _refuse(request: Request, _error: Exception) -> Response:
    """Answers an unknown path, or a method that the path does not support, with 404 in the form of the service."""
    # not verified: the services' answer to a method that a path does not support
    if is_control(request.scope["path"]):
        return await control.unknown(request)
    answer = refusal(request.scope["path"])
    unserved.note(request.method, request.scope["path"], answer.status_code)
    return answer


async def _cut_off(request: Request, _error: Exception) -> Response:
    """Handles a client that disconnected in the middle of its request: nothing changes, and nobody reads the answer."""
    return failure(request.scope["path"], 400)


async def _crash(request: Request, error: Exception) -> Response:
    """Answers a defect of the sandbox in the form of the service, never with a bare 500."""
    _log.error("the sandbox failed on %s %s", request.method, request.scope["path"], exc_info=error)
    return failure(request.scope["path"], 500)
