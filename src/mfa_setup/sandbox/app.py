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
    """The application over `world`.

    Args:
        world: The state behind it.
        connections: The open connections of the server, for faults that cut one off.

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
    """No such path, or not with this method: both services answer 404 in their own form."""
    # not verified: what the services answer to a method that a path does not have
    if is_control(request.scope["path"]):
        return await control.unknown(request)
    answer = refusal(request.scope["path"])
    unserved.note(request.method, request.scope["path"], answer.status_code)
    return answer


async def _cut_off(request: Request, _error: Exception) -> Response:
    """A client that went away in the middle of its request: nothing has happened, and nobody reads the answer."""
    return failure(request.scope["path"], 400)


async def _crash(request: Request, error: Exception) -> Response:
    """A defect of the sandbox: even that is answered in the service's form, never as a bare 500."""
    _log.error("the sandbox failed on %s %s", request.method, request.scope["path"], exc_info=error)
    return failure(request.scope["path"], 500)
