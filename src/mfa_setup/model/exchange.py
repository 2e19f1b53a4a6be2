"""One attempt of a request to a service, as `-v` shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request that was sent once, with its answer or the reason why there was none.

    Everything in it is raw: it may hold secrets and personal data, and `render.exchange` removes them.

    Attributes:
        service: The service that the request was sent to.
        method: The HTTP method.
        path: The path, as sent.
        query: The query without its question mark; empty where there is none.
        seconds: How long it took until the answer was read, or until the attempt was given up.
        status: The HTTP status; None where no answer was read.
        reason: Why no answer was read.
        request_id: The service's own ID of the request.
        sent_headers: The headers of the request.
        sent: The body of the request.
        headers: The headers of the answer.
        received: The body of the answer.
    """

    service: str
    method: str
    path: str
    query: str
    seconds: float
    status: int | None = None
    reason: str = ""
    request_id: str | None = None
    sent_headers: Mapping[str, str] = field(default_factory=dict)
    sent: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    received: str = ""
