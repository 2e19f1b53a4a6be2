"""The one way that every command goes: observe, plan, guard, apply."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import partial

from mfa_setup.appconfig import ConfigFile
from mfa_setup.checks import consents
from mfa_setup.checks.advice import before_buying
from mfa_setup.checks.context import CheckContext
from mfa_setup.checks.login import under_never
from mfa_setup.engine import consent, preconditions
from mfa_setup.engine import plan as planning
from mfa_setup.engine.delivery_guard import At, DeliveryGuard, demands_codes
from mfa_setup.engine.executor import Executor
from mfa_setup.engine.person import Person
from mfa_setup.engine.plan import Plan, Stage
from mfa_setup.engine.preconditions import parts_of, possible_scopes
from mfa_setup.engine.report import Report, notice_of
from mfa_setup.engine.task import Task
from mfa_setup.errors import Choice, ChoiceNeededError, EnforcedUndeliverableError, ProofFailedError
from mfa_setup.model.check import Check
from mfa_setup.model.desired import Desired
from mfa_setup.model.observed import Offer
from mfa_setup.model.outcome import Notice, Tenant
from mfa_setup.model.types import PhoneStack
from mfa_setup.ports import TokenPort
from mfa_setup.resources import customdomain, number_move, policy, provider_kept, purchase, registry, sender
from mfa_setup.resources.base import OPEN_QUESTIONS, Comparison
from mfa_setup.services import Services
from mfa_setup.snapshot.names import CONSEQUENCES, READINESS, SEND_SCOPES, PartName, scopes_of
from mfa_setup.snapshot.parts import known, known_or
from mfa_setup.snapshot.reader import Reader
from mfa_setup.snapshot.snapshot import Snapshot

Prove = Callable[[PhoneStack], None]
"""Proves that an SMS arrives, between the factor and the policy; raises where it does not."""
Possible = Callable[[PhoneStack | None], Collection[str]]
"""All scopes that a run may come to need on a phone stack, or on either of them."""
Parts = Callable[[PhoneStack | None], Collection[PartName]]
"""The parts of the snapshot that a run needs on a phone stack, or before it is known which."""
Checks = tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one task, composed from values.

    Attributes:
        task: What the command asks for.
        desired: The desired state.
        services: Both services.
        token: The access token of the Management API.
        config: The app's config file, where one is asked for.
        person: Who runs it.
        report: What is known of it so far.
        overrides: The checks that somebody goes on without.
        region_variables: The environment variables that name another Twilio region.
        test_sms: The proof by SMS before a policy is set.
        test_phones: The phones that it goes to.
    """

    task: Task
    desired: Desired
    services: Services
    token: TokenPort
    config: ConfigFile | None
    person: Person
    report: Report
    overrides: frozenset[str] = frozenset()
    region_variables: tuple[str, ...] = ()
    test_sms: Prove | None = None
    test_phones: tuple[str, ...] = ()

    @property
    def reader(self) -> Reader:
        """The reader of both services."""
        return Reader(self.services, self.token, self.desired, self.config)

    def context(self, snapshot: Snapshot) -> CheckContext:
        """What the checks judge."""
        return CheckContext(snapshot, self.desired, sender.own(self.services), self.region_variables)

    def guard(self, found: Snapshot, reader: Reader, overrides: set[str]) -> DeliveryGuard:
        """The guard over delivery; checks that a person overrules are added to `overrides`."""
        policies = known_or(found.policies, ())
        context = self.context(found)
        return DeliveryGuard(reader, context, self.report, self.person, overrides, policies, self.test_phones)

    def first_read(self, reader: Reader, parts: Parts, possible: Possible, also: Collection[PartName] = ()) -> Snapshot:
        """What there is; before it is read, the token must have the scopes that this takes.

        Args:
            reader: Reads it.
            parts: What must be known, on a stack or before it is known which.
            possible: All scopes that the run may come to need on a stack, which an error names at once.
            also: What is read along with it, as far as it can be.

        Raises:
            MfaSetupError: Scopes are missing, a part cannot be read, or the Twilio account is not active.
        """
        preconditions.require_scopes(self.token, scopes_of(parts(None), None), possible(None))
        begun = reader.begin()
        stack: PhoneStack = known(begun.stack)
        self.report.tenant = Tenant(domain=self.services.domain, phone_stack=stack)
        preconditions.require_scopes(self.token, scopes_of(parts(stack), stack), possible(stack))
        self.person.doing("Reading the tenant and the account")
        found = reader.read(parts(stack), begun, also=also, strict=True)
        moved: PhoneStack = known(found.stack)
        if moved != stack:  # it has moved since it was remembered
            preconditions.require_scopes(self.token, scopes_of(parts(moved), moved), possible(moved))
        self.report.tenant = Tenant(domain=self.services.domain, phone_stack=known(found.stack))
        preconditions.require_active(found)
        return found

    def confirmed(self, plan: Plan, checks: Checks, again: Callable[[Plan], tuple[Plan, Checks]]) -> Plan:
        """The plan that a person has agreed to, as it still is after the answer.

        While a question waits, somebody may change what the plan stands on. So the plan is made again after the answer
        and compared; where it differs, the new one is shown and asked about.
        """
        changed = tuple[str, ...]()
        while self.person.confirm(self.report.outcome(), changed=changed):
            fresh, checks_now = again(plan)
            changed = plan.differs(fresh, checks, checks_now)
            plan, checks = fresh, checks_now
            if not changed or not plan.stages:
                break
        return plan

    def carry_out(self) -> None:
        """Goes the whole way; what is known is in the report, whether this returns or raises.

        Raises:
            MfaSetupError: Something stopped the run.
        """
        run, overrides = self, set(self.overrides)
        while True:
            try:
                return _Setup(run, overrides).carry_out()
            except ChoiceNeededError as needed:
                run = replace(run, desired=decided(run.desired, self.person.choose(needed)))


