"""A clock that tests can replace."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Clock:
    """Functions that return the time and that wait, both in seconds; tests replace them."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
