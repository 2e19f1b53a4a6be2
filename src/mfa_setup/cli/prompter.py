"""Asks a run's questions at a terminal; without one, the error names the option that answers the question."""

import getpass
import os
import sys
from collections.abc import Callable
from typing import TypeVar

from pydantic import SecretStr

from mfa_setup.engine.report import Report
from mfa_setup.errors import (
    Choice,
    ChoiceNeededError,
    ConfirmationNeededError,
    DeclinedError,
    InterruptedRunError,
    InvalidValueError,
    TerminatedError,
)
from mfa_setup.model.change import Change
from mfa_setup.model.check import Check
from mfa_setup.model.outcome import Outcome
from mfa_setup.model.types import LABELS
from mfa_setup.render.sink import Sink

ATTEMPTS = 3
"""How often a question is asked before it counts as not answered."""
_CANCELLED = "Cancelled. Nothing was changed."
_ID_SHOWN = 12
"""The number of characters of a run ID to show, enough to identify the run."""
T = TypeVar("T")


class Prompter:
    """Asks questions on standard error and reads answers from standard input.

    Both must be terminals, and neither an option nor the environment may forbid questions. An invalid answer is
    explained, and the question is asked again.
    """

    def __init__(self, sink: Sink, report: Report, *, yes: bool, may_ask: bool) -> None:
        self._sink = sink
        self._report = report
        self.agreed = yes
        self.can_ask = may_ask and can_ask(as_json=sink.as_json)

    def confirm(self, plan: Outcome, *, changed: tuple[str, ...] = ()) -> bool:
        """Shows the plan and asks for confirmation; returns True if the user was asked, False if `--yes` was given.

        Raises:
            DeclinedError: The user declined.
            ConfirmationNeededError: There is no terminal to ask at, or the question was not answered.
        """
        if not self.agreed and not self.can_ask:
            raise ConfirmationNeededError(_needed(plan), hint=_LOOK.get(plan.command))
        if changed:
            self._sink.say(f"While the question was open, this changed: {', '.join(changed)}. This is the plan now:")
        if not (self.agreed and self._sink.quiet):
            self._sink.plan(plan)
        if self.agreed:
            return False
        domain = plan.tenant.domain if plan.tenant else "the tenant"
        undo = plan.undoes and f"Undo run {plan.undoes.run_id[:_ID_SHOWN]} on {domain}?"
        self.agree(undo or f"Apply this plan to {domain}?")
        return True

    def agree(self, question: str) -> None:
        """Asks whether to apply what was shown.

        Args:
            question: The question.

        Raises:
            DeclinedError: The user declined.
            ConfirmationNeededError: The question was not answered.
        """
        agreed = self._answer(f"{question} [y/N] ", _yes_or_no)
        if agreed is None:
            raise ConfirmationNeededError(
                "The question was not answered. Nothing was changed.",
                hint="Pass --yes to apply the plan without a question.",
            )
        if not agreed:
            raise DeclinedError(_CANCELLED)

    def choose(self, needed: ChoiceNeededError) -> Choice:
        """Lists the choices and asks for a number.

        Raises:
            ChoiceNeededError: There is no terminal to ask at, or the question was not answered.
        """
        if not self.can_ask:
            raise needed
        self._sink.say(needed.message)
        for index, choice in enumerate(needed.choices, 1):
            self._sink.say(f"  {index}. {choice.label}")
        last = len(needed.choices)

        def chosen(answer: str) -> Choice:
            if not (answer.isascii() and answer.isdigit() and 1 <= int(answer) <= last):
                raise InvalidValueError(f"Enter a number from 1 to {last}.")
            return needed.choices[int(answer) - 1]

        answer = self._answer(f"Which? [1-{last}] ", chosen)
        if answer is None:  # the message of `needed` has been shown
            raise ChoiceNeededError("The question was not answered.", hint=needed.hint, choices=needed.choices)
        return answer

    def overrule(self, failing: tuple[Check, ...], domain: str) -> bool:
        """Shows the failed checks and asks for the tenant's domain to continue; `--yes` is not an answer to this."""
        if not self.can_ask or self.agreed:
            return False
        self._sink.checks(failing)
        from mfa_setup.checks.catalog import BY_ID  # noqa: PLC0415 slow to import, and only needed here

        risk = "Users may be locked out. " if any(BY_ID[check.id].decides for check in failing) else ""
        self._sink.say(f"{risk}To continue anyway, type the tenant's domain.")

        def overruled(answer: str) -> bool:
            if answer not in {"", domain}:
                raise InvalidValueError(f"Type {domain} to continue, or press Enter to stop.")
            return answer == domain

        return bool(self._answer(f"{domain}? ", overruled))

    def text(self, label: str, judge: Callable[[str], T]) -> T | None:
        """Asks for a value.

        Args:
            label: The name of the value.
            judge: Parses the answer, or raises an `InvalidValueError` about the problem.

        Returns:
            The value; None if there is no terminal to ask at, or no answer was valid.
        """

        def judged(answer: str) -> T:
            return judge(_given(answer))

        return self._answer(f"{label}: ", judged) if self.can_ask else None

    def secret(self, label: str) -> SecretStr | None:
        """Asks for a secret without showing it; None if there is no terminal to ask at, or nothing is entered."""
        if not self.can_ask:
            return None
        prompt = f"{label} (not shown): "
        value = self._answer(prompt, _given, lambda: getpass.getpass(prompt, stream=sys.stderr))
        return SecretStr(value) if value else None

    def doing(self, text: str) -> None:
        """Shows the current step."""
        self._sink.doing(text)

    def starting(self, change: Change) -> None:
        """Shows that a change is being applied."""
        self._sink.starting(change)

    def finished(self, change: Change) -> None:
        """Shows that a change has been applied."""
        self._sink.finished(change)

    def _answer(
        self, question: str, judge: Callable[[str], T], read: Callable[[], str | None] | None = None
    ) -> T | None:
        """Asks until `judge` accepts an answer, and returns its result; None at the end of input or without one."""
        for _ in range(ATTEMPTS):
            answer = self._quietly(read or (lambda: _line(question)))
            if answer is None:
                return None
            try:
                return judge(answer.strip())
            except InvalidValueError as wrong:
                self._sink.say(f"{wrong.message} {wrong.hint}".strip())
        return None

    def _quietly(self, read: Callable[[], str | None]) -> str | None:
        """Reads an answer while the spinner is stopped; None at the end of the input."""
        with self._sink.paused():
            _drop_typed_ahead()
            try:
                answer = read()
            except EOFError:
                answer = None
            except InterruptedRunError as stopped:
                _end_line()
                if self._report.changed or isinstance(stopped, TerminatedError):
                    raise
                raise InterruptedRunError(_CANCELLED, hint="") from None
            if answer is None:
                _end_line()
            return answer


