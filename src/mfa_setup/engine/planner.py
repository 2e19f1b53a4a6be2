"""Reads the tenant and the account, and makes the plan of a setup."""

from dataclasses import dataclass, replace
from functools import partial

from mfa_setup.checks import consents
from mfa_setup.checks.login import under_never
from mfa_setup.engine import number_search, preconditions, reviewed
from mfa_setup.engine import plan as planning
from mfa_setup.engine.plan import Plan
from mfa_setup.engine.plan_review import PlanReview
from mfa_setup.engine.preconditions import parts_of, possible_scopes
from mfa_setup.engine.run_context import RunContext
from mfa_setup.errors import ForbiddenError, MfaSetupError
from mfa_setup.model.journal import last_code
from mfa_setup.model.observed import Offer
from mfa_setup.resources import customdomain, number_move, phone_stack, sender
from mfa_setup.resources.base import Comparison
from mfa_setup.snapshot.names import CONSEQUENCES, READINESS, PartName
from mfa_setup.snapshot.parts import known, known_or
from mfa_setup.snapshot.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Planner:
    """Makes the plans of one attempt of a setup.

    Attributes:
        run: The run.
        overrides: The IDs of the checks that are overridden so far.
        review: The comparison with the saved plan that the run applies; None for a run without one.
    """

    run: RunContext
    overrides: set[str]
    review: PlanReview | None

    def read(self) -> Snapshot:
        """Reads the parts that the task needs and, for a policy that demands codes, the parts that the guard checks.

        Raises:
            MfaSetupError: Scopes are missing, a part cannot be read, or the Twilio account is not active.
        """
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

    def plan(self, found: Snapshot, offers: tuple[Offer, ...]) -> Plan:
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
        found = replace(found, offers=number_search.offers(run, given, offers, self.review))
        given = replace(given, rent=number_search.rent(run, given))
        factor_first = self._asks_first(found)
        plan = self._made(replace(given, found=found, planned=found), factor_first=factor_first)
        run.report.outputs = run.report.outputs.model_copy(update=dict(plan.outputs))
        run.report.changes = list(plan.changes)
        run.report.warn(plan.notices)
        run.report.warn(number_search.advice(run, plan))
        if plan.asks_first and consents.looks_free(found):
            run.report.warn([consents.asked_first(found)])
        if self._ends_policy:
            run.report.warn(under_never(found))
        if run.task.command == "up" and plan.stages and known(found.stack) == "legacy":
            run.report.warn(phone_stack.mention(run.services.journal.runs))
        if not run.task.lenient:
            run.report.warn(preconditions.undo_warning(plan, run.token))
        return plan

    @property
    def _ends_policy(self) -> bool:
        """Whether the run sets the policy to Never, under which Actions may still ask for codes."""
        task, desired = self.run.task, self.run.desired
        return "policy" in task.resources and desired.policy == "never" and not task.lenient

    def _made(self, given: Comparison, *, factor_first: bool) -> Plan:
        """Makes the plan.

        Raises:
            PlanOutdatedError: The run applies a reviewed plan, and no plan can be made any more.
            MfaSetupError: The desired state is impossible, or a person must choose first.
        """
        try:
            return planning.make(self.run.task, given, factor_first=factor_first)
        except MfaSetupError as why:
            if self.review is None:
                raise
            raise reviewed.impossible(why, self.review.differing_openly(given)) from None

    def _asks_first(self, found: Snapshot) -> bool:
        """Whether to enable the SMS factor before a purchase, to learn from Auth0 if the tenant's plan includes SMS."""
        if "factor" not in self.run.task.resources or not found.offers or not consents.may_ask(found):
            return False
        if consents.looks_free(found):
            return "auth0_plan" not in self.overrides
        return known_or(found.actions, None) is not None
