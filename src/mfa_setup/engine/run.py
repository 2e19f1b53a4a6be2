"""The one way that every command goes: observe, plan, guard, apply."""

from dataclasses import dataclass, replace
from typing import Protocol

from mfa_setup.appconfig import ConfigFile
from mfa_setup.engine import guard, observe
from mfa_setup.engine import plan as planning
from mfa_setup.engine.apply import Watcher, apply
from mfa_setup.engine.plan import Inputs, Plan
from mfa_setup.engine.report import Report
from mfa_setup.engine.task import Task
from mfa_setup.errors import Choice, ChoiceNeededError
from mfa_setup.model.observed import Observed, Provider
from mfa_setup.model.outcome import Outcome, Tenant
from mfa_setup.model.wish import Wish
from mfa_setup.resources import provider, purchase, sender
from mfa_setup.resources.base import Services


class Person(Watcher, Protocol):
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


class Scoped(Protocol):
    """The token of the run, as far as the engine cares."""

    def scopes(self) -> frozenset[str] | None:
        """What it allows, where that is known."""

    def renew(self) -> bool:
        """Drops a token of an earlier run."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one task."""

    task: Task
    wish: Wish
    services: Services
    token: Scoped
    config: ConfigFile | None
    person: Person
    report: Report

    def carry_out(self) -> None:
        """Goes the whole way; what is known is in the report, whether this returns or raises.

        Raises:
            MfaSetupError: Something stopped the run.
        """
        wish = self.wish
        while True:
            try:
                self._once(wish)
            except ChoiceNeededError as needed:
                wish = settle(wish, self.person.choose(needed))
                continue
            return

    def _once(self, wish: Wish) -> None:
        self.person.doing("Looking at the Auth0 tenant")
        self.require(guard.read_scopes(self.task, wish, None), guard.possible_scopes(self.task, wish, None))
        stack = self.services.auth0.phone_stack()
        self.report.tenant = Tenant(domain=self.services.domain, phone_stack=stack)
        self.require(guard.read_scopes(self.task, wish, stack), guard.possible_scopes(self.task, wish, stack))
        self.person.doing("Comparing what is there with what was asked for")
        plan = self._plan(wish, observe.observe(self.task, wish, self.services, stack))
        self._note(plan)
        if self.task.read_only:
            return
        guard.require_token(plan, self.services)
        self.require(guard.write_scopes(plan))
        if plan.pending:
            self.person.confirm(self.report.outcome())
            apply(plan, self.services, stack, self.report, self.person)

    def _plan(self, wish: Wish, observed: Observed) -> Plan:
        given = Inputs(
            task=self.task,
            wish=wish,
            observed=observed,
            own=sender.own(self.services),
            has_token=self.services.token is not None,
            token=provider.token_state(self.services, observed.provider or Provider(stack=observed.stack)),
            config=self.config,
        )
        if "policy" in self.task.resources and "factor" not in self.task.resources and wish.policy != "never":
            # Nothing in this task mends the floor, so it must be there before anything is asked or written.
            factor, there = observed.factor, observed.provider
            if factor and there:
                guard.require_floor(guard.floor(factor, there))
        return planning.make(self._with_offers(given))

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
        return replace(given, offers=purchase.offers(self.services, given.wish.number))

    def _note(self, plan: Plan) -> None:
        for step in plan.steps:
            self.report.made = step.found(self.report.made)
        self.report.changes = list(plan.changes)
        self.report.warn(plan.warnings)

    def require(self, needed: frozenset[str], possible: frozenset[str] = frozenset()) -> None:
        """Missing scopes may have been granted since a cached token was made: one new token, then the refusal.

        Raises:
            ScopeMissingError: Scopes are missing.
        """
        granted = self.token.scopes()
        if granted is not None and not needed <= granted and self.token.renew():
            granted = self.token.scopes()
        guard.require_scopes(granted, needed, possible)


def settle(wish: Wish, choice: Choice) -> Wish:
    """The wish with a person's choice in it."""
    match choice.setting:
        case "app_client_id" if wish.application:
            chosen = wish.application.model_copy(update={"client_id": choice.value})
            return wish.model_copy(update={"application": chosen})
        case "from":
            update: dict[str, object] = {"sender": choice.value}
        case "messaging_service_sid":
            update = {"messaging_service_sid": choice.value}
        case _:
            update = {"buy": True}
    return wish.model_copy(update={"number": wish.number.model_copy(update=update)})
