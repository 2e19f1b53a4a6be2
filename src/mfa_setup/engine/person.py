"""Who runs a command, as the engine knows them: asked where somebody can be asked, told in any case."""

from typing import Protocol

from mfa_setup.errors import Choice, ChoiceNeededError
from mfa_setup.model.change import Change
from mfa_setup.model.check import Check
from mfa_setup.model.outcome import Outcome


class Person(Protocol):
    """A person at a terminal, a pipeline, or a program that uses this package."""

    def confirm(self, plan: Outcome, *, changed: tuple[str, ...] = ()) -> bool:
        """Shows the plan and asks whether to apply it; true where somebody was asked, so that time has passed.

        Args:
            plan: The outcome so far, with its pending changes.
            changed: What has changed since the last question.

        Raises:
            DeclinedError: No.
            ConfirmationNeededError: Nobody can be asked, and `--yes` was not given.
        """

    def choose(self, needed: ChoiceNeededError) -> Choice:
        """Asks which of several; raises `needed` where nobody can be asked."""

    def overrule(self, failing: tuple[Check, ...], domain: str) -> bool:
        """Shows the failing checks; true where the person has typed the tenant's domain, to continue all the same."""

    def doing(self, text: str) -> None:
        """Told what is under way."""

    def starting(self, change: Change) -> None:
        """Told that a change is about to be carried out."""

    def finished(self, change: Change) -> None:
        """Told that a change has been carried out."""


class Unattended:
    """Nobody: every plan is applied without a question, and what needs a decision is an error."""

    def confirm(self, plan: Outcome, *, changed: tuple[str, ...] = ()) -> bool:
        """Goes on."""
        del plan, changed
        return False

    def choose(self, needed: ChoiceNeededError) -> Choice:
        """Nobody can choose."""
        raise needed

    def overrule(self, failing: tuple[Check, ...], domain: str) -> bool:
        """Nobody overrules."""
        del failing, domain
        return False

    def doing(self, text: str) -> None:
        """Tells nobody."""

    def starting(self, change: Change) -> None:
        """Tells nobody."""

    def finished(self, change: Change) -> None:
        """Tells nobody."""
