"""The login half of Auth0: Universal Login, the tokens that come of it, and the MFA API."""

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
    password_grant,
    recovery,
    userinfo,
)
from mfa_setup.sandbox.login.pages import HERE

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


async def _style(_: Request) -> Response:
    return FileResponse(HERE / "assets" / "login.css", media_type="text/css", headers=_SAFE)


def routes() -> list[BaseRoute]:
    """Everything that a browser and an application meet when someone logs in."""
    rooms = (authorize, account, recovery, enrollment, challenge, consent, logout, userinfo, mfa_api, control)
    return [Route("/u/assets/login.css", _style), *(route for room in rooms for route in room.routes())]