def _line(question: str) -> str | None:
    """Asks a question and reads a line; None at the end of the input."""
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline() or None


def _end_line() -> None:
    """Ends the line of a question that the user did not end with Enter."""
    sys.stderr.write("\n")
    sys.stderr.flush()


def _drop_typed_ahead() -> None:
    """Discards input typed before a question was asked, so that it does not answer a question that nobody has read."""
    try:
        import termios  # noqa: PLC0415 missing on Windows
    except ImportError:
        return
    if sys.stdin.isatty():
        termios.tcflush(sys.stdin, termios.TCIFLUSH)


def _given(answer: str) -> str:
    if not answer:
        raise InvalidValueError("A value is needed. Press Ctrl-C to cancel.")
    return answer


def _yes_or_no(answer: str) -> bool:
    word = answer.lower()
    if word not in {"", "y", "yes", "n", "no"}:
        raise InvalidValueError("Answer y or n.")
    return word in {"y", "yes"}


def can_ask(*, as_json: bool) -> bool:
    """Whether the user can be asked: both streams are terminals, `CI` is not set, and the output is not JSON."""
    if as_json or os.environ.get("CI"):
        return False
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


_LOOK = {
    "undo": "Look at `changes` of `mfa-setup undo --json`, then pass --yes.",
    "migrate": "Look at `changes` of `mfa-setup migrate --json`, then pass --yes.",
}
"""Where to see the plan of a command, for commands whose plan is not in `mfa-setup plan`."""


def _needed(plan: Outcome) -> str:
    pending = [change for change in plan.changes if change.pending]
    what = ", ".join(f"{change.action} {LABELS[change.resource]}{_held(change)}" for change in pending)
    costs = [f"Cost: {change.words.cost}." for change in pending if change.words.cost]
    affects = [change.words.affects for change in pending if change.words.affects]
    return " ".join([f"This plan needs your confirmation: {what}.", *costs, *affects])


def _held(change: Change) -> str:
    return f" ({change.held})" if change.held else ""
