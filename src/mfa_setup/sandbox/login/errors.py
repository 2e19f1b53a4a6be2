"""How a login fails where no form can say so: on a page of its own, or at the application's callback."""


class PageError(Exception):
    """A failure that must not be sent to the application: it is shown on a page.

    Attributes:
        title: The heading.
        message: What the service says.
        status: The HTTP status of the page.
    """

    def __init__(self, title: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.title = title
        self.message = message
        self.status = status


class AuthorizeError(Exception):
    """A failure that the application gets at its callback: `error` and `error_description` (OpenID Connect).

    Attributes:
        error: The code.
        description: What the service says.
    """

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


LOST = PageError(
    "Page expired",
    "You may have pressed the back button, refreshed during login, opened too many login dialogs, or there is some "
    "issue with cookies, since we couldn't find your session. Try logging in again from the application.",
)
"""A page whose login is over, or which was opened in another browser."""
