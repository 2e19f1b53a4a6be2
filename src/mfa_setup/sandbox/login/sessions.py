"""Sessions of browsers that are logged in: the `auth0` cookie (docs)."""

import secrets

from mfa_setup.sandbox.login.people import get_user
from mfa_setup.sandbox.login.records import AuthRequest, Session, Transaction
from mfa_setup.sandbox.login.visit import Visit

COOKIE = "auth0"
_HOUR = 3600


def current(visit: Visit) -> Session | None:
    """Returns the browser's session, unless it has been idle or has lasted for too long (tenant settings)."""
    session = visit.login.sessions.get(visit.cookies.get(COOKIE))
    if session is None or session.ended or get_user(visit, session.user_id) is None:
        return None
    idle = float(visit.tenant.settings.get("idle_session_lifetime") or 72) * _HOUR
    return session if visit.now - session.used_at < idle else None


def usable(visit: Visit, asked: AuthRequest) -> Session | None:
    """Returns the session if the request accepts it: not for `prompt=login`, and no older than `max_age`."""
    session = current(visit)
    if session is None or asked.prompt in {"login", "select_account"}:
        return None
    if asked.max_age is not None and visit.now - session.authenticated_at >= asked.max_age:
        return None
    user = get_user(visit, session.user_id)
    # The application cannot use the session of a user of another database connection.
    known = user is not None and user["identities"][0]["connection"] == asked.connection
    return session if known and not (user or {}).get("blocked") else None


def begin(visit: Visit, transaction: Transaction) -> tuple[str, Session]:
    """Starts a session after a login, or continues an existing one; returns its new cookie value and the session."""
    old = visit.login.sessions.take(visit.cookies.get(COOKIE))
    mfa = transaction.mfa or transaction.mfa_before
    if old is not None and not old.ended and old.sid == transaction.sid:
        session, session.mfa = old, mfa
    else:
        sid = secrets.token_urlsafe(24)
        session = Session(sid, transaction.user_id, transaction.authenticated_at, mfa, visit.now)
    session.mfa_at, session.factor = transaction.mfa_at[1], transaction.factor
    touch(visit, session, transaction.asked.target.client_id)
    return visit.login.sessions.put(session, _lifetime(visit)), session


def touch(visit: Visit, session: Session, client_id: str) -> None:
    """Records that an application has used the session."""
    session.used_at = visit.now
    session.clients.add(client_id)


def _lifetime(visit: Visit) -> float:
    return float(visit.tenant.settings.get("session_lifetime") or 168) * _HOUR


def cookie_seconds(visit: Visit) -> int | None:
    """Returns the cookie's lifetime in seconds; None means until the browser closes (tenant settings)."""
    mode = (visit.tenant.settings.get("session_cookie") or {}).get("mode")
    return int(_lifetime(visit)) if mode == "persistent" else None
