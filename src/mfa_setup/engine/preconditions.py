"""What must hold before a change may run: the scopes, the token, an account that is active."""

from collections.abc import Iterable
from typing import Protocol

from mfa_setup.checks import account
from mfa_setup.engine.plan import Plan
from mfa_setup.engine.task import Task
from mfa_setup.errors import ForbiddenError, InvalidValueError, ScopeMissingError
from mfa_setup.model.desired import Desired
from mfa_setup.model.observed import AccountSeen, Observed
from mfa_setup.model.outcome import PhoneStack
from mfa_setup.model.types import ResourceName
from mfa_setup.resources import application, factor, policy, provider
from mfa_setup.resources.base import Services


class Scoped(Protocol):
    """The token of the run, as far as the engine cares."""

    def scopes(self) -> frozenset[str] | None:
        """What it allows, where that is known."""

    def renew(self) -> bool:
        """Drops a token of an earlier run."""


def read_scopes(task: Task, desired: Desired, stack: PhoneStack | None) -> frozenset[str]:
    """The scopes that looking needs; those of one stack only, once it is known which."""
    wanted = set(task.resources)
    scopes = {"read:tenant_settings"}
    if "application" in wanted:
        scopes |= application.READ_SCOPES
    if wanted - {"application"}:
        scopes |= factor.READ_SCOPES | (provider.READ_SCOPES[stack] if stack else frozenset())
    if "factor" in wanted and factor.wants_templates(desired.sms) and stack == "unified":
        scopes |= factor.TEMPLATE_SCOPES
    if "policy" in wanted:
        scopes |= policy.READ_SCOPES
    return frozenset(scopes)


def possible_scopes(task: Task, desired: Desired, stack: PhoneStack | None) -> frozenset[str]:
    """All that the task may come to need, so that a token that lacks much is told all of it at once."""
    stacks: tuple[PhoneStack, ...] = ("unified", "legacy") if stack is None else (stack,)
    scopes = {scope for one in stacks for scope in read_scopes(task, desired, one)}
    if task.read_only:
        return frozenset(scopes)
    for resource in task.resources:
        scopes |= _WRITES[resource]
    if "provider" in task.resources and "unified" in stacks:
        scopes |= provider.UNIFIED_WRITE_SCOPES
    if "factor" in task.resources and factor.wants_templates(desired.sms) and "unified" in stacks:
        scopes |= factor.TEMPLATE_WRITE_SCOPES
    return frozenset(scopes)


_WRITES: dict[ResourceName, frozenset[str]] = {
    "application": application.WRITE_SCOPES,
    "number": frozenset(),
    "provider": frozenset(),
    "factor": factor.WRITE_SCOPES,
    "policy": policy.WRITE_SCOPES,
}


SEND_SCOPES: dict[PhoneStack, frozenset[str]] = {
    "unified": frozenset({"create:phone_providers"}),
    "legacy": frozenset(),
}
"""What letting the tenant send a test SMS needs (`branding/phone/providers/{id}/try`)."""


def write_scopes(plan: Plan) -> frozenset[str]:
    """The scopes that carrying out needs."""
    return frozenset().union(*(step.scopes for step in plan.steps if step.change.pending))


def require_scopes(granted: frozenset[str] | None, needed: Iterable[str], possible: Iterable[str] = ()) -> None:
    """Refuses a token that lacks needed scopes, and names the possible ones that it lacks as well.

    A token that tells nothing is tried.

    Raises:
        ScopeMissingError: Scopes are missing.
    """
    if granted is not None and not granted.issuperset(needed):
        missing = sorted({*needed, *possible} - granted)
        raise ScopeMissingError(
            f"The access token lacks {'a scope' if len(missing) == 1 else 'scopes'}: {', '.join(missing)}.",
            service="auth0",
        )


def require_granted(token: Scoped, needed: frozenset[str], possible: frozenset[str] = frozenset()) -> None:
    """As `require_scopes`; missing scopes may have been granted since a cached token was made, so one new is got first.

    Raises:
        ScopeMissingError: Scopes are missing.
    """
    granted = token.scopes()
    if granted is not None and not needed <= granted and token.renew():
        granted = token.scopes()
    require_scopes(granted, needed, possible)


def require_token(plan: Plan, services: Services) -> None:
    """Refuses to start where the provider is to be written and only an API key is known.

    Raises:
        ValueNeededError: The auth token is needed.
    """
    for step in plan.steps:
        if step.change.resource == "provider" and step.change.pending and services.token is None:
            raise provider.token_needed()


def require_sms(plan: Plan, observed: Observed) -> None:
    """Refuses to prove by an SMS what goes out as a call.

    Raises:
        InvalidValueError: No SMS is among the message types that there would be.
    """
    types = observed.factor.message_types if observed.factor else ()
    for step in plan.steps:
        if isinstance(step, factor.FactorStep) and step.message_types is not None:
            types = step.message_types
    if types and "sms" not in types:
        raise InvalidValueError(
            "--test-to proves an SMS, and codes would be spoken only.",
            hint="Leave --test-to out, or add SMS: --delivery both.",
        )


def require_active(seen: AccountSeen | None) -> None:
    """Refuses to work with a Twilio account that is suspended or closed.

    Raises:
        ForbiddenError: It is; the check that failed goes with it.
    """
    if seen is None or seen.account is None or seen.account.status == "active":
        return
    failing = account.judge(seen.account)
    error = ForbiddenError(f"The Twilio account is {seen.account.status}.", service="twilio", hint=failing.fix)
    error.checks = (failing,)
    raise error
