"""What a request without a clear answer has done: it is looked for, a few times, before anything else is tried."""

import random
from collections.abc import Callable
from typing import TypeVar

from mfa_setup.clock import Clock
from mfa_setup.errors import MfaSetupError, OutcomeUnknownError
from mfa_setup.snapshot import parts

PAUSES = (0.0, 1.0, 2.0, 4.0)
"""Seconds before each look: what was written may be listed a little later."""
SAME_SECOND = 1.1
"""Seconds after which the second of a purchase has surely passed: Twilio's dates have whole seconds."""

T = TypeVar("T")

clock = Clock()


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
