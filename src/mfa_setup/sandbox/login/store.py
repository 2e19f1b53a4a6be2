"""Things that live for a while: codes, tokens, sessions; and a limit that fills up again."""

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, TypeVar

_T = TypeVar("_T")
_KEPT = 10_000


@dataclass(slots=True)
class Clock:
    """The login's clock: the time of day, and what a test has put it forward by.

    Attributes:
        ahead: Seconds that it is ahead.
    """

    ahead: float = 0.0

    def __call__(self) -> float:
        """Return the time in seconds since the epoch."""
        return time.time() + self.ahead


class Store(Generic[_T]):
    """Values under keys that nobody can guess; each is forgotten after its time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, _T]] = OrderedDict()

    def put(self, value: _T, seconds: float, key: str | None = None) -> str:
        """Keep a value, under a new key unless one is given."""
        name = key or secrets.token_urlsafe(32)
        self._kept[name] = (self._clock() + seconds, value)
        # A page that is only ever opened must not fill the memory of a sandbox that runs for weeks.
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return name

    def get(self, key: str | None) -> _T | None:
        """Return what is under the key, unless its time is over."""
        until, value = self._kept.get(key or "", (0.0, None))
        return value if until > self._clock() else None

    def knows(self, key: str) -> bool:
        """Whether there was something under the key, even if its time is over."""
        return key in self._kept

    def take(self, key: str | None) -> _T | None:
        """Return what is under the key, for the last time."""
        value = self.get(key)
        self._kept.pop(key or "", None)
        return value

    def values(self) -> list[_T]:
        """Return all values whose time is not over."""
        now = self._clock()
        return [value for until, value in self._kept.values() if until > now]


@dataclass(slots=True)
class Bucket:
    """So many at once, and then one more per interval.

    Attributes:
        capacity: How many there are at once.
        interval: Seconds until there is one more.
        left: How many are left.
        seen: When that was counted.
    """

    capacity: int
    interval: float
    left: float
    seen: float

    def take(self, now: float) -> bool:
        """Take one, if one is left."""
        self.left = min(self.capacity, self.left + (now - self.seen) / self.interval)
        self.seen = now
        if self.left < 1:
            return False
        self.left -= 1
        return True
