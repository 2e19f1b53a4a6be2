"""The time, as tests replace it."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Clock:
    """What tells the time and what waits."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
