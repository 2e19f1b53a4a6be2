"""Recovers the result of a request whose answer was lost, and repeats requests that a rate limit refused."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from mfa_setup.clock import Clock
from mfa_setup.errors import MfaSetupError, OutcomeUnknownError, RateLimitedError
from mfa_setup.snapshot import parts

PAUSES = (0.0, 1.0, 2.0, 4.0)
"""Seconds to wait before each search for a result, which may be listed only a little later."""
A_WHILE = 1.0
"""Seconds that the first of two machines waits if both bought a number in the same second."""
LONG = (2.0,) * 6
"""Seconds before each check by the second machine; their sum exceeds any delay that the first one may have."""

T = TypeVar("T")

clock = Clock(now=time.monotonic)
TRIES = 5
"""The largest number of times that a create is sent while a rate limit refuses it (429)."""


def random_moment() -> None:
    """Waits for a random time, so that two colliding machines do not continue in step."""
    clock.sleep(random.uniform(0.3, 2.0))  # noqa: S311 no secret


def recover_outcome(attempt: Callable[[], T], find: Callable[[], T | None]) -> T:
    """Returns the result of an attempt or, if its answer was lost, the result that `find` finds.

    Raises:
        OutcomeUnknownError: `find` found nothing or failed; the resource may still have been created.
        MfaSetupError: The attempt was refused.
    """
    try:
        return attempt()
    except OutcomeUnknownError:
        for pause in PAUSES:
            clock.sleep(pause)
            found = parts.attempt(find)
            if isinstance(found, MfaSetupError):
                break
            if found is not None:
                return found
        raise


def repeat_limited(attempt: Callable[[], T], find: Callable[[], T | None], wait: Callable[[float], None]) -> T:
    """Returns the result of an attempt, which is repeated, within a time budget, while a rate limit refuses it.

    Before each repetition, `find` looks for the result, in case the refused request took effect after all.

    Raises:
        RateLimitedError: The limit outlasted the budget.
        MfaSetupError: The attempt failed for another reason.
    """
    deadline: float | None = None
    for _ in range(TRIES - 1):
        try:
            return attempt()
        except RateLimitedError as limited:
            deadline = clock.now() + limited.budget if deadline is None else deadline
            if clock.now() + limited.wait >= deadline:
                raise
            wait(limited.wait)
            found = parts.attempt(find)
            if isinstance(found, MfaSetupError):
                raise limited from None
            if found is not None:
                return found
    return attempt()
