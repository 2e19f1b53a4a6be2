"""Tracks a service's rate limit from its responses, so that requests wait before it is exceeded.

Source: Auth0 docs, "Rate Limit Policy": `x-ratelimit-limit`, `-remaining` and `-reset` (Unix seconds) on every answer;
RFC 9110, sections 6.6.1 (`Date`) and 10.2.3 (`Retry-After`). A moment that a service names is compared with the
service's own clock only: that of this machine may be wrong by hours.
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
"""Requests that are added in a second, by the size of a burst, where that tells (sources: auth0-rate-limits)."""
SPARE = 0.2
"""How much more than one request must be left: requests overtake each other on their way."""
_NOTHING = 1e-6
"""Tolerance for rounding."""


@dataclass(slots=True)
class RateLimit:
    """The rate limit of one service, as its answers tell it; any thread may ask.

    Where the burst tells the rate, what is left between two answers is calculated: `x-ratelimit-reset` is in whole
    seconds and would be late. Where it does not, or was wrong (429), the reset is waited for.

    All times are this machine's. `_ahead` leads to them from the service's: its clock is at least so far ahead of ours,
    for a `Date` is cut to whole seconds and an answer takes its time; the closest of all answers counts.
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
        """Counts a request as under way: an answer to another one may not have counted it yet."""
        with self._lock:
            self._under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1

    def note(self, answer: Answer, now: float) -> None:
        """Remembers what an answer says that came in at this time; without a `Date` its reset says nothing.

        After a refusal (429) every thread is told to wait until the service wants the next request.
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
                self._left = min(max(self._left, least), remaining + 1)  # it is told in whole requests

    @property
    def _rate(self) -> float | None:
        return None if self._is_misled or self._limit is None else RATES.get(self._limit)

    def _add(self, now: float) -> None:
        """Adds the requests that have become available since the last update."""
        if self._left is not None and self._limit is not None and self._rate is not None:
            self._left = min(float(self._limit), self._left + self._rate * (now - self._at))
        self._at = now

    def take(self, now: float) -> float:
        """Takes one request out of what is left: 0, or the seconds until there may be one."""
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
        """The same, where the reset tells: when it has passed, one request at least is allowed."""
        left = self._left or 0.0
        if left < 1:
            if (wait := self._reset - now) > 0:
                return wait
            left, self._reset = 1.0, now + 1
        self._left = left - 1
        return 0.0

    def headroom(self) -> Headroom | None:
        """The remaining requests; None if no response has reported them."""
        with self._lock:
            if self._limit is None or self._left is None:
                return None
            return Headroom(limit=self._limit, remaining=max(0, int(self._left)))


def service_time(answer: Answer) -> float | None:
    """The time of the service's own clock, in Unix seconds, by the `Date` of an answer."""
    date = served_at(answer.headers)
    return None if date is None else date.timestamp()


def retry_delay(answer: Answer) -> float | None:
    """Seconds until the service wants the next request: `Retry-After`, else Auth0's `x-ratelimit-reset`.

    None where the answer does not tell: a moment without the service's own time says nothing.
    """
    after = answer.headers.get("retry-after", "").strip()
    if after.isascii() and after.isdigit():
        return float(after[:9])
    now = service_time(answer)
    if after:
        when = _moment(after)
        return None if when is None or now is None else max(0.0, when - now)
    if answer.status != HTTPStatus.TOO_MANY_REQUESTS:
        return None  # Auth0 tells its limits with every answer: they say nothing about a failure
    reset = _number(answer.headers.get("x-ratelimit-reset"))
    return None if reset is None or now is None or reset <= now else reset - now


def _moment(text: str) -> float | None:
    """A date of a header in Unix seconds, if it is one."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None


def _number(text: str | None) -> float | None:
    """A number of a header, if it can be calculated with."""
    try:
        number = float(text) if text else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None
