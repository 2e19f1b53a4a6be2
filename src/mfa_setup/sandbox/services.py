"""The service that a path belongs to, and the form of its error responses."""

from http import HTTPStatus
from typing import Literal, TypeAlias

from starlette.responses import JSONResponse, Response

from mfa_setup.sandbox.auth0.errors import ManagementError, not_found, phrase, too_many_requests
from mfa_setup.sandbox.twilio import errors as twilio_errors
from mfa_setup.sandbox.twilio.products import is_twilio

Service: TypeAlias = Literal["auth0", "twilio"]

CONTROL = "/_sandbox"
_OAUTH_ERRORS = {400: "invalid_request", 429: "too_many_requests"}


def service_of(path: str) -> Service:
    """The service that owns the path; `/v2/logout` is Auth0's, `/v2/PhoneNumbers` Twilio's."""
    return "twilio" if is_twilio(path) else "auth0"


def is_control(path: str) -> bool:
    """Whether the path is the sandbox's own."""
    return path == CONTROL or path.startswith(f"{CONTROL}/")


def is_management(path: str) -> bool:
    """Whether the path is the Management API's."""
    return path == "/api/v2" or path.startswith("/api/v2/")


def refusal(path: str) -> Response:
    """404 for a path, or a method of it, that the sandbox does not serve, in the service's own form."""
    if service_of(path) == "twilio":
        return twilio_errors.not_found(path)
    return not_found().response()


def failure(path: str, status: int) -> Response:
    """An error status without further words, in the form that the service itself uses for it."""
    if is_control(path):
        return JSONResponse({"error": phrase(status)}, status_code=status)
    if service_of(path) == "twilio":
        return twilio_errors.status_fault(status)
    if is_management(path):
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return too_many_requests().response()
        return ManagementError(status, phrase(status)).response()
    error = _OAUTH_ERRORS.get(status, "server_error")
    return JSONResponse({"error": error, "error_description": phrase(status)}, status_code=status)