@dataclass(slots=True)
class _Setup:
    """One try of a run, with what is decided so far."""

    run: Run
    overrides: set[str]
    proved: bool = False

    def carry_out(self) -> None:
        run = self.run
        run.person.doing("Reading the Auth0 tenant")
        plan = self._plan(self._read(), ())
        guard = run.guard(plan.found, run.reader, self.overrides)
        if run.task.read_only:
            self._foresee(guard, plan)
            return
        checks = self._judge(guard, plan)
        if plan.stages:
            plan = run.confirmed(plan, checks, partial(self._again, guard))
        Executor(run.services, plan.found, run.report, run.person, _Guarded(self, guard)).carry_out(plan)
        self._finish(guard, plan)
        guard.finish()

    # --- observe and plan --------------------------------------------------------------------------------------

    def _read(self) -> Snapshot:
        """What there is, with what the guard will judge where the policy is to demand codes."""
        run = self.run
        possible = partial(possible_scopes, run.task, run.desired)
        also: frozenset[PartName] = frozenset({"actions"}) if self._ends_policy else frozenset()
        if "policy" in run.task.resources and run.desired.policy != "never":
            also |= READINESS | CONSEQUENCES | {"actions"}
        if run.task.in_full:
            also |= {"everyone"}
        parts = parts_of(run.task, run.desired)
        found = run.first_read(run.reader, lambda _: parts, possible, also)
        return run.reader.missing({"custom_domains"}, found) if customdomain.may_be_in(found) else found

    @property
    def _ends_policy(self) -> bool:
        """Whether the run is to set the policy Never, under which Actions may go on asking for codes."""
        task, desired = self.run.task, self.run.desired
        return "policy" in task.resources and desired.policy == "never" and not task.lenient

    def _plan(self, found: Snapshot, offers: tuple[Offer, ...]) -> Plan:
        """The plan, and what it says in the report.

        Raises:
            MfaSetupError: What is asked for cannot be, or a person must choose first.
        """
        run = self.run
        run.report.plan_anew()
        given = Comparison(
            desired=run.desired,
            found=found,
            planned=found,
            own=sender.own(run.services),
            has_token=run.services.token is not None,
            lenient=run.task.lenient,
            may_move=number_move.CONSENT in self.overrides,
            resources=frozenset(run.task.resources),
        )
        found = replace(found, offers=self._offers(given, offers))
        given = replace(given, rent=self._rent(given))
        factor_first = self._asks_first(found)
        plan = planning.make(run.task, replace(given, found=found, planned=found), factor_first=factor_first)
        run.report.outputs = run.report.outputs.model_copy(update=dict(plan.outputs))
        run.report.changes = list(plan.changes)
        run.report.warn(plan.notices)
        run.report.warn(self._advice(plan))
        if plan.asks_first and consents.looks_free(found):
            run.report.warn([consents.asked_first(found)])
        if self._ends_policy:
            run.report.warn(under_never(found))
        if not run.task.lenient:
            run.report.warn(preconditions.undo_warning(plan, run.token))
        return plan

    def _asks_first(self, found: Snapshot) -> bool:
        """Whether Auth0 is asked by the factor, before a purchase, if the tenant's plan includes SMS."""
        if "factor" not in self.run.task.resources or not found.offers or not consents.may_ask(found):
            return False
        if consents.looks_free(found):
            return "auth0_plan" not in self.overrides
        return known_or(found.actions, None) is not None

    def _offers(self, given: Comparison, known_offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
        """Numbers on sale, only where one must be bought; those of an earlier plan are looked up by their digits."""
        run, found = self.run, given.found
        inventory = known_or(found.twilio, None)
        if inventory is None or provider_kept.is_kept(given):
            return ()
        if not run.task.lenient:
            provider_kept.require_no_conflict(given)
        try:
            chosen = sender.choose(run.desired.number, inventory, known(found.provider), given.own)
        except OPEN_QUESTIONS:
            if run.task.lenient:
                return ()
            raise
        if not chosen.to_buy or run.task.lenient:
            return ()
        if not run.task.may_buy:
            raise sender.refuse_to_buy(run.task.command)
        run.person.doing("Looking for a number")
        if known_offers:
            return purchase.still_on_sale(run.services, run.desired.number, known_offers)
        return purchase.offers(run.services, run.desired.number)

    def _rent(self, given: Comparison) -> str:
        """What the number that is there costs each month, where the task shows that."""
        run, inventory = self.run, known_or(given.found.twilio, None)
        if not run.task.in_full or inventory is None or provider_kept.is_kept(given):
            return ""
        try:
            chosen = sender.choose(run.desired.number, inventory, known(given.found.provider), given.own)
        except OPEN_QUESTIONS:
            return ""
        return purchase.rent(run.services, chosen.number, run.desired.number.country) if chosen.number else ""

    def _advice(self, plan: Plan) -> tuple[Notice, ...]:
        """What to know before the purchase; the guard says more, but for what shows only once the number is owned."""
        inventory = known_or(plan.found.twilio, None)
        if not plan.spends or inventory is None:
            return ()
        offer = plan.found.offers[0]
        if demands_codes(plan) and offer.number_type != "toll-free":
            return ()
        planned = known(plan.after(plan.found).inventory)
        bought = next(number for number in planned.numbers if number.planned)
        pool = next((service for service in planned.services if bought.sid in service.pool), None)
        return before_buying(offer, inventory, pool, self.run.desired.countries)

    # --- guard ---------------------------------------------------------------------------------------------------

    def _foresee(self, guard: DeliveryGuard, plan: Plan) -> None:
        """What `up` would be refused for, or what is wrong with a policy in force; nothing stops at it here."""
        consent.foresee(guard, plan)
        in_force = plan.after(plan.found).policies == plan.found.policies
        if not demands_codes(plan) or (self.run.task.lenient and not in_force):
            return
        self.run.person.doing("Checking that codes can arrive")
        guard.foresee(plan, "in force" if in_force else "policy")

    def _judge(self, guard: DeliveryGuard, plan: Plan) -> Checks:
        """The preconditions and, where codes must be able to arrive, the guard; the checks that were made."""
        run = self.run
        stack: PhoneStack = known(plan.found.stack)
        if run.test_sms:
            preconditions.require_sms(plan)
        preconditions.require_token(plan, run.services)
        needed = registry.scopes_of(plan.writes)
        preconditions.require_scopes(run.token, needed | (SEND_SCOPES[stack] if run.test_sms else frozenset()))
        consent.require(guard, plan)
        if not (at := guard.at_stake(plan)):
            return ()
        run.person.doing("Checking that codes can arrive")
        guard.before(plan, at)
        return guard.checks

    def _again(self, guard: DeliveryGuard, plan: Plan) -> tuple[Plan, Checks]:
        """The plan made and judged afresh, after a question."""
        self.run.person.doing("Checking that nothing has changed in the meantime")
        fresh = self._plan(self._read(), plan.found.offers)
        return fresh, self._judge(guard, fresh)

    def before_policy(self, guard: DeliveryGuard, found: Snapshot, *, in_force: bool) -> Snapshot:
        """The proof by SMS, and the guard on what is there now: it decides whether people can log in."""
        self.proved = True
        run = self.run
        if run.test_sms and not in_force:
            run.test_sms(known(found.stack))
        run.person.doing("Checking that codes can arrive")
        at: At = "in force" if in_force else "policy"
        return guard.at_policy(found, at, just_read=not run.test_sms)

    # --- after the writes ----------------------------------------------------------------------------------------

    def _finish(self, guard: DeliveryGuard, plan: Plan) -> None:
        """The proof where no policy waited for it, and the guard over a policy that is in force already."""
        if self.proved:
            return
        if self.run.test_sms:
            self._test_in_force(self.run.test_sms, plan)
        if demands_codes(plan) and plan.stages:
            self.before_policy(guard, plan.after(plan.found), in_force=True)
        elif demands_codes(plan):
            guard.before(plan, "in force")

    def _test_in_force(self, prove: Prove, plan: Plan) -> None:
        """The proof where no policy waits for it; should the SMS not arrive, a policy in force is warned about."""
        try:
            prove(known(plan.found.stack))
        except ProofFailedError:
            if plan.found.requires_codes:
                name = policy.name_of(known(plan.found.policies))
                message = f"The MFA policy is {name}, and this SMS did not arrive."
                self.run.report.warn([notice_of(EnforcedUndeliverableError(message))])
            raise


@dataclass(slots=True)
class _Guarded:
    """The guard over the stages of a setup."""

    setup: _Setup
    guard: DeliveryGuard
    judged: Snapshot | None = None

    def before(self, stage: Stage) -> None:
        """Proves and judges right before the policy is set."""
        if stage.sets_policy:
            self.judged = self.setup.before_policy(self.guard, stage.before, in_force=False)

    def after(self, stage: Stage) -> None:
        """Looks once more right after the policy was set."""
        del stage  # what was judged says enough
        if self.judged is not None:
            self.guard.second_look(self.judged)
            self.judged = None


def decided(desired: Desired, choice: Choice) -> Desired:
    """The desired state with a person's choice in it."""
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
