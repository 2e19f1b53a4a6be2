"""The sandbox as one ASGI application: both services, the control calls and the pages."""

import logging

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from mfa_setup.sandbox import control, login, pages, twilio, unserved
from mfa_setup.sandbox.auth0.routes import routes as auth0_routes
from mfa_setup.sandbox.connections import Connections
from mfa_setup.sandbox.control import LoopbackOnly
from mfa_setup.sandbox.faults import Faults
from mfa_setup.sandbox.limits import Latency, RateLimit
from mfa_setup.sandbox.login.cors import Cors
from mfa_setup.sandbox.requestlog import RequestLog
from mfa_setup.sandbox.services import failure, is_control, refusal
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
    routes: list[BaseRoute] = [*auth0_routes(), *login.routes(), *twilio.routes(), *control.routes(), *pages.routes()]
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(LoopbackOnly),
            Middleware(RequestLog, world=world),
            Middleware(Latency, world=world, connections=open_connections),
            Middleware(Cors, world=world),
            Middleware(RateLimit, world=world),
            Middleware(Faults, world=world, connections=open_connections),
        ],
        exception_handlers={HTTPException: _refuse, Exception: _crash},
    )
    app.router.redirect_slashes = False
    app.state.world = world
    return app


async def _refuse(request: Request, _error: Exception) -> Response:
    """No such path, or not with this method: both services answer 404 in their own form."""
    # not verified: what the services answer to a method that a path does not have
    if is_control(request.url.path):
        return await control.unknown(request)
    answer = refusal(request.url.path)
    unserved.note(request.method, request.url.path, answer.status_code)
    return answer


async def _crash(request: Request, error: Exception) -> Response:
    """A defect of the sandbox: even that is answered in the service's form, never as a bare 500."""
    _log.error("the sandbox failed on %s %s", request.method, request.url.path, exc_info=error)
    return failure(request.url.path, 500)
