"""Sends the failure of a login to the application's callback, and logs it."""

from starlette.responses import Response

from mfa_setup.sandbox.login.errors import AuthorizeError
from mfa_setup.sandbox.login.records import Target
from mfa_setup.sandbox.login.respond import respond
from mfa_setup.sandbox.login.visit import Visit


def refuse(visit: Visit, target: Target, error: AuthorizeError, kind: str = "f", user_id: str = "") -> Response:
    """Answers the application with the error; `kind` is the type of the log event."""
    about = {"client_id": target.client_id, "user_id": user_id or None}
    visit.note(kind, error.description, **about, error=error.error, **error.details)
    return respond(target, {"error": error.error, "error_description": error.description})
