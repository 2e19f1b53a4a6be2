"""`/userinfo`: the claims about the user that the access token's scopes allow (docs)."""

import jwt
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mfa_setup.sandbox.auth0.errors import OAuthError
from mfa_setup.sandbox.login import audiences
from mfa_setup.sandbox.login.issue import claims_of
from mfa_setup.sandbox.login.people import get_user
from mfa_setup.sandbox.login.visit import Visit, visit_of


async def userinfo(request: Request) -> Response:
    """GET or POST /userinfo with a bearer token, opaque or a JWT whose audience includes `/userinfo`."""
    try:
        visit = await visit_of(request)
    except OAuthError as error:
        return error.response()
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    found = _bearer(visit, token.strip()) if kind.lower() == "bearer" else None
    user = get_user(visit, found[0]) if found else None
    if found is None or user is None:
        body = {"error": "invalid_token", "error_description": "The access token is invalid or has expired"}
        return JSONResponse(body, 401, {"www-authenticate": 'Bearer error="invalid_token"'})
    return JSONResponse({"sub": found[0]} | claims_of(user, found[1]), headers={"cache-control": "no-store"})


def _bearer(visit: Visit, token: str) -> tuple[str, tuple[str, ...]] | None:
    granted = visit.login.access.get(token)
    if granted is not None:
        return granted.user_id, granted.scope
    try:
        claims = visit.tenant.key.claims(token, (audiences.userinfo_audience(visit),))
    except jwt.InvalidTokenError:
        return None
    # An ID token is not an access token, although the same key signs it.
    return (str(claims["sub"]), tuple(str(claims["scope"]).split())) if "scope" in claims else None


def routes() -> list[Route]:
    """Returns the route of the endpoint."""
    return [Route("/userinfo", userinfo, methods=["GET", "POST"])]
