"""The time, as tests replace it."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Clock:
    """Provides the time and sleeps; tests replace it."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
