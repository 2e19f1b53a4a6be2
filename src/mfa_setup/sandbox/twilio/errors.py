"""Twilio's error bodies.

The OpenAPI documents describe success only; the form of errors is that of Twilio's pages (sources: twilio-errors).
"""

from collections.abc import Mapping

from starlette.responses import JSONResponse, Response

AUTHENTICATE = 20003
NOT_FOUND = 20404

# The Twilio code for each HTTP status: an injected fault names only the status (sources: twilio-errors).
_CODES = {401: AUTHENTICATE, 403: AUTHENTICATE, 404: NOT_FOUND, 405: 20004, 429: 20429, 503: 20503}
_MESSAGES = {
    401: "Authenticate",
    403: "Forbidden",
    404: "The requested resource was not found",
    405: "Method not allowed",
    429: "Too Many Requests",
    503: "Service unavailable",
}
_FIRST_SERVER_ERROR = 500


class TwilioError(Exception):
    """An error response of Twilio's APIs."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def error(status: int, code: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """Build a response in Twilio's error form (sources: twilio-errors)."""
    body = {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return JSONResponse(body, status_code=status, headers=headers)


def missing(path: str) -> TwilioError:
    """Return the error for a path or resource that does not exist (sources: twilio-errors: 20404)."""
    return TwilioError(404, NOT_FOUND, f"The requested resource {path} was not found")


def not_found(path: str) -> Response:
    """Build the response for a path or resource that does not exist (sources: twilio-errors: 20404)."""
    refusal = missing(path)
    return error(refusal.status, refusal.code, refusal.message)


def status_fault(status: int) -> Response:
    """Build an injected fault's response: 20429 for 429, 20503 for 503, else 20500 (sources: twilio-errors)."""
    # not verified: the texts, and which of its codes a 500, 502 or 504 carries
    code = _CODES.get(status, 20500 if status >= _FIRST_SERVER_ERROR else 20001)
    message = _MESSAGES.get(status, "Internal Server Error" if status >= _FIRST_SERVER_ERROR else "Bad Request")
    return error(status, code, message)
