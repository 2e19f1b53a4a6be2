"""Carries out the steps of a plan in the safe order, and stops at the first that fails."""

from collections.abc import Callable
from typing import Protocol

from mfa_setup.engine.plan import Plan
from mfa_setup.engine.report import Report, status_of
from mfa_setup.model.change import Change
from mfa_setup.resources.base import Services, Step
from mfa_setup.resources.number import NumberStep
from mfa_setup.resources.policy import PolicyStep


class Watcher(Protocol):
    """Told of each change as it is carried out."""

    def starting(self, change: Change) -> None:
        """A change is about to be carried out."""

    def finished(self, change: Change) -> None:
        """A change has been carried out."""


def apply(plan: Plan, services: Services, report: Report, watcher: Watcher, prove: Callable[[], None]) -> None:
    """Carries out what is pending; the report tells what became of each change.

    `prove` must return before a policy is set that asks for codes.

    Raises:
        MfaSetupError: A step failed; those after it were not begun.
    """
    for step in plan.steps:
        if not step.change.pending:
            continue
        if isinstance(step, PolicyStep) and step.wanted != "never":
            prove()
        watcher.starting(step.change)
        _carry_out(step, services, report)
        watcher.finished(report.change(step.change.resource))


def _carry_out(step: Step, services: Services, report: Report) -> None:
    """One step; an interrupt comes through before its next write, or once what the last one made is noted."""
    with services.cancellation.shielded():
        _noted(step, services, report)


def _noted(step: Step, services: Services, report: Report) -> None:
    resource = step.change.resource
    try:
        for made in step.apply(services, report.made):
            report.made, report.changed = made, True
            if isinstance(step, NumberStep) and step.planned and made.phone_number:
                report.correct(step.planned, made.phone_number)
    except BaseException as error:
        report.mark(resource, status_of(error))
        report.changed = report.changed or services.journal.changed
        raise
    report.mark(resource, "applied")
