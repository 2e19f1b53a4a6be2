"""What must hold before a change may run: the scopes, the token, and the floor under the policy."""

from collections.abc import Iterable
from typing import Protocol

from mfa_setup.engine.plan import Plan
from mfa_setup.engine.task import Task
from mfa_setup.errors import GuardRefusedError, ScopeMissingError
from mfa_setup.model.check import Check
from mfa_setup.model.observed import Factor, Provider
from mfa_setup.model.outcome import PhoneStack
from mfa_setup.model.wish import Wish
from mfa_setup.model.words import ResourceName
from mfa_setup.resources import application, factor, policy, provider
from mfa_setup.resources.base import Services


class Scoped(Protocol):
    """The token of the run, as far as the engine cares."""

    def scopes(self) -> frozenset[str] | None:
        """What it allows, where that is known."""

    def renew(self) -> bool:
        """Drops a token of an earlier run."""


def read_scopes(task: Task, wish: Wish, stack: PhoneStack | None) -> frozenset[str]:
    """The scopes that looking needs; those of one stack only, once it is known which."""
    wanted = set(task.resources)
    scopes = {"read:tenant_settings"}
    if "application" in wanted:
        scopes |= application.READ_SCOPES
    if wanted - {"application"}:
        scopes |= factor.READ_SCOPES | (provider.READ_SCOPES[stack] if stack else frozenset())
    if "factor" in wanted and factor.wants_templates(wish.sms) and stack == "unified":
        scopes |= factor.TEMPLATE_SCOPES
    if "policy" in wanted:
        scopes |= policy.READ_SCOPES
    return frozenset(scopes)


def possible_scopes(task: Task, wish: Wish, stack: PhoneStack | None) -> frozenset[str]:
    """All that the task may come to need, so that a token that lacks much is told all of it at once."""
    stacks: tuple[PhoneStack, ...] = ("unified", "legacy") if stack is None else (stack,)
    scopes = {scope for one in stacks for scope in read_scopes(task, wish, one)}
    if task.read_only:
        return frozenset(scopes)
    for resource in task.resources:
        scopes |= _WRITES[resource]
    if "provider" in task.resources and "unified" in stacks:
        scopes |= provider.UNIFIED_WRITE_SCOPES
    if "factor" in task.resources and factor.wants_templates(wish.sms) and "unified" in stacks:
        scopes |= factor.TEMPLATE_WRITE_SCOPES
    return frozenset(scopes)


_WRITES: dict[ResourceName, frozenset[str]] = {
    "application": application.WRITE_SCOPES,
    "number": frozenset(),
    "provider": frozenset(),
    "factor": factor.WRITE_SCOPES,
    "policy": policy.WRITE_SCOPES,
}


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


def floor(seen: Factor, there: Provider) -> tuple[Check, ...]:
    """The floor under a policy that asks for MFA, which nothing overrides: a code could leave at all.

    Auth0 itself answers 200 to "Always" with no factor on, and locks everybody out.
    """
    return (
        _check("factor_on", seen.enabled, "The SMS factor is {}.", ("on", "off")),
        _check("message_type_set", bool(seen.message_types), "{} message type is set.", ("A", "No")),
        _check(
            "message_type_carried",
            provider.carries(there, seen.message_types),
            "The phone provider {} every message type that is set.",
            ("carries", "does not carry"),
        ),
        _check(
            "provider_enabled",
            there.can_send,
            "{} phone provider can send codes.",
            ("An enabled", "No enabled"),
        ),
    )


def _check(check_id: str, holds: bool, sentence: str, words: tuple[str, str]) -> Check:  # noqa: FBT001
    return Check(
        id=check_id,
        status="pass" if holds else "fail",
        evidence=sentence.format(words[0] if holds else words[1]),
        fix="" if holds else "Run `mfa-setup enable-sms`.",
    )


def require_floor(checks: tuple[Check, ...]) -> None:
    """Refuses a policy that would ask for codes that cannot be sent.

    Raises:
        GuardRefusedError: A check of the floor fails; the error carries all of them that do.
    """
    failing = tuple(check for check in checks if check.status == "fail")
    if not failing:
        return
    error = GuardRefusedError(
        "The policy would lock people out: " + " ".join(check.evidence for check in failing),
        hint="Run `mfa-setup enable-sms` first, or `mfa-setup up`, which does all of it in a safe order.",
    )
    error.checks = failing
    raise error
