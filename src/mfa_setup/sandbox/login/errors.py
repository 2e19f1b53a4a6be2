"""Failures of a login that no form can show: an error page, or an error sent to the application's callback."""

from typing import Any


class PageError(Exception):
    """A failure that must not be sent to the application and is shown on a page instead.

    Attributes:
        title: The heading of the page.
        message: The text of the page.
        status: The HTTP status of the page.
    """

    def __init__(self, title: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.title = title
        self.message = message
        self.status = status


class AuthorizeError(Exception):
    """A failure that is sent to the application's callback: `error` and `error_description` (OpenID Connect).

    Attributes:
        error: The OAuth error code.
        description: The `error_description`.
        details: Further details of the log event.
    """

    def __init__(self, error: str, description: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.details = details or {}
        self.error = error
        self.description = description


LOST = PageError(
    "Page expired",
    "You may have pressed the back button, refreshed during login, opened too many login dialogs, or there is some "
    "issue with cookies, since we couldn't find your session. Try logging in again from the application.",
)
"""The error for a page whose login is over, or that was opened in another browser."""
