"""The API requests so far: what `GET /_sandbox/requests` shows.

Only the latest `KEPT` are there, so that a sandbox which runs for weeks does not grow; their numbers go on.
"""

from collections import deque
from dataclasses import dataclass
from typing import Any, TypeAlias

KEPT = 10_000


@dataclass(slots=True)
class Entry:
    """One request.

    Attributes:
        n: Its number, from 1, in order of arrival.
        service: `auth0` or `twilio`.
        method: The HTTP method.
        path: The path without its query.
        status: The status of the answer; None while, or if, there is none.
        tenant: The domain of the Auth0 tenant; None for Twilio.
        product: The product of Twilio, with which its host starts in production; None for Auth0.
    """

    n: int
    service: str
    method: str
    path: str
    status: int | None
    tenant: str | None
    product: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The entry as the control API answers it."""
        shown = ("n", "service", "method", "path", "status", "tenant")
        return {name: getattr(self, name) for name in shown}


History: TypeAlias = deque[Entry]


def new_history() -> History:
    """An empty history."""
    return deque(maxlen=KEPT)
