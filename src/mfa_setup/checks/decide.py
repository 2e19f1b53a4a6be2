"""The checks that decide whether codes arrive, and the reads that they alone need."""

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TypeVar

from mfa_setup.checks import account, provider, reach
from mfa_setup.checks.catalog import BY_ID
from mfa_setup.checks.scene import Read, Readiness, Scene
from mfa_setup.errors import InterruptedRunError, MfaSetupError
from mfa_setup.model.check import Check
from mfa_setup.ports import TwilioPort

T = TypeVar("T")


def deciding(scene: Scene) -> tuple[Check, ...]:
    """Every check that decides, in the order of the way of a code."""
    checks = (*provider.way_out(scene), *account.standing(scene), *reach.checks(scene))
    return tuple(_only_warn(check, scene.others) for check in checks) if scene.others else checks


def _only_warn(check: Check, others: frozenset[str]) -> Check:
    """A failing check of SMS is a warning where users can log in by another factor; the floor stays."""
    if BY_ID[check.id].fixed or check.status not in {"fail", "skip"} or not check.applies:
        return check
    instead = f"{check.evidence} Users can log in by another factor that is on: {', '.join(sorted(others))}."
    return check.model_copy(update={"status": "warn", "evidence": instead})


def readiness(twilio: TwilioPort) -> Readiness:
    """Reads what decides about the account, together; a part that cannot be read is its error."""
    with ThreadPoolExecutor(4) as pool:
        return begin(pool, twilio)()


def begin(pool: Executor, twilio: TwilioPort) -> Callable[[], Readiness]:
    """Begins those reads; the answer waits for them."""
    profiles, balance = pool.submit(attempt, twilio.profiles), pool.submit(attempt, twilio.balance)
    geo, toll_free = pool.submit(attempt, twilio.geo_permissions), pool.submit(attempt, twilio.toll_free)
    return lambda: Readiness(profiles.result(), balance.result(), geo.result(), toll_free.result())


def attempt(read: Callable[[], T]) -> Read[T]:
    """What a read gives, or why it gives nothing; an interrupt is no answer."""
    try:
        return read()
    except InterruptedRunError:
        raise
    except MfaSetupError as error:
        return error
