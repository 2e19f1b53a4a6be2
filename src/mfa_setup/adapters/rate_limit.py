"""What the answers of a service say about its rate limit, so that requests wait before it is hit.

Source: Auth0 docs, "Rate Limit Policy": `x-ratelimit-limit`, `-remaining` and `-reset` (Unix seconds) on every answer;
RFC 9110, section 10.2.3 (`Retry-After`).
"""

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from mfa_setup.adapters.answers import Answer
from mfa_setup.model.readiness import Headroom


@dataclass(slots=True)
class RateLimit:
    """The rate limit of one service, as its last answer told it; any thread may ask."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _limit: int | None = None
    _remaining: int | None = None
    _reset: float = 0.0
    _under_way: int = 0

    @contextmanager
    def request(self) -> Iterator[None]:
        """Counts a request as under way: an answer to another one may not have counted it yet."""
        with self._lock:
            self._under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1

    def note(self, answer: Answer) -> None:
        """Remembers what an answer says."""
        limit, remaining, reset = (
            _number(answer.headers.get(f"x-ratelimit-{name}")) for name in ("limit", "remaining", "reset")
        )
        if remaining is None or reset is None:
            return
        with self._lock:
            self._limit = None if limit is None else int(limit)
            self._remaining, self._reset = int(remaining) - self._under_way, reset

    def take(self, now: float) -> float:
        """Takes one request out of what is left: 0, or the seconds until there may be one.

        `x-ratelimit-reset` is in whole seconds; when it has passed, one request at least is allowed.
        """
        with self._lock:
            if self._remaining is not None and self._remaining <= 0:
                if (wait := self._reset - now) > 0:
                    return wait
                self._remaining, self._reset = 1, now + 1
            if self._remaining is not None:
                self._remaining -= 1
            return 0.0

    def headroom(self) -> Headroom | None:
        """What is left; None if no answer has told."""
        with self._lock:
            if self._limit is None or self._remaining is None:
                return None
            return Headroom(limit=self._limit, remaining=max(0, self._remaining))


def retry_delay(answer: Answer, now: float) -> float | None:
    """Seconds until the service wants the next request: `Retry-After`, else Auth0's `x-ratelimit-reset`."""
    after = answer.headers.get("retry-after", "").strip()
    if after.isascii() and after.isdigit():
        return float(after[:9])
    if after:
        try:
            return max(0.0, parsedate_to_datetime(after).timestamp() - now)
        except (ValueError, OverflowError):
            return None
    if answer.status != HTTPStatus.TOO_MANY_REQUESTS:
        return None  # Auth0 tells its limits with every answer: they say nothing about a failure
    reset = _number(answer.headers.get("x-ratelimit-reset"))
    return None if reset is None else max(0.1, reset - now)


def _number(text: str | None) -> float | None:
    """A number of a header, if it can be calculated with."""
    try:
        number = float(text) if text else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None
