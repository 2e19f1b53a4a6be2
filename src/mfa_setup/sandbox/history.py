"""The history of API requests that `GET /_sandbox/requests` shows.

Only the latest `KEPT` requests are kept, so that a long-running sandbox does not grow. Numbering continues.
"""

from collections import deque
from dataclasses import dataclass
from typing import Any, TypeAlias

KEPT = 10_000


@dataclass(slots=True)
class Entry:
    """One request in the history.

    Attributes:
        n: The number of the request, from 1, in order of arrival.
        service: `auth0` or `twilio`.
        method: The HTTP method.
        path: The path without its query.
        status: The status of the answer; None if the request has not been answered.
        tenant: The domain of the Auth0 tenant; None for Twilio.
        product: The Twilio product, which is the first label of its host name in production; None for Auth0.
    """

    n: int
    service: str
    method: str
    path: str
    status: int | None
    tenant: str | None
    product: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Returns the entry as the control API answers it."""
        shown = ("n", "service", "method", "path", "status", "tenant")
        return {name: getattr(self, name) for name in shown}


History: TypeAlias = deque[Entry]


def new_history() -> History:
    """Returns an empty history."""
    return deque(maxlen=KEPT)
