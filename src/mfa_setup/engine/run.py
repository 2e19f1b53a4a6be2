"""The steps of every setup command: observe, plan, guard, apply."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import partial

from mfa_setup.appconfig import ConfigFile
from mfa_setup.checks import consents
from mfa_setup.checks.advice import before_buying
from mfa_setup.checks.context import CheckContext
from mfa_setup.checks.limits import noticed
from mfa_setup.checks.login import under_never
from mfa_setup.engine import consent, preconditions, reviewed
from mfa_setup.engine import plan as planning
from mfa_setup.engine.delivery_guard import At, DeliveryGuard, demands_codes
from mfa_setup.engine.executor import Executor
from mfa_setup.engine.person import Person
from mfa_setup.engine.plan import Plan, Stage
from mfa_setup.engine.preconditions import parts_of, possible_scopes
from mfa_setup.engine.report import Report, notice_of
from mfa_setup.engine.task import Task
from mfa_setup.errors import (
    Choice,
    ChoiceNeededError,
    EnforcedUndeliverableError,
    ForbiddenError,
    MfaSetupError,
    NumberGoneError,
    ProofFailedError,
)
from mfa_setup.model.check import Check
from mfa_setup.model.desired import Desired
from mfa_setup.model.difference import Difference
from mfa_setup.model.journal import last_code
from mfa_setup.model.observed import Offer
from mfa_setup.model.outcome import Notice, Tenant
from mfa_setup.model.plan_file import Planned
from mfa_setup.model.types import PhoneStack
from mfa_setup.ports import TokenPort
from mfa_setup.resources import (
    customdomain,
    number_move,
    phone_stack,
    policy_names,
    provider_kept,
    purchase,
    registry,
    sender,
)
from mfa_setup.resources.base import OPEN_QUESTIONS, Comparison
from mfa_setup.services import Services
from mfa_setup.snapshot.names import CONSEQUENCES, READINESS, SEND_SCOPES, PartName, scopes_of
from mfa_setup.snapshot.parts import known, known_or
from mfa_setup.snapshot.reader import Reader
from mfa_setup.snapshot.snapshot import Snapshot

Prove = Callable[[PhoneStack], None]
"""Sends the test SMS after the factor is enabled and before the policy is set; raises if the SMS does not arrive."""
Possible = Callable[[PhoneStack | None], Collection[str]]
"""Returns all scopes that a run may need on a phone stack; on either stack if the argument is None."""
Parts = Callable[[PhoneStack | None], Collection[PartName]]
"""Returns the parts of the snapshot that a run needs; the argument is None while the phone stack is unknown."""
Checks = tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one task, composed from values.

    Attributes:
        task: The resources and options of the command.
        desired: The desired state.
        services: The clients of both services.
        token: The access token of the Management API.
        config: The config file of the app; None if the run writes none.
        person: The person, or the program, that runs the command.
        report: The report of the run so far.
        overrides: IDs of the checks that are overridden.
        region_variables: The environment variables that name another Twilio region.
        test_sms: Sends a test SMS before a policy is set, and proves that it arrives.
        test_phones: The phones that receive the test SMS.
        reviewed: The saved plan that the run applies, if nothing differs from it; None for a run without one.
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
    reviewed: Planned | None = None

    @property
    def reader(self) -> Reader:
        """The reader of both services for this run; only a run that shows the tenant counts users on every page."""
        return Reader(self.services, self.token, self.desired, self.config, counts_users=self.task.read_only)

    def context(self, snapshot: Snapshot) -> CheckContext:
        """Returns the input of the checks for this snapshot."""
        return CheckContext(snapshot, self.desired, sender.own(self.services), self.region_variables)

    def guard(self, found: Snapshot, reader: Reader, overrides: set[str]) -> DeliveryGuard:
        """Returns the delivery guard of the run; checks that a person overrules are added to `overrides`."""
        policies = known_or(found.policies, ())
        context = self.context(found)
        return DeliveryGuard(reader, context, self.report, self.person, overrides, policies, self.test_phones)

    def first_read(self, reader: Reader, parts: Parts, possible: Possible, also: Collection[PartName] = ()) -> Snapshot:
        """Reads the current state, after checking that the token has the scopes that the reading needs.

        Args:
            reader: The reader of both services.
            parts: The parts that must be read, for a phone stack or while the stack is unknown.
            possible: All scopes that the run may need on a stack, so that one error can name all missing ones.
            also: Further parts to read; they may fail.

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
        if moved != stack:  # the tenant has moved since the stack was remembered
            preconditions.require_scopes(self.token, scopes_of(parts(moved), moved), possible(moved))
        self.report.tenant = Tenant(domain=self.services.domain, phone_stack=known(found.stack))
        preconditions.require_active(found)
        return found

    def confirmed(self, plan: Plan, checks: Checks, again: Callable[[Plan], tuple[Plan, Checks]]) -> Plan:
        """Asks the person to confirm the plan and returns it, made again after the answer.

        While the question waits, somebody may change the state that the plan was made from. The plan is therefore made
        again after the answer and compared; if it differs, the person is asked about the new plan.
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
        """Runs all steps, and repeats them after each choice of the person; the report is filled even on an error.

        Raises:
            MfaSetupError: Something stopped the run.
        """
        run, overrides = self, set(self.overrides)
        while True:
            try:
                return _Setup(run, overrides).carry_out()
            except NumberGoneError as gone:
                raise (reviewed.too_late(run.reviewed, gone) if run.reviewed else gone) from None
            except ChoiceNeededError as needed:
                if run.reviewed is not None:
                    raise reviewed.late(needed) from None
                run = replace(run, desired=decided(run.desired, self.person.choose(needed)))


@dataclass(slots=True)
class _Setup:
    """One attempt of a run, with the choices that the person has made so far."""

    run: Run
    overrides: set[str]
    proved: bool = False
    sale: tuple[Difference, ...] = ()
    """How the sale of the number differs from the reviewed plan."""

    def carry_out(self) -> None:
        run = self.run
        run.person.doing("Reading the Auth0 tenant")
        plan = self._plan(self._read(), ())
        guard = run.guard(plan.found, run.reader, self.overrides)
        self._require_reviewed(guard, plan)
        if run.task.read_only:
            self._foresee(guard, plan)
            if not run.task.lenient:
                run.report.planned = reviewed.planned(run.services, run.desired, plan, guard.checks)
            return
        checks = self._judge(guard, plan)
        if plan.stages:
            plan = run.confirmed(plan, checks, partial(self._again, guard))
        Executor(run.services, plan.found, run.report, run.person, _Guarded(self, guard)).carry_out(plan)
        self._finish(guard, plan)
        guard.finish()

    # --- observe and plan --------------------------------------------------------------------------------------

    def _read(self) -> Snapshot:
        """Reads the parts that the task needs and, for a policy that demands codes, the parts that the guard checks."""
        run = self.run
        possible = partial(possible_scopes, run.task, run.desired)
        also: frozenset[PartName] = frozenset({"actions"}) if self._ends_policy else frozenset()
        also |= {"scope"} if "scope" in run.task.resources else frozenset()
        if "policy" in run.task.resources and run.desired.policy != "never":
            also |= READINESS | CONSEQUENCES | {"actions"}
        if run.task.in_full:
            also |= {"everyone"}
        if run.task.lenient:
            also |= {"action_failures"}
        parts = parts_of(run.task, run.desired)
        try:
            found = run.first_read(run.reader, lambda _: parts, possible, also)
        except ForbiddenError as refusal:
            raise (reviewed.refused(run.reviewed, refusal) if run.reviewed else refusal) from None
        return run.reader.missing({"custom_domains"}, found) if customdomain.may_be_in(found) else found

    @property
    def _ends_policy(self) -> bool:
        """Whether the run sets the policy to Never, under which Actions may still ask for codes."""
        task, desired = self.run.task, self.run.desired
        return "policy" in task.resources and desired.policy == "never" and not task.lenient

    def _plan(self, found: Snapshot, offers: tuple[Offer, ...]) -> Plan:
        """Makes the plan, and puts its changes, outputs and warnings into the report.

        Raises:
            MfaSetupError: The desired state is impossible, or a person must choose first.
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
            last_code=last_code(run.services.journal.runs),
        )
        found = replace(found, offers=self._offers(given, offers))
        given = replace(given, rent=self._rent(given))
        factor_first = self._asks_first(found)
        plan = self._made(replace(given, found=found, planned=found), factor_first=factor_first)
        run.report.outputs = run.report.outputs.model_copy(update=dict(plan.outputs))
        run.report.changes = list(plan.changes)
        run.report.warn(plan.notices)
        run.report.warn(self._advice(plan))
        if plan.asks_first and consents.looks_free(found):
            run.report.warn([consents.asked_first(found)])
        if self._ends_policy:
            run.report.warn(under_never(found))
        if run.task.command == "up" and plan.stages and known(found.stack) == "legacy":
            run.report.warn(phone_stack.mention(run.services.journal.runs))
        if not run.task.lenient:
            run.report.warn(preconditions.undo_warning(plan, run.token))
        return plan

    def _made(self, given: Comparison, *, factor_first: bool) -> Plan:
        """Makes the plan.

        Raises:
            PlanOutdatedError: The run applies a reviewed plan, and no plan can be made any more.
            MfaSetupError: The desired state is impossible, or a person must choose first.
        """
        run, task = self.run, self.run.task
        try:
            return planning.make(task, given, factor_first=factor_first)
        except MfaSetupError as why:
            if run.reviewed is None:
                raise
            differing = self._differing_openly(run.reviewed, given)
            raise reviewed.impossible(why, differing) from None

    def _differing_openly(self, saved: Planned, given: Comparison) -> tuple[Difference, ...]:
        """Returns what differs from a reviewed plan where the plan for one of the resources is an open question."""
        run, lenient = self.run, replace(self.run.task, lenient=True)
        try:
            plan = planning.make(lenient, replace(given, lenient=True))
        except MfaSetupError:
            return ()
        present = reviewed.planned(run.services, run.desired, plan, ())
        return tuple(reviewed.differences(saved.model_copy(update={"checks": {}}), present))

    def _require_reviewed(self, guard: DeliveryGuard, plan: Plan) -> None:
        """Compares a plan and its checks with the reviewed plan that the run applies, if it applies one.

        Raises:
            PlanOutdatedError: Something differs.
        """
        run, saved = self.run, self.run.reviewed
        if saved is None:
            return
        checks = guard.judge(plan) if demands_codes(plan) else ()
        present = reviewed.planned(run.services, run.desired, plan, checks)
        differing = (*self.sale, *reviewed.differences(saved, present))
        if differing:
            error = reviewed.outdated(saved, differing, present)
            error.checks = tuple(check for check in checks if f"checks.{check.id}" in {one.path for one in differing})
            raise error

    def _reviewed_offers(self, saved: Planned) -> tuple[Offer, ...]:
        """Returns the number of the reviewed plan as it was planned, and notes whether it is still sold so."""
        if saved.offer is None:
            return ()
        now = purchase.at_present(self.run.services, self.run.desired.number, saved.offer)
        self.sale = tuple(reviewed.sale(saved.offer, now))
        return (saved.offer,)

    def _asks_first(self, found: Snapshot) -> bool:
        """Whether to enable the SMS factor before a purchase, to learn from Auth0 if the tenant's plan includes SMS."""
        if "factor" not in self.run.task.resources or not found.offers or not consents.may_ask(found):
            return False
        if consents.looks_free(found):
            return "auth0_plan" not in self.overrides
        return known_or(found.actions, None) is not None

    def _offers(self, given: Comparison, known_offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
        """Finds numbers to buy, if one must be bought; numbers of an earlier plan are looked up by their digits."""
        run, found = self.run, given.found
        inventory = known_or(found.twilio, None)
        if inventory is None or provider_kept.is_kept(given):
            return ()
        if not (run.task.lenient or run.reviewed):  # the comparison of the provider refuses a conflict again
            provider_kept.require_no_conflict(given)
        try:
            chosen = sender.choose(run.desired.number, inventory, known(found.provider), given.own)
        except OPEN_QUESTIONS:
            if run.task.lenient or run.reviewed:  # the comparison of the number raises it again
                return ()
            raise
        if not chosen.to_buy or run.task.lenient:
            return ()
        if not run.task.may_buy:
            raise sender.refuse_to_buy(run.task.command)
        run.person.doing("Looking for a number")
        if run.reviewed is not None:
            return self._reviewed_offers(run.reviewed)
        if known_offers:
            return purchase.still_on_sale(run.services, run.desired.number, known_offers)
        offers = purchase.offers(run.services, run.desired.number)
        return purchase.for_one_plan(run.services, offers) if run.task.command == "plan" else offers

    def _rent(self, given: Comparison) -> str:
        """Returns the monthly price of the existing number if the task shows it; otherwise an empty text."""
        run, inventory = self.run, known_or(given.found.twilio, None)
        if not run.task.in_full or inventory is None or provider_kept.is_kept(given):
            return ""
        try:
            chosen = sender.choose(run.desired.number, inventory, known(given.found.provider), given.own)
        except OPEN_QUESTIONS:
            return ""
        return purchase.rent(run.services, chosen.number, run.desired.number.country) if chosen.number else ""

    def _advice(self, plan: Plan) -> tuple[Notice, ...]:
        """Returns the advice before a purchase; empty where the guard covers it.

        The guard cannot cover toll-free verification, because that is visible only for a number that is owned.
        """
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
        """Warns about what `up` would be refused for, or about a policy in force without delivery; never refuses."""
        consent.foresee(guard, plan)
        if self.run.task.lenient:
            self.run.report.warn(noticed(plan.found))
        in_force = not any(stage.sets_policy for stage in plan.stages)
        if not demands_codes(plan) or (self.run.task.lenient and not in_force):
            return
        self.run.person.doing("Checking that codes can arrive")
        guard.foresee(plan, "in force" if in_force else "policy")

    def _judge(self, guard: DeliveryGuard, plan: Plan) -> Checks:
        """Applies the preconditions and, if codes must be able to arrive, the guard; returns the guard's checks."""
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
        """Reads, plans and checks again after the person has answered."""
        self.run.person.doing("Checking that nothing has changed in the meantime")
        fresh = self._plan(self._read(), plan.found.offers)
        self._require_reviewed(guard, fresh)
        return fresh, self._judge(guard, fresh)

    def before_policy(self, guard: DeliveryGuard, found: Snapshot, *, in_force: bool) -> Snapshot:
        """Sends the test SMS, unless the policy is in force, and guards on a fresh reading; returns that snapshot."""
        self.proved = True
        run = self.run
        if run.test_sms and not in_force:
            run.test_sms(known(found.stack))
        run.person.doing("Checking that codes can arrive")
        at: At = "in force" if in_force else "policy"
        return guard.at_policy(found, at, just_read=not run.test_sms)

    # --- after the writes ----------------------------------------------------------------------------------------

    def _finish(self, guard: DeliveryGuard, plan: Plan) -> None:
        """Sends a test SMS that was not sent before a policy, and checks delivery under a policy already in force."""
        if self.proved:
            return
        if self.run.test_sms:
            self._test_in_force(self.run.test_sms, plan)
        if demands_codes(plan) and plan.stages:
            self.before_policy(guard, plan.after(plan.found), in_force=True)
        elif demands_codes(plan):
            guard.before(plan, "in force")

    def _test_in_force(self, prove: Prove, plan: Plan) -> None:
        """Sends the test SMS when no policy waits for it; if it does not arrive, warns about a policy in force."""
        try:
            prove(known(plan.found.stack))
        except ProofFailedError:
            if plan.found.requires_codes:
                name = policy_names.name_in_force(plan.found)
                message = f"The MFA policy is {name}, and this SMS did not arrive."
                self.run.report.warn([notice_of(EnforcedUndeliverableError(message))])
            raise


@dataclass(slots=True)
class _Guarded:
    """Guards the stages of a setup."""

    setup: _Setup
    guard: DeliveryGuard
    judged: Snapshot | None = None

    def before(self, stage: Stage) -> None:
        """Sends the test SMS and checks delivery right before the policy is set."""
        if stage.sets_policy:
            self.judged = self.setup.before_policy(self.guard, stage.before, in_force=False)

    def after(self, stage: Stage) -> None:
        """Checks again right after the policy was set."""
        del stage  # `judged` is set only while the stage sets the policy
        if self.judged is not None:
            self.guard.second_look(self.judged)
            self.judged = None


def decided(desired: Desired, choice: Choice) -> Desired:
    """Returns the desired state with the person's choice applied."""
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
