"""`/authorize`, where every login begins, and `/authorize/resume`, where it ends."""

from collections.abc import Mapping
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mfa_setup.sandbox.actions.demand import Demand
from mfa_setup.sandbox.login import factor, flow, post_login, sessions
from mfa_setup.sandbox.login.diary import note_success
from mfa_setup.sandbox.login.errors import LOST, AuthorizeError
from mfa_setup.sandbox.login.granted import Code, Granted
from mfa_setup.sandbox.login.issue import id_token
from mfa_setup.sandbox.login.occasion import of_silent_login
from mfa_setup.sandbox.login.people import get_user, note_login
from mfa_setup.sandbox.login.prompts import BROWSER_COOKIE, begin, browser_of, found, go, onward, served, set_cookie
from mfa_setup.sandbox.login.records import MULTI_FACTOR, AuthRequest, Session, Target, Transaction
from mfa_setup.sandbox.login.refusal import refuse
from mfa_setup.sandbox.login.request import request_of, target_of
from mfa_setup.sandbox.login.respond import respond
from mfa_setup.sandbox.login.visit import Visit

_CODE_SECONDS = 600  # not verified: the lifetime of an authorization code


async def authorize(request: Request) -> Response:
    """GET /authorize, and POST with the same parameters as a form (OpenID Connect)."""

    async def handle(visit: Visit) -> Response:
        given = dict(request.query_params) | visit.form
        target = target_of(visit, given)
        try:
            return await _begin(visit, given, target)
        except AuthorizeError as error:
            return _refused(visit, given, target, error)

    return await served(handle)(request)


def _refused(visit: Visit, given: Mapping[str, str], target: Target, error: AuthorizeError) -> Response:
    if target.response_mode not in {"fragment", "form_post", "web_message"}:
        target = replace(target, response_mode="query")
    return refuse(visit, target, error, "fsa" if given.get("prompt") == "none" else "f")


async def _begin(visit: Visit, given: Mapping[str, str], target: Target) -> Response:
    asked = request_of(visit, given, target)
    session = sessions.usable(visit, asked)
    if asked.prompt == "none":
        return await _silently(visit, asked, session)
    transaction = begin(visit, Transaction(asked, browser_of(visit), began_at=visit.now, request=visit.request))
    if session is None:
        page = "signup" if asked.screen_hint == "signup" else "login"
        response = go(f"/u/{page}?state={transaction.key}")
    else:
        transaction.user_id, transaction.authenticated_at = session.user_id, session.authenticated_at
        transaction.sid, transaction.mfa_before = session.sid, session.mfa
        transaction.mfa_at, transaction.factor = (0.0, session.mfa_at), session.factor
        response = await onward(visit, transaction)
    set_cookie(visit, response, BROWSER_COOKIE, transaction.browser)
    return response


async def _silently(visit: Visit, asked: AuthRequest, session: Session | None) -> Response:
    """Authenticates silently: answers at once, or raises the error that names the page that is needed (docs)."""
    if session is None:
        raise AuthorizeError("login_required", "Login required")
    execution = post_login.begin(visit)
    demand = await post_login.proceed(visit, execution, of_silent_login(visit, asked, session))
    remembered = factor.remembrance(visit, session.user_id)
    required = demand.requires(remembered=bool(remembered))
    if required or (required is None and factor.blocks_silent_login(visit, session)):
        # not verified: the code (sources: auth0-silent-mfa-error), also where an Action requires the factor
        raise AuthorizeError("login_required", "Multifactor authentication required", {"actions": execution.logged})
    if flow.needs_consent(visit, asked, session.user_id):
        raise AuthorizeError("consent_required", "Consent required")
    about = {"user_id": session.user_id, "client_id": asked.target.client_id}
    visit.note("ssa", "Success Silent Auth", **about, actions=execution.logged)
    sessions.touch(visit, session, asked.target.client_id)
    granted = _granted(asked, session, demand, mfa=False, remembered=remembered)
    return respond(asked.target, _values(visit, granted, asked))


def _granted(asked: AuthRequest, session: Session, demand: Demand, *, mfa: bool, remembered: str) -> Granted:
    return Granted(
        client_id=asked.target.client_id,
        user_id=session.user_id,
        scope=asked.scope,
        audience=asked.audience,
        sid=session.sid,
        authenticated_at=session.authenticated_at,
        nonce=asked.nonce,
        mfa=mfa,
        acr=MULTI_FACTOR if mfa and MULTI_FACTOR in asked.acr_values else None,
        max_age=asked.max_age is not None,
        organization=asked.organization,
        remembered=remembered,
        id_claims=demand.id_claims,
        access_claims=demand.access_claims,
    )


def _values(visit: Visit, granted: Granted, asked: AuthRequest) -> dict[str, str]:
    """Returns the parameters for the application: a code, or an ID token if it asked for one."""
    if asked.response_type == "id_token":
        return {"id_token": id_token(visit, granted)}
    code = Code(granted, asked.target.redirect_uri, asked.challenge, asked.method)
    return {"code": visit.login.codes.put(code, _CODE_SECONDS)}


async def resume(request: Request) -> Response:
    """GET /authorize/resume: starts the session and sends the application its code."""

    async def handle(visit: Visit) -> Response:
        transaction = found(visit, request.query_params.get("state"))
        if transaction.step != "done":
            return go(flow.page_of(visit, transaction))
        visit.login.transactions.take(transaction.key)
        if get_user(visit, transaction.user_id) is None:
            raise LOST
        return _finish(visit, transaction)

    return await served(handle)(request)


def _finish(visit: Visit, transaction: Transaction) -> Response:
    asked = transaction.asked
    cookie, session = sessions.begin(visit, transaction)
    note_login(visit, session.user_id)
    note_success(visit, transaction, session)
    seconds, remembered = factor.remembered_seconds(visit), factor.remembrance(visit, session.user_id)
    if transaction.remember:
        remembered = visit.login.remembered.put(session.user_id, seconds)
    granted = _granted(asked, session, transaction.demand, mfa=transaction.mfa, remembered=remembered)
    response = respond(asked.target, _values(visit, granted, asked))
    set_cookie(visit, response, sessions.COOKIE, cookie, sessions.cookie_seconds(visit))
    if transaction.remember:
        set_cookie(visit, response, factor.REMEMBER_COOKIE, remembered, seconds)
    return response


def routes() -> list[Route]:
    """Returns the routes where a login begins and ends."""
    return [
        Route("/authorize", authorize, methods=["GET", "POST"]),
        Route("/authorize/resume", resume, methods=["GET"]),
    ]
