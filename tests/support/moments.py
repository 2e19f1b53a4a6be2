"""A clock that only moves when somebody sleeps, for the tool and for the sandbox's Twilio alike: nothing waits."""

import time
from collections.abc import Callable

import pytest

from mfa_setup.cancellation import Cancellation
from mfa_setup.clock import Clock
from mfa_setup.sandbox.twilio.delivery import Timeline
from mfa_setup.services import Services
from support.lab import Lab

NEVER = 1e9
"""More seconds than anybody waits."""


class Moments:
    """The time of one test.

    Attributes:
        slept: Every wait so far.
        meanwhile: Called in every wait, with its number from 1.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.slept: list[float] = []
        self.meanwhile: Callable[[int], object] = lambda _number: None
        patch.setattr(Services, "clock", Clock(now=lambda: self.passed, sleep=self._sleep))

    @property
    def passed(self) -> float:
        """Seconds since the start."""
        return sum(self.slept)

    def rule(self, lab: Lab, **stages: float) -> None:
        """Lets a sandbox's messages age by this clock, and reach their stages after so many seconds."""
        twilio = lab.sandbox.world.twilio
        twilio.clock = lambda: self.passed
        twilio.timeline = Timeline(**stages)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.meanwhile(len(self.slept))


def skip_waits(patch: pytest.MonkeyPatch) -> None:
    """Lets the waits that pace and repeat requests pass at once; the clock of the requests knows."""
    skipped = 0.0

    def now() -> float:
        return time.time() + skipped

    def sleep(seconds: float) -> None:
        nonlocal skipped
        skipped += seconds

    patch.setattr(Clock.__init__, "__defaults__", (now, sleep))
    patch.setattr(Cancellation, "sleep", lambda _token, seconds: sleep(seconds))
