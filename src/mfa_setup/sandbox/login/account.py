"""Logging in and signing up with the database connection: `/u/login` and `/u/signup`."""

import re

from starlette.responses import Response
from starlette.routing import Route

from mfa_setup.sandbox.auth0.state import JSON
from mfa_setup.sandbox.login import passwords
from mfa_setup.sandbox.login.people import check_password, create_user, find_user
from mfa_setup.sandbox.login.prompts import form, go, onward, prompt
from mfa_setup.sandbox.login.records import Transaction
from mfa_setup.sandbox.login.visit import Visit

WRONG = "Wrong email or password"
WEAK = "Password is too weak"
BLOCKED = "Your account has been blocked after multiple consecutive login attempts."
_ATTEMPTS = 10  # docs: the default of brute-force protection
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|[^@\s]+@localhost")


def connection_of(visit: Visit, name: str) -> JSON:
    """Returns the database connection with this name."""
    return next(found for found in visit.tenant.connections.values() if found["name"] == name)


def can_sign_up(connection: JSON) -> bool:
    """Whether anyone may sign up for an account (docs: `disable_signup`)."""
    return not connection["options"].get("disable_signup", False)


def authenticate(visit: Visit, connection: str, email: str, password: str) -> tuple[JSON | None, str]:
    """Returns the user with this password, or an error message that does not reveal whether the user exists."""
    login, name = visit.login, email.strip().lower()
    user = find_user(visit, connection, name)
    protected = connection_of(visit, connection)["options"].get("brute_force_protection", True)
    if protected and login.failures.get(name, 0) >= _ATTEMPTS:
        visit.note("limit_wc", BLOCKED, user_name=name, connection=connection)
        return None, BLOCKED
    if user is None or not check_password(visit, user, password):
        login.failures[name] = login.failures.get(name, 0) + 1
        kind, text = ("fu", "Invalid email or username.") if user is None else ("fp", "Wrong email or password.")
        visit.note(kind, text, user_name=name, connection=connection)
        return None, WRONG
    login.failures.pop(name, None)
    if user.get("blocked"):
        visit.note("f", "user is blocked", user_id=user["user_id"])
        return None, "Your account has been blocked"  # not verified: the text of the page
    return user, ""


async def show_login(visit: Visit, transaction: Transaction) -> Response:
    """GET /u/login."""
    return _login(visit, transaction, transaction.asked.login_hint)


def _login(visit: Visit, transaction: Transaction, username: str, error: str = "") -> Response:
    connection = connection_of(visit, transaction.asked.connection)
    return form(visit, transaction, "login.html", error=error, username=username, sign_up=can_sign_up(connection))


async def submit_login(visit: Visit, transaction: Transaction) -> Response:
    """POST /u/login: `username` and `password`."""
    username, password = visit.form.get("username", ""), visit.form.get("password", "")
    if not username.strip() or not password:
        return _login(visit, transaction, username, "Please enter an email address and a password")
    user, error = authenticate(visit, transaction.asked.connection, username, password)
    if user is None:
        return _login(visit, transaction, username, error)
    return await _logged_in(visit, transaction, user)


async def show_signup(visit: Visit, transaction: Transaction) -> Response:
    """GET /u/signup."""
    return _signup(visit, transaction, transaction.asked.login_hint)


def _signup(visit: Visit, transaction: Transaction, email: str, error: str = "") -> Response:
    connection = connection_of(visit, transaction.asked.connection)
    if not can_sign_up(connection):
        return go(f"/u/login?state={transaction.key}")
    rules = passwords.rules(connection)
    return form(visit, transaction, "signup.html", error=error, email=email, rules=rules, weak=error == WEAK)


async def submit_signup(visit: Visit, transaction: Transaction) -> Response:
    """POST /u/signup: `email` and `password`; the new user is logged in at once."""
    email, password = visit.form.get("email", "").strip(), visit.form.get("password", "")
    connection = connection_of(visit, transaction.asked.connection)
    error = _refusal(visit, connection, email, password)
    if error:
        visit.note("fs", error, user_name=email.lower(), connection=connection["name"])
        return _signup(visit, transaction, email, error)
    user = create_user(visit, connection, email, password)
    visit.note("ss", "Success Signup", user_id=user["user_id"], user_name=user["email"], connection=connection["name"])
    return await _logged_in(visit, transaction, user)


def _refusal(visit: Visit, connection: JSON, email: str, password: str) -> str:
    if not can_sign_up(connection):
        return "Sign-up is disabled"
    if not _EMAIL.fullmatch(email):
        return "Email is not valid."
    if find_user(visit, connection["name"], email):
        known = visit.tenant.settings["flags"].get("enable_public_signup_user_exists_error")
        return "The user already exists." if known else "Something went wrong, please try again later"
    return "" if passwords.is_strong(connection, password) else WEAK


async def _logged_in(visit: Visit, transaction: Transaction, user: JSON) -> Response:
    transaction.user_id, transaction.authenticated_at = user["user_id"], visit.now
    return await onward(visit, transaction)


def routes() -> list[Route]:
    """Returns the routes of both pages; a visitor may switch between them."""
    return [
        prompt("/u/login", "login", show_login, submit_login),
        prompt("/u/signup", "login", show_signup, submit_signup),
    ]
