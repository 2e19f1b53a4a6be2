"""One attempt of a request to a service, as `-v` shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Exchange:
    """One attempt of a request, with the response or the reason why there was none.

    All values are raw and may contain secrets and personal data, which `render.exchange` removes.

    Attributes:
        service: The service that the request was sent to.
        method: The HTTP method.
        path: The path, as sent.
        query: The query without its question mark; empty if the URL has no query.
        seconds: The time in seconds until the response was read or the attempt was given up.
        status: The HTTP status; None if no response was read.
        reason: Why no response was read.
        request_id: The ID that the service gave the request.
        sent_headers: The headers of the request.
        sent: The body of the request.
        headers: The headers of the response.
        received: The body of the response.
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
