"""Compares what a run finds with the saved plan that it applies."""

from dataclasses import dataclass, replace

from mfa_setup.engine import plan as planning
from mfa_setup.engine import reviewed
from mfa_setup.engine.delivery_guard import DeliveryGuard, demands_codes
from mfa_setup.engine.plan import Plan
from mfa_setup.engine.run_context import RunContext
from mfa_setup.errors import MfaSetupError
from mfa_setup.model.difference import Difference
from mfa_setup.model.observed import Offer
from mfa_setup.model.plan_file import Planned
from mfa_setup.resources import purchase
from mfa_setup.resources.base import Comparison


@dataclass(slots=True)
class PlanReview:
    """The comparison of a run with the saved plan that it applies.

    Attributes:
        run: The run.
        saved: The saved plan.
        sale: How the sale of the number differs from the saved plan.
    """

    run: RunContext
    saved: Planned
    sale: tuple[Difference, ...] = ()

    def offers(self) -> tuple[Offer, ...]:
        """Returns the number of the saved plan as it was planned; how its sale differs now is kept for `require`."""
        offer = self.saved.offer
        if offer is None:
            return ()
        present = purchase.at_present(self.run.services, self.run.desired.number, offer)
        self.sale = tuple(reviewed.sale(offer, present))
        return (offer,)

    def require(self, guard: DeliveryGuard, plan: Plan) -> None:
        """Compares a plan that was made now, and its checks, with the saved plan.

        Raises:
            PlanOutdatedError: Something differs.
        """
        checks = guard.judge(plan) if demands_codes(plan) else ()
        present = reviewed.planned(self.run.services, self.run.desired, plan, checks)
        differing = (*self.sale, *reviewed.differences(self.saved, present))
        if differing:
            error = reviewed.outdated(self.saved, differing, present)
            error.checks = tuple(check for check in checks if f"checks.{check.id}" in {one.path for one in differing})
            raise error

    def differing_openly(self, given: Comparison) -> tuple[Difference, ...]:
        """Returns what differs from the saved plan while an open question about a resource prevents a new plan."""
        run, lenient = self.run, replace(self.run.task, lenient=True)
        try:
            plan = planning.make(lenient, replace(given, lenient=True))
        except MfaSetupError:
            return ()
        present = reviewed.planned(run.services, run.desired, plan, ())
        return tuple(reviewed.differences(self.saved.model_copy(update={"checks": {}}), present))
