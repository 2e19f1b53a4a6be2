"""The one way that every command goes: observe, plan, guard, apply."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from mfa_setup.appconfig import ConfigFile
from mfa_setup.checks.advice import before_buying
from mfa_setup.engine import observe, preconditions
from mfa_setup.engine import plan as planning
from mfa_setup.engine.apply import Watcher, apply
from mfa_setup.engine.delivery_guard import Delivery, Overruler, demands_codes
from mfa_setup.engine.plan import Inputs, Plan
from mfa_setup.engine.report import Report
from mfa_setup.engine.task import Task
from mfa_setup.errors import Choice, ChoiceNeededError, EnforcedUndeliverableError, ProofFailedError
from mfa_setup.model.desired import Desired
from mfa_setup.model.observed import Observed, Provider
from mfa_setup.model.outcome import Notice, Outcome, PhoneStack, Tenant
from mfa_setup.resources import number, policy, provider, purchase, sender
from mfa_setup.resources.base import Services


class Person(Watcher, Overruler, Protocol):
    """Whoever runs the command: asked where somebody can be asked, told in any case."""

    def confirm(self, plan: Outcome) -> None:
        """Shows the plan and asks whether to go on.

        Raises:
            DeclinedError: No.
            ConfirmationNeededError: Nobody can be asked, and `--yes` was not given.
        """

    def choose(self, needed: ChoiceNeededError) -> Choice:
        """Asks which of several; raises `needed` where nobody can be asked."""

    def doing(self, text: str) -> None:
        """Tells what is under way."""


Prove = Callable[[PhoneStack], None]
"""Proves that an SMS arrives, between the factor and the policy; raises where it does not."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one task; `overrides` are the checks that somebody goes on without."""

    task: Task
    desired: Desired
    services: Services
    token: preconditions.Scoped
    config: ConfigFile | None
    person: Person
    report: Report
    overrides: frozenset[str] = frozenset()
    test_sms: Prove | None = None

    def carry_out(self) -> None:
        """Goes the whole way; what is known is in the report, whether this returns or raises.

        Raises:
            MfaSetupError: Something stopped the run.
        """
        desired = self.desired
        delivery = Delivery(self.services, self.report, self.person, desired.countries, set(self.overrides))
        while True:
            try:
                self._once(desired, delivery)
            except ChoiceNeededError as needed:
                desired = settle(desired, self.person.choose(needed))
                continue
            delivery.finish()
            return

    def _once(self, desired: Desired, delivery: Delivery) -> None:
        self.person.doing("Looking at the Auth0 tenant")
        self.require(
            preconditions.read_scopes(self.task, desired, None), preconditions.possible_scopes(self.task, desired, None)
        )
        stack = self.services.auth0.phone_stack()
        self.report.tenant = Tenant(domain=self.services.domain, phone_stack=stack)
        self.require(
            preconditions.read_scopes(self.task, desired, stack),
            preconditions.possible_scopes(self.task, desired, stack),
        )
        delivery.may_read_log = self._may("read:logs")
        self.person.doing("Comparing what is there with what was asked for")
        given = self._inputs(desired, observe.observe(self.task, desired, self.services, stack))
        delivery.account = given.observed.account
        delivery.stands = policy.name_of(given.observed.policies) if given.observed.policies else None
        plan = planning.make(given)
        self._note(plan)
        self.report.warn(_advice(given, plan))
        if self.task.read_only:
            self._foresee(delivery, given, plan)
            return
        if self.test_sms:
            preconditions.require_sms(plan, given.observed)
        preconditions.require_token(plan, self.services)
        self.require(
            preconditions.write_scopes(plan) | (preconditions.SEND_SCOPES[stack] if self.test_sms else frozenset())
        )
        if at := delivery.at_stake(given, plan):
            self.person.doing("Checking that codes can arrive")
            delivery.before(given, plan, at)
        self._carry_out(given, plan, delivery)

    def _carry_out(self, given: Inputs, plan: Plan, delivery: Delivery) -> None:
        stack = given.observed.stack
        if plan.pending:
            self.person.confirm(self.report.outcome())
        proved = False

        def prove() -> None:
            nonlocal proved
            proved = True
            if self.test_sms:
                self.test_sms(stack)
            self.person.doing("Checking that codes can arrive")
            # Read again, not remembered: what stands now decides whether people can log in.
            delivery.at_policy(stack, stands=False)

        apply(plan, self.services, self.report, self.person, prove)
        if proved:
            return
        if self.test_sms:
            self._test_standing(stack, delivery.stands)
        if demands_codes(plan) and plan.pending:
            delivery.at_policy(stack, stands=True)
        elif demands_codes(plan):
            delivery.standing(given, plan)

    def _test_standing(self, stack: PhoneStack, stands: str | None) -> None:
        """The proof where no policy waits for it; one that stands is told of, should the SMS not arrive."""
        try:
            if self.test_sms:
                self.test_sms(stack)
        except ProofFailedError:
            if stands:
                said = f"The policy {stands} demands codes now, and this SMS did not arrive."
                hint = EnforcedUndeliverableError.default_hint
                self.report.warn([Notice(code=EnforcedUndeliverableError.code, message=said, hint=hint)])
            raise

    def _foresee(self, delivery: Delivery, given: Inputs, plan: Plan) -> None:
        """What `up` would be refused for, or what is wrong with a policy that stands; nothing stops at it here."""
        stands = not any(change.resource == "policy" and change.pending for change in plan.changes)
        if not demands_codes(plan) or (self.task.lenient and not stands):
            return
        self.person.doing("Checking that codes can arrive")
        delivery.foresee(given, plan, stands=stands)

    def _inputs(self, desired: Desired, observed: Observed) -> Inputs:
        preconditions.require_active(observed.account)
        given = Inputs(
            task=self.task,
            desired=desired,
            observed=observed,
            own=sender.own(self.services),
            has_token=self.services.token is not None,
            token=provider.token_state(self.services, observed.provider or Provider(stack=observed.stack)),
            config=self.config,
        )
        return self._with_offers(given)

    def _may(self, scope: str) -> bool:
        granted = self.token.scopes()
        return granted is None or scope in granted

    def _with_offers(self, given: Inputs) -> Inputs:
        """Looks for numbers on sale, only where one must be bought."""
        try:
            chosen = planning.decide_sender(given)
        except planning.OPEN_QUESTIONS:
            if given.task.lenient:
                return given
            raise
        if chosen is None or not chosen.to_buy or given.task.lenient:
            return given
        if not given.task.may_buy:
            raise sender.refuse_to_buy(given.task.command)
        self.person.doing("Looking for a number")
        return replace(given, offers=purchase.offers(self.services, given.desired.number))

    def _note(self, plan: Plan) -> None:
        for step in plan.steps:
            self.report.made = step.found(self.report.made)
        self.report.changes = list(plan.changes)
        self.report.warn(plan.warnings)

    def require(self, needed: frozenset[str], possible: frozenset[str] = frozenset()) -> None:
        """Refuses a token that lacks scopes.

        Raises:
            ScopeMissingError: Scopes are missing.
        """
        preconditions.require_granted(self.token, needed, possible)


def _advice(given: Inputs, plan: Plan) -> tuple[Notice, ...]:
    """What to know before the purchase; the guard says more, but for what shows only once the number is owned."""
    account = given.observed.account
    bought = next((step for step in plan.steps if isinstance(step, number.NumberStep) and step.sender.to_buy), None)
    if bought is None or not given.offers or account is None:
        return ()
    if demands_codes(plan) and given.offers[0].number_type != "toll-free":
        return ()
    return before_buying(given.offers[0], account, bought.pool, given.desired.countries)


def settle(desired: Desired, choice: Choice) -> Desired:
    """The desired with a person's choice in it."""
    match choice.setting:
        case "app_client_id" if desired.application:
            chosen = desired.application.model_copy(update={"client_id": choice.value})
            return desired.model_copy(update={"application": chosen})
        case "from":
            update: dict[str, object] = {"sender": choice.value}
        case "messaging_service_sid":
            update = {"messaging_service_sid": choice.value}
        case _:
            update = {"buy": True}
    return desired.model_copy(update={"number": desired.number.model_copy(update=update)})
