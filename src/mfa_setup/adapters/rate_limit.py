"""Tracks a service's rate limit from its responses, so that requests wait before it is exceeded.

Source: Auth0 docs, "Rate Limit Policy": `x-ratelimit-limit`, `-remaining` and `-reset` (Unix seconds) on every
response; RFC 9110, sections 6.6.1 (`Date`) and 10.2.3 (`Retry-After`). A time that a service names is compared only
with the service's own clock: the clock of this machine may be wrong by hours.
"""

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from mfa_setup.adapters.answers import Answer, served_at
from mfa_setup.model.readiness import Headroom

RATES = {2: 2.0, 10: 2.0, 50: 16.0}
"""Requests added per second, for the burst sizes that determine this rate (sources: auth0-rate-limits)."""
SPARE = 0.2
"""How much more than one request must remain before one is sent: requests can overtake each other on the network."""
_NOTHING = 1e-6
"""Tolerance for rounding."""


@dataclass(slots=True)
class RateLimit:
    """The rate limit of one service according to its responses; safe to use from any thread.

    If the burst size determines the rate, the requests left between two responses are calculated: `x-ratelimit-reset`
    is in whole seconds and would be late. If it does not, or a 429 showed that the rate was wrong, requests wait for
    the reset.

    All times are this machine's. `_ahead` converts the service's times to them: the service's clock is at least that
    many seconds ahead of this machine's, because `Date` is truncated to whole seconds and a response takes time to
    arrive. The largest value of all responses is used, as the closest to the real difference.
    """

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _limit: int | None = None
    _left: float | None = None
    _at: float = 0.0
    _reset: float = 0.0
    _ahead: float = -math.inf
    _under_way: int = 0
    _is_misled: bool = False
    _not_before: float = 0.0

    def expect(self, headroom: Headroom, seconds: float, now: float) -> None:
        """Starts with the limit that an earlier run read some seconds ago; at least one request is added per second."""
        with self._lock:
            self._limit, self._at = headroom.limit, now
            self._left = min(float(headroom.limit), headroom.remaining + seconds * RATES.get(headroom.limit, 1.0))

    @contextmanager
    def request(self) -> Iterator[None]:
        """Counts a request as in flight, because responses to other requests may not include it in their count yet."""
        with self._lock:
            self._under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1

    def note(self, answer: Answer, now: float) -> None:
        """Records the rate limit in a response that arrived at `now`; ignores its reset time without a `Date` header.

        After a refusal (429), every thread waits until the service accepts the next request.
        """
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS and (delay := retry_delay(answer)):
            with self._lock:
                self._not_before = max(self._not_before, now + delay)
        limit, remaining, reset = (
            _number(answer.headers.get(f"x-ratelimit-{name}")) for name in ("limit", "remaining", "reset")
        )
        date = service_time(answer)
        if remaining is None or reset is None or date is None:
            return
        with self._lock:
            self._ahead = max(self._ahead, date - now)
            self._limit = None if limit is None else int(limit)
            self._reset = reset - self._ahead
            self._is_misled = self._is_misled or answer.status == HTTPStatus.TOO_MANY_REQUESTS
            least = remaining - self._under_way
            if self._rate is None or self._left is None:
                self._left, self._at = least, now
            else:
                self._add(now)
                self._left = min(max(self._left, least), remaining + 1)  # the header has whole requests only

    @property
    def _rate(self) -> float | None:
        return None if self._is_misled or self._limit is None else RATES.get(self._limit)

    def _add(self, now: float) -> None:
        """Adds the requests that have become available since the last update."""
        if self._left is not None and self._limit is not None and self._rate is not None:
            self._left = min(float(self._limit), self._left + self._rate * (now - self._at))
        self._at = now

    def take(self, now: float) -> float:
        """Takes one request from those left and returns 0, or returns the seconds until one may be available."""
        with self._lock:
            if (wait := self._not_before - now) > 0:
                return wait
            if self._left is None:
                return 0.0
            if self._rate is None:
                return self._take_by_reset(now)
            self._add(now)
            if self._left < 1 + SPARE - _NOTHING:
                return (1 + SPARE - self._left) / self._rate
            self._left -= 1
            return 0.0

    def _take_by_reset(self, now: float) -> float:
        """Like `take`, but based on the reset time: once it has passed, at least one request is allowed."""
        left = self._left or 0.0
        if left < 1:
            if (wait := self._reset - now) > 0:
                return wait
            left, self._reset = 1.0, now + 1
        self._left = left - 1
        return 0.0

    def headroom(self) -> Headroom | None:
        """Returns the remaining requests; None if no response has reported them."""
        with self._lock:
            if self._limit is None or self._left is None:
                return None
            return Headroom(limit=self._limit, remaining=max(0, int(self._left)))


def service_time(answer: Answer) -> float | None:
    """Returns the service's clock from a response's `Date` header, in Unix seconds; None without a valid `Date`."""
    date = served_at(answer.headers)
    return None if date is None else date.timestamp()


def retry_delay(answer: Answer) -> float | None:
    """Returns the seconds until the service accepts the next request: `Retry-After`, else Auth0's `x-ratelimit-reset`.

    None if the response has neither, or names a time but not the service's own clock.
    """
    after = answer.headers.get("retry-after", "").strip()
    if after.isascii() and after.isdigit():
        return float(after[:9])
    now = service_time(answer)
    if after:
        when = _moment(after)
        return None if when is None or now is None else max(0.0, when - now)
    if answer.status != HTTPStatus.TOO_MANY_REQUESTS:
        return None  # Auth0 sends these headers with every response, so they are unrelated to this failure
    reset = _number(answer.headers.get("x-ratelimit-reset"))
    return None if reset is None or now is None or reset <= now else reset - now


def _moment(text: str) -> float | None:
    """Parses a date from a header to Unix seconds; None if it is not a date."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None


def _number(text: str | None) -> float | None:
    """Parses a number from a header; None if it is not a finite number."""
    try:
        number = float(text) if text else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None
