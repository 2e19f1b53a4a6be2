"""The two forms of Auth0's error responses: the Management API's and the token endpoint's."""

from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse


class ManagementError(Exception):
    """An error response of the Management API (`/api/v2`).

    The shape is recorded: `{"statusCode", "error", "message"[, "errorCode"]}`; `errorCode` is often missing.

    Attributes:
        status: The HTTP status.
        message: The `message` of the response.
        code: The `errorCode`; None if the service gives none.
        extra: Further keys of the body.
    """

    def __init__(self, status: int, message: str, code: str | None = None, extra: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.extra = extra or {}

    def response(self) -> JSONResponse:
        """Returns the error as an HTTP response."""
        body: dict[str, Any] = {
            "statusCode": self.status,
            "error": phrase(self.status),
            "message": self.message,
        }
        if self.code is not None:
            body["errorCode"] = self.code
        return JSONResponse(body | self.extra, status_code=self.status)


class OAuthError(Exception):
    """An error response of the Authentication API (`/oauth/token`): `{"error", "error_description"}`.

    Attributes:
        status: The HTTP status.
        error: The OAuth error code.
        description: The `error_description` of the response.
        extra: Further keys of the body, such as `error_uri`.
    """

    def __init__(self, status: int, error: str, description: str, extra: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description
        self.extra = extra or {}

    def response(self) -> JSONResponse:
        """Returns the error as an HTTP response."""
        body = {"error": self.error, "error_description": self.description} | self.extra
        return JSONResponse(body, status_code=self.status)


def phrase(status: int) -> str:
    """Returns the reason phrase of a status, or `Unknown Error` if the status has none."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown Error"


def not_found(what: str = "Not Found", code: str | None = None) -> ManagementError:
    """Returns the 404 recorded for paths and resources that do not exist; many of them have no `errorCode`."""
    return ManagementError(HTTPStatus.NOT_FOUND, what, code)


def invalid_body(message: str) -> ManagementError:
    """Returns a 400 with `invalid_body`, the recorded code of every rejected payload."""
    return ManagementError(HTTPStatus.BAD_REQUEST, message, "invalid_body")


def too_many_requests() -> ManagementError:
    """Returns the recorded 429: the tenant's global limit for the Management API."""
    message = "Global limit has been reached"
    return ManagementError(HTTPStatus.TOO_MANY_REQUESTS, message, "too_many_requests")
