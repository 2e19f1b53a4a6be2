"""Storage for values that expire, such as codes, tokens and sessions, and a rate limit that refills."""

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, TypeVar

_T = TypeVar("_T")
_KEPT = 10_000


@dataclass(slots=True)
class Clock:
    """The login's clock: the current time, plus the seconds that tests have moved it forward.

    Attributes:
        ahead: The seconds that the clock is ahead of the current time.
    """

    ahead: float = 0.0

    def __call__(self) -> float:
        """Returns the time in seconds since the epoch."""
        return time.time() + self.ahead


class Store(Generic[_T]):
    """A store of values under keys that cannot be guessed; each value expires."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, _T]] = OrderedDict()

    def put(self, value: _T, seconds: float, key: str | None = None) -> str:
        """Stores a value for this many seconds under `key`, or under a new key, which it returns."""
        name = key or secrets.token_urlsafe(32)
        self._kept[name] = (self._clock() + seconds, value)
        # Pages that are opened but never submitted must not fill the memory of a sandbox that runs for weeks.
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return name

    def get(self, key: str | None) -> _T | None:
        """Returns the value of the key, or None if it is unknown or has expired."""
        until, value = self._kept.get(key or "", (0.0, None))
        return value if until > self._clock() else None

    def knows(self, key: str) -> bool:
        """Whether the key is known, even if its value has expired."""
        return key in self._kept

    def take(self, key: str | None) -> _T | None:
        """Returns the value of the key and removes it."""
        value = self.get(key)
        self._kept.pop(key or "", None)
        return value

    def values(self) -> list[_T]:
        """Returns all values that have not expired."""
        now = self._clock()
        return [value for until, value in self._kept.values() if until > now]


@dataclass(slots=True)
class Bucket:
    """A rate limit: a burst of `capacity`, and then one more per interval.

    Attributes:
        capacity: The size of the burst.
        interval: The seconds until one more is available.
        left: How many are left.
        seen: The time at which `left` was last updated.
    """

    capacity: int
    interval: float
    left: float
    seen: float

    def take(self, now: float) -> bool:
        """Takes one; returns false if none is left."""
        self.left = min(self.capacity, self.left + (now - self.seen) / self.interval)
        self.seen = now
        if self.left < 1:
            return False
        self.left -= 1
        return True
