"""Logging out: `/v2/logout` and `/oidc/logout` (docs)."""

from collections.abc import Mapping

import jwt
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mfa_setup.sandbox.login import sessions
from mfa_setup.sandbox.login.errors import PageError
from mfa_setup.sandbox.login.pages import policy_for, render
from mfa_setup.sandbox.login.prompts import BROWSER_COOKIE, browser_of, go, served, set_cookie
from mfa_setup.sandbox.login.urls import allows_return, with_query
from mfa_setup.sandbox.login.visit import Visit

_WENT_WRONG = "Oops!, something went wrong"
_NOT_ALLOWED = 'The "{name}" {kind} "{url}" is not defined as a valid URL in "Allowed Logout URLs"'


def allowed(visit: Visit, client_id: str | None) -> list[str]:
    """Returns the allowed logout URLs: the application's, or the tenant's if no application is named (docs).

    Raises:
        PageError: The application does not exist.
    """
    if not client_id:
        return list(visit.tenant.settings.get("allowed_logout_urls") or ())
    if client_id not in visit.tenant.clients:
        raise PageError(_WENT_WRONG, f"Unknown client: {client_id}")
    return list(visit.client(client_id).get("allowed_logout_urls") or ())


async def logout(request: Request) -> Response:
    """GET /v2/logout: redirects to `returnTo`, or to the first of the allowed URLs."""

    async def handle(visit: Visit) -> Response:
        client_id, wanted = request.query_params.get("client_id"), request.query_params.get("returnTo")
        urls = allowed(visit, client_id)
        if wanted and not allows_return(urls, wanted):
            text = _NOT_ALLOWED.format(name="returnTo", kind="querystring parameter", url=wanted)
            visit.note("flo", text, client_id=client_id)
            raise PageError(_WENT_WRONG, text)
        return _end(visit, wanted or next(iter(urls), ""), client_id)

    return await served(handle)(request)


def _end(visit: Visit, target: str, client_id: str | None) -> Response:
    session = sessions.current(visit)
    if session is not None:
        session.ended = True
        visit.note("slo", "User successfully logged out", user_id=session.user_id, client_id=client_id)
    response = go(target) if target else render("logged_out.html")
    response.delete_cookie(sessions.COOKIE, path="/")
    return response


async def oidc_logout(request: Request) -> Response:
    """GET /oidc/logout: asks for confirmation, unless the ID token shows which session is to end.

    Instead of the ID token, `client_id` with `logout_hint`, the `sid` of the session, is accepted too (docs).
    """

    async def handle(visit: Visit) -> Response:
        given = dict(request.query_params) | visit.form
        hint = _hint(visit, given.get("id_token_hint"))
        client_id = given.get("client_id") or (hint or {}).get("aud")
        target = _target(visit, given, client_id)
        session = sessions.current(visit)
        sid = (hint or {}).get("sid") or (given.get("logout_hint") if given.get("client_id") else None)
        sure = session is None or sid == session.sid or _confirmed(visit)
        return _end(visit, target, client_id) if sure else _ask(visit, given, target)

    return await served(handle)(request)


def _target(visit: Visit, given: Mapping[str, str], client_id: str | None) -> str:
    urls = allowed(visit, client_id)
    wanted = given.get("post_logout_redirect_uri")
    if wanted and not allows_return(urls, wanted):
        # not verified: the text
        text = _NOT_ALLOWED.format(name="post_logout_redirect_uri", kind="parameter", url=wanted)
        visit.note("flo", text, client_id=client_id)
        raise PageError(_WENT_WRONG, text)
    target = wanted or next(iter(urls), "")
    return with_query(target, {"state": given["state"]}) if target and given.get("state") else target


def _hint(visit: Visit, token: str | None) -> dict[str, str] | None:
    """Returns the claims of the tenant's ID token, even an expired one (OpenID Connect RP-Initiated Logout)."""
    if not token:
        return None
    try:
        claims = visit.tenant.key.decode(token, {"verify_aud": False, "verify_exp": False})
    except jwt.InvalidTokenError as error:
        raise PageError(_WENT_WRONG, "Invalid id_token_hint") from error  # not verified: the text
    return {name: str(value) for name, value in claims.items()}


def _confirmed(visit: Visit) -> bool:
    cookie = visit.cookies.get(BROWSER_COOKIE)
    asks = (visit.tenant.settings.get("sessions") or {}).get("oidc_logout_prompt_enabled", True)
    return not asks or (bool(cookie) and visit.form.get("confirm") == cookie)


def _ask(visit: Visit, given: Mapping[str, str], target: str) -> Response:
    browser = browser_of(visit)
    kept = {name: value for name, value in given.items() if name != "confirm"}
    response = render("logout.html", policy=policy_for(target), kept=kept, confirm=browser)
    set_cookie(visit, response, BROWSER_COOKIE, browser)
    return response


def routes() -> list[Route]:
    """Returns the routes of both logout endpoints."""
    return [
        Route("/v2/logout", logout, methods=["GET"]),
        Route("/oidc/logout", oidc_logout, methods=["GET", "POST"]),
    ]
