"""From what was asked for and what is there to ordered steps: pure, so the same two always give the same plan."""

from collections.abc import Callable
from dataclasses import dataclass

from mfa_setup.appconfig import ConfigFile
from mfa_setup.engine.task import Task
from mfa_setup.errors import ChoiceNeededError, GuardRefusedError, InvalidValueError
from mfa_setup.model.change import Change
from mfa_setup.model.desired import Desired
from mfa_setup.model.observed import AccountSeen, Factor, Observed, Offer, Provider
from mfa_setup.model.outcome import Notice
from mfa_setup.model.types import SAFE_ORDER, ResourceName
from mfa_setup.resources import application, factor, number, policy, provider, sender
from mfa_setup.resources.base import Step

OPEN_QUESTIONS = (ChoiceNeededError, GuardRefusedError, InvalidValueError)
"""What stops a run that writes, and what `status` shows as open instead."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a plan is made of.

    Attributes:
        task: What the command asks for.
        desired: The state asked for.
        observed: The state found.
        own: How this tenant's numbers are told.
        token: Whether the token that Auth0 holds is ours.
        has_token: Whether the Twilio auth token is known to this run.
        config: The app's config file, where one was asked for.
        offers: Numbers on sale, where one has to be bought.
    """

    task: Task
    desired: Desired
    observed: Observed
    own: sender.Own
    token: provider.TokenState
    config: ConfigFile | None = None
    offers: tuple[Offer, ...] = ()
    has_token: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in safe order, one for each resource of the task; `undecided` are those that a person must decide."""

    steps: tuple[Step, ...]
    undecided: tuple[Change, ...] = ()
    warnings: tuple[Notice, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """All resources, in safe order, also those in which nothing differs."""
        both = (*(step.change for step in self.steps), *self.undecided)
        return tuple(sorted(both, key=lambda change: SAFE_ORDER.index(change.resource)))

    @property
    def pending(self) -> bool:
        """Whether there is anything to do."""
        return any(step.change.pending for step in self.steps)


def decide_sender(given: Inputs) -> sender.Sender | None:
    """Which number or service is to send; None where the task is not about that.

    Raises:
        ChoiceNeededError: A person must choose.
    """
    account = given.observed.account
    if account is None:
        return None
    return sender.choose(given.desired.number, account, _provider(given), given.own)


def make(given: Inputs) -> Plan:
    """The plan.

    Raises:
        MfaSetupError: What was asked for cannot be, or a person must choose first (not with a lenient task).
    """
    steps: list[Step] = []
    undecided: list[Change] = []
    warnings: list[Notice] = []
    for resource in SAFE_ORDER:
        if resource not in given.task.resources:
            continue
        try:
            steps.append(_COMPARE[resource](given))
        except OPEN_QUESTIONS as needed:
            if not given.task.lenient:
                raise
            undecided.append(Change(resource=resource, status="unknown"))
            warnings.append(Notice(code=needed.code, message=needed.message, hint=needed.hint))
    for step in steps:
        warnings += step.warnings
    return Plan(tuple(steps), tuple(undecided), tuple(warnings))


def _application(given: Inputs) -> Step:
    seen, desired = given.observed.application, given.desired.application
    if seen is None or desired is None:
        raise AssertionError("observed for every task with an application")
    return application.compare(desired, seen, given.config)


def _number(given: Inputs) -> Step:
    chosen = decide_sender(given)
    if chosen is None:
        raise AssertionError("observed for every task with a number")
    return number.compare(given.desired.number, _account(given), chosen, given.offers, given.own)


def _provider_step(given: Inputs) -> Step:
    try:
        chosen = decide_sender(given)
    except OPEN_QUESTIONS:
        if not given.task.lenient:
            raise
        chosen = None
    bought = given.offers[0].phone_number if given.offers and chosen and chosen.to_buy else None
    around = provider.Around(
        account_sid=_account(given).sid,
        sender=chosen,
        bought=bought,
        message_types=_factor(given).message_types,
        token=given.token,
        must_be_sure=given.has_token and _turns_policy_on(given),
    )
    return provider.compare(given.desired.sms, _provider(given), around)


def _turns_policy_on(given: Inputs) -> bool:
    wanted = policy.POLICIES[given.desired.policy]
    return "policy" in given.task.resources and bool(wanted) and wanted != given.observed.policies


def _factor_step(given: Inputs) -> Step:
    return factor.compare(given.desired.sms, _factor(given), given.observed.stack)


def _policy(given: Inputs) -> Step:
    return policy.compare(given.desired.policy, given.observed.policies or ())


_COMPARE: dict[ResourceName, Callable[[Inputs], Step]] = {
    "application": _application,
    "number": _number,
    "provider": _provider_step,
    "factor": _factor_step,
    "policy": _policy,
}


def _provider(given: Inputs) -> Provider:
    return given.observed.provider or Provider(stack=given.observed.stack)


def _factor(given: Inputs) -> Factor:
    return given.observed.factor or Factor(enabled=False, message_types=())


def _account(given: Inputs) -> AccountSeen:
    if given.observed.account is None:
        raise AssertionError("observed for every task with a number or a provider")
    return given.observed.account
