"""All routes of the login."""

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from mfa_setup.sandbox.auth0.oauth import GRANTS
from mfa_setup.sandbox.login import (
    account,
    authorize,
    challenge,
    consent,
    control,
    enrollment,
    grants,
    logout,
    mfa_api,
    mfa_grants,
    otp_challenge,
    password_grant,
    recovery,
    userinfo,
)
from mfa_setup.sandbox.login.pages import HERE

_ASSETS = {"login.css": "text/css", "icon.svg": "image/svg+xml"}
_SAFE = {"cache-control": "no-cache", "x-content-type-options": "nosniff"}

GRANTS.update(
    {
        "authorization_code": grants.authorization_code,
        "refresh_token": grants.refresh_token,
        "password": password_grant.password,
        password_grant.REALM: password_grant.password_realm,
        mfa_grants.OOB: mfa_grants.mfa_oob,
        mfa_grants.RECOVERY: mfa_grants.mfa_recovery_code,
    }
)


async def _asset(request: Request) -> Response:
    name = str(request.path_params["name"])
    if name not in _ASSETS:
        return Response(status_code=404)
    return FileResponse(HERE / "assets" / name, media_type=_ASSETS[name], headers=_SAFE)


def routes() -> list[BaseRoute]:
    """Returns all routes that browsers and applications use for a login."""
    rooms = (
        authorize,
        account,
        recovery,
        enrollment,
        challenge,
        otp_challenge,
        consent,
        logout,
        userinfo,
        mfa_api,
        control,
    )
    return [Route("/u/assets/{name}", _asset), *(route for room in rooms for route in room.routes())]
