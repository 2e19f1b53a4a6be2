"""The engine's interface to the user who runs a command: questions, where somebody can answer, and progress."""

from typing import Protocol

from mfa_setup.errors import Choice, ChoiceNeededError
from mfa_setup.model.change import Change
from mfa_setup.model.check import Check
from mfa_setup.model.outcome import Outcome


class Person(Protocol):
    """A person at a terminal, a pipeline, or a program that uses this package."""

    def confirm(self, plan: Outcome, *, changed: tuple[str, ...] = ()) -> bool:
        """Shows the plan and asks whether to apply it; returns whether a person was asked, so that time has passed.

        Args:
            plan: The outcome so far, with the pending changes.
            changed: Names of the resources and checks that have changed since the last question.

        Raises:
            DeclinedError: The person answered no.
            ConfirmationNeededError: Nobody can be asked, and `--yes` was not given.
        """

    def choose(self, needed: ChoiceNeededError) -> Choice:
        """Asks the person to choose one of the options in `needed`; raises `needed` if nobody can be asked."""

    def overrule(self, failing: tuple[Check, ...], domain: str) -> bool:
        """Shows the failing checks; returns whether the person typed the tenant's domain to continue anyway."""

    def doing(self, text: str) -> None:
        """Shows what the run is doing now."""

    def starting(self, change: Change) -> None:
        """Shows that a change is about to be applied."""

    def finished(self, change: Change) -> None:
        """Shows that a change has been applied."""


class Unattended:
    """Stands for a run without a person: applies every plan without a question, and raises where a choice is needed."""

    def confirm(self, plan: Outcome, *, changed: tuple[str, ...] = ()) -> bool:
        """Agrees to the plan without asking."""
        del plan, changed
        return False

    def choose(self, needed: ChoiceNeededError) -> Choice:
        """Raises `needed`, because nobody can choose."""
        raise needed

    def overrule(self, failing: tuple[Check, ...], domain: str) -> bool:
        """Overrules no check."""
        del failing, domain
        return False

    def doing(self, text: str) -> None:
        """Shows nothing."""

    def starting(self, change: Change) -> None:
        """Shows nothing."""

    def finished(self, change: Change) -> None:
        """Shows nothing."""
