"""Reads what a task needs of both services; reads that need not wait for each other go together."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from mfa_setup.engine.task import Task
from mfa_setup.errors import InterruptedRunError
from mfa_setup.model.desired import Desired
from mfa_setup.model.observed import Factor, Observed, Provider
from mfa_setup.model.outcome import PhoneStack
from mfa_setup.resources import application, factor, number
from mfa_setup.resources.base import Services

WORKERS = 4
"""Reads at once: Auth0's free plan allows a burst of two a second, which the wire's pacing keeps."""

T = TypeVar("T")


def observe(task: Task, desired: Desired, services: Services, stack: PhoneStack) -> Observed:
    """Reads everything that the task compares or guards by.

    Raises:
        MfaSetupError: The first read that failed, in this function's order.
    """
    wanted = set(task.resources)
    auth0 = services.auth0
    phone = bool({"provider", "factor", "policy", "number"} & wanted)
    with _together() as pool:

        def start(needed: bool, read: Callable[[], T]) -> Future[T] | None:  # noqa: FBT001 one call each
            return pool.submit(read) if needed else None

        asked = desired.application
        reads = {
            "account": start(task.needs_twilio, lambda: number.observe(services.account)),
            "application": start(
                "application" in wanted and asked is not None,
                lambda: application.observe(auth0, asked) if asked else None,
            ),
            "provider": start(phone, lambda: auth0.provider(stack)),
            "factor": start(phone, lambda: factor.observe(auth0, stack, desired.sms)),
            "policies": start("policy" in wanted, auth0.policies),
        }
        parts = {name: read.result() for name, read in reads.items() if read is not None}
    return Observed.model_validate({"domain": services.domain, "stack": stack, **parts})


@contextmanager
def _together() -> Iterator[ThreadPoolExecutor]:
    """A pool for reads; whoever interrupts does not wait for those that are under way."""
    pool = ThreadPoolExecutor(WORKERS)
    try:
        yield pool
    except (KeyboardInterrupt, InterruptedRunError):
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    except BaseException:
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()


def observe_floor(services: Services, stack: PhoneStack) -> tuple[Factor, Provider]:
    """Reads afresh what the policy stands on: the factor, its message types, and the provider."""
    auth0 = services.auth0
    return factor.seen(auth0.factors(), auth0.message_types()), auth0.provider(stack)
