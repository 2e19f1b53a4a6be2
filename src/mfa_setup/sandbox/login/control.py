"""Control calls that let tests influence the login; Auth0 has no such calls."""

from typing import Any

from starlette.routing import Route

from mfa_setup.sandbox.control_route import ControlCall, control_route

_LEVELS = ("low", "high")
_FARTHEST = 10 * 365 * 24 * 3600


def risk(call: ControlCall) -> dict[str, Any]:
    """POST /_sandbox/risk `{"level": "low|high"}`: sets the risk that Adaptive MFA sees in logins; low by default."""
    level = call.body.get("level")
    if level not in _LEVELS:
        raise ValueError("level must be low or high")
    call.tenant.login.risk = level
    return {"level": level}


def clock(call: ControlCall) -> dict[str, Any]:
    """POST /_sandbox/clock `{"forward": seconds}`: ages codes, sessions and limits; tokens keep the real time."""
    forward = call.body.get("forward")
    if isinstance(forward, bool) or not isinstance(forward, int | float) or not 0 <= forward <= _FARTHEST:
        raise ValueError("forward must be a number of seconds")
    call.tenant.login.clock.ahead += forward
    return {"ahead": call.tenant.login.clock.ahead}


def routes() -> list[Route]:
    """Returns the routes of both control calls."""
    return [control_route("/risk", "POST", risk), control_route("/clock", "POST", clock)]
