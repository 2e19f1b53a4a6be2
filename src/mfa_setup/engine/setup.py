"""One attempt of a setup: read, plan, guard, apply, and prove."""

from dataclasses import dataclass
from functools import partial

from mfa_setup.checks.limits import noticed
from mfa_setup.engine import consent, preconditions, reviewed
from mfa_setup.engine.delivery_guard import At, DeliveryGuard, demands_codes
from mfa_setup.engine.executor import Executor
from mfa_setup.engine.plan import Plan, Stage
from mfa_setup.engine.plan_review import PlanReview
from mfa_setup.engine.planner import Planner
from mfa_setup.engine.report import notice_of
from mfa_setup.engine.run_context import Checks, Prove, RunContext
from mfa_setup.errors import EnforcedUndeliverableError, ProofFailedError
from mfa_setup.model.types import PhoneStack
from mfa_setup.resources import policy_names, registry
from mfa_setup.snapshot.names import SEND_SCOPES
from mfa_setup.snapshot.parts import known
from mfa_setup.snapshot.snapshot import Snapshot


@dataclass(slots=True)
class Setup:
    """One attempt of a run, with the choices that the person has made so far."""

    run: RunContext
    overrides: set[str]
    planner: Planner
    review: PlanReview | None
    proved: bool = False

    @classmethod
    def of(cls, run: RunContext, overrides: set[str]) -> "Setup":
        """Creates an attempt; checks that the person overrules during it are added to `overrides`."""
        review = PlanReview(run, run.reviewed) if run.reviewed else None
        return cls(run, overrides, Planner(run, overrides, review), review)

    def carry_out(self) -> None:
        """Carries the attempt out; a read-only task ends with the plan.

        Raises:
            MfaSetupError: Something stopped the attempt.
        """
        run = self.run
        run.person.doing("Reading the Auth0 tenant")
        plan = self.planner.plan(self.planner.read(), ())
        guard = run.guard(plan.found, run.reader, self.overrides)
        if self.review:
            self.review.require(guard, plan)
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
        fresh = self.planner.plan(self.planner.read(), plan.found.offers)
        if self.review:
            self.review.require(guard, fresh)
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

    setup: Setup
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
