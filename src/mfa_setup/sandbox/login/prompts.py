"""Shared by all pages: the login that a page belongs to, the browser that it was opened in, and its form."""

import secrets
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from mfa_setup.sandbox.auth0.errors import OAuthError
from mfa_setup.sandbox.login.errors import LOST, AuthorizeError, PageError
from mfa_setup.sandbox.login.flow import advance, page_of
from mfa_setup.sandbox.login.pages import error_page, policy_for, render
from mfa_setup.sandbox.login.records import Step, Transaction
from mfa_setup.sandbox.login.refusal import refuse
from mfa_setup.sandbox.login.visit import Visit, visit_of

BROWSER_COOKIE = "_csrf"
_FOUND = 302
_SECONDS = 3600

Page: TypeAlias = Callable[[Visit, Transaction], Awaitable[Response]]
Handler: TypeAlias = Callable[[Visit], Awaitable[Response]]


def begin(visit: Visit, transaction: Transaction) -> Transaction:
    """Stores a new login, which a cookie binds to the browser."""
    transaction.key = visit.login.transactions.put(transaction, _SECONDS)
    return transaction


def browser_of(visit: Visit) -> str:
    """Returns the value of the browser's cookie, or a new one."""
    return visit.cookies.get(BROWSER_COOKIE) or secrets.token_urlsafe(32)


def set_cookie(visit: Visit, response: Response, name: str, value: str, seconds: int | None = None) -> None:
    """Sets a cookie that scripts cannot read.

    Over HTTPS, requests from other sites include the cookie, as with the service (docs: for silent authentication in a
    frame). Over HTTP, browsers reject such a cookie, so it is `SameSite=Lax` there, and forms of other sites do not
    send it.
    """
    secure = visit.tenant.site.config.tls
    response.set_cookie(
        name, value, seconds, path="/", secure=secure, httponly=True, samesite="none" if secure else "lax"
    )


def found(visit: Visit, key: str | None) -> Transaction:
    """Returns the login that a page belongs to.

    Raises:
        PageError: The login is over, or belongs to another browser: a victim who was lured here by a link has no cookie
            for it.
    """
    transaction = visit.login.transactions.get(key)
    cookie = visit.cookies.get(BROWSER_COOKIE, "")
    if transaction is None or not secrets.compare_digest(cookie.encode(), transaction.browser.encode()):
        raise LOST
    asked, tenant = transaction.asked, visit.tenant
    there = any(connection["name"] == asked.connection for connection in tenant.connections.values())
    if asked.target.client_id not in tenant.clients or not there:
        raise LOST  # the application or its database connection has been deleted meanwhile
    return transaction


def go(address: str) -> Response:
    """Redirects the browser to an address."""
    return RedirectResponse(address, _FOUND, headers={"cache-control": "no-store"})


async def onward(visit: Visit, transaction: Transaction) -> Response:
    """Redirects the browser to the next page of the login."""
    return go(await advance(visit, transaction))


def form(visit: Visit, transaction: Transaction, name: str, *, error: str = "", **values: object) -> Response:
    """Renders a page with a form; the status is 400 if there is an error."""
    notice, transaction.notice = transaction.notice, ""
    note, transaction.note = transaction.note, ""
    client = visit.client(transaction.asked.target.client_id)
    return render(
        name,
        400 if error else 200,
        policy_for(transaction.asked.target.redirect_uri),
        state=transaction.key,
        error=error or notice,
        note=note,
        app=client["name"],
        tenant=str(visit.tenant.settings.get("friendly_name") or visit.tenant.name),
        **values,
    )


def served(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Wraps a handler of requests so that errors become an error page or an OAuth error."""

    async def serve(request: Request) -> Response:
        try:
            return await handler(await visit_of(request))
        except PageError as error:
            return error_page(error)
        except OAuthError as error:
            return error.response()

    return serve


def prompt(path: str, step: Step, show: Page, submit: Page) -> Route:
    """Returns the route of a login page, which is shown and accepted only while the login is at this step."""

    async def serve(request: Request) -> Response:
        async def handle(visit: Visit) -> Response:
            key = visit.form.get("state") if request.method == "POST" else request.query_params.get("state")
            transaction = found(visit, key)
            if transaction.step != step:
                return go(page_of(visit, transaction))
            try:
                return await (submit if request.method == "POST" else show)(visit, transaction)
            except AuthorizeError as error:
                visit.login.transactions.take(transaction.key)
                return refuse(visit, transaction.asked.target, error, user_id=transaction.user_id)

        return await served(handle)(request)

    return Route(path, serve, methods=["GET", "POST"])
