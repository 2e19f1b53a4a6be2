"""Tells which service a path belongs to, and builds error responses in that service's form."""

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
    """Returns the service that serves the path: `/v2/logout` belongs to Auth0, `/v2/PhoneNumbers` to Twilio."""
    return "twilio" if is_twilio(path) else "auth0"


def is_control(path: str) -> bool:
    """Whether the path is a control call or a page of the sandbox."""
    return path == CONTROL or path.startswith(f"{CONTROL}/")


def is_management(path: str) -> bool:
    """Whether the path belongs to the Management API."""
    return path == "/api/v2" or path.startswith("/api/v2/")


def refusal(path: str) -> Response:
    """Returns the service's 404 for a path, or a method of a path, that the sandbox does not serve."""
    if service_of(path) == "twilio":
        return twilio_errors.not_found(path)
    return not_found().response()


def failure(path: str, status: int) -> Response:
    """Returns an error response with this status and no details, in the form that the service itself uses."""
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
