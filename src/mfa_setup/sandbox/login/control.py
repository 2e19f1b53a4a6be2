"""What a test can do to the login: calls of the sandbox, none of Auth0's."""

import json
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from mfa_setup.sandbox.login.state import LoginState
    from mfa_setup.sandbox.world import World

_LEVELS = ("low", "high")
_FARTHEST = 10 * 365 * 24 * 3600


def _login(request: Request) -> "LoginState":
    world: World = request.app.state.world
    return world.login_of(world.tenants[world.domain])


async def _body(request: Request) -> dict[str, Any]:
    try:
        found = json.loads(await request.body())
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


async def risk(request: Request) -> Response:
    """POST /_sandbox/risk `{"level": "low|high"}`: what Adaptive MFA thinks of the next logins; low at first."""
    level = (await _body(request)).get("level")
    if level not in _LEVELS:
        return JSONResponse({"error": "level must be low or high"}, 400)
    _login(request).risk = level
    return JSONResponse({"level": level})


async def clock(request: Request) -> Response:
    """POST /_sandbox/clock `{"forward": seconds}`: lets codes, sessions and limits age; tokens keep the real time."""
    forward = (await _body(request)).get("forward")
    if isinstance(forward, bool) or not isinstance(forward, int | float) or not 0 <= forward <= _FARTHEST:
        return JSONResponse({"error": "forward must be a number of seconds"}, 400)
    login = _login(request)
    login.clock.ahead += forward
    return JSONResponse({"ahead": login.clock.ahead})


def routes() -> list[Route]:
    """The two calls."""
    return [
        Route("/_sandbox/risk", risk, methods=["POST"]),
        Route("/_sandbox/clock", clock, methods=["POST"]),
    ]
