"""Recovery after a lost response: looks for the result a few times. Requests refused by a rate limit are sent again."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from mfa_setup.clock import Clock
from mfa_setup.errors import MfaSetupError, OutcomeUnknownError, RateLimitedError
from mfa_setup.snapshot import parts

PAUSES = (0.0, 1.0, 2.0, 4.0)
"""Seconds before each look: what was written may be listed a little later."""
A_WHILE = 1.0
"""Seconds that the first of two machines waits that have bought in the same second."""
LONG = (2.0,) * 6
"""Seconds before each look of the second one, which takes longer in all than the first one may be held up."""

T = TypeVar("T")

clock = Clock(now=time.monotonic)
TRIES = 5
"""How often a create is sent at most that a rate limit refuses (429)."""


def random_moment() -> None:
    """Waits for a time that two machines choose differently, so that they do not go on in step."""
    clock.sleep(random.uniform(0.3, 2.0))  # noqa: S311 no secret


def recover_outcome(attempt: Callable[[], T], find: Callable[[], T | None]) -> T:
    """What an attempt created; where its answer was lost, what looking for it finds.

    Raises:
        OutcomeUnknownError: Nothing was found, or looking failed; it may still have been created.
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
    """What an attempt created; one that a rate limit refused is made again when the service wants it, in the budget.

    Before that its result is looked for, should the refusal have been wrong.

    Raises:
        RateLimitedError: The limit outlasted the budget.
        MfaSetupError: The attempt failed otherwise.
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
