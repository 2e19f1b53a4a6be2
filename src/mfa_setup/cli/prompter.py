"""The person at the terminal: asked where there is one, and told the flag where there is not."""

import getpass
import os
import sys
from collections.abc import Callable

from pydantic import SecretStr

from mfa_setup.errors import Choice, ChoiceNeededError, ConfirmationNeededError, DeclinedError
from mfa_setup.model.change import Change
from mfa_setup.model.check import Check
from mfa_setup.model.outcome import Outcome
from mfa_setup.render.sink import Sink


class Prompter:
    """Asks on standard error and reads standard input, if both are a terminal and nothing forbids it."""

    def __init__(self, sink: Sink, *, yes: bool, may_ask: bool) -> None:
        self._sink = sink
        self.agreed = yes
        self.can_ask = may_ask and can_ask(as_json=sink.as_json)

    def confirm(self, plan: Outcome, *, changed: tuple[str, ...] = ()) -> bool:
        """Shows the plan, unless nobody would read it, and asks; true where somebody was asked."""
        if not self.agreed and not self.can_ask:
            raise ConfirmationNeededError(_needed(plan), hint=_LOOK.get(plan.command))
        if changed:
            self._sink.say(f"While the question was open, this changed: {', '.join(changed)}. This is the plan now:")
        if self.can_ask:
            self._sink.plan(plan)
        if self.agreed:
            return False
        self.agree()
        return True

    def agree(self) -> None:
        """Asks whether to carry out what was shown.

        Raises:
            DeclinedError: No.
        """
        if self._ask("Carry this out? [y/N] ").lower() not in {"y", "yes"}:
            raise DeclinedError("Nothing was changed.")

    def choose(self, needed: ChoiceNeededError) -> Choice:
        """Lists the choices and asks for a number."""
        if not self.can_ask:
            raise needed
        self._sink.say(needed.message)
        for index, choice in enumerate(needed.choices, 1):
            self._sink.say(f"  {index}. {choice.label}")
        answer = self._ask(f"Which? [1-{len(needed.choices)}] ")
        if not answer.isdigit() or not 1 <= int(answer) <= len(needed.choices):
            raise needed
        return needed.choices[int(answer) - 1]

    def overrule(self, failing: tuple[Check, ...], domain: str) -> bool:
        """Shows the failing checks and asks for the tenant's domain; `--yes` is no answer to that."""
        if not self.can_ask or self.agreed:
            return False
        self._sink.checks(failing)
        from mfa_setup.checks.catalog import BY_ID  # noqa: PLC0415 slow to import, and needed here only

        risk = "People may be unable to log in. " if any(BY_ID[check.id].decides for check in failing) else ""
        self._sink.say(f"{risk}To continue anyway, type the tenant's domain.")
        return self._ask(f"{domain}? ") == domain

    def text(self, label: str) -> str | None:
        """Asks for a value; None where nobody can be asked."""
        return (self._ask(f"{label}: ") or None) if self.can_ask else None

    def secret(self, label: str) -> SecretStr | None:
        """Asks for a secret without showing it; None where nobody can be asked."""
        if not self.can_ask:
            return None
        value = self._quietly(lambda: getpass.getpass(f"{label} (not shown): ", stream=sys.stderr))
        return SecretStr(value) if value else None

    def doing(self, text: str) -> None:
        """What is under way."""
        self._sink.doing(text)

    def starting(self, change: Change) -> None:
        """A change that is being carried out."""
        self._sink.starting(change)

    def finished(self, change: Change) -> None:
        """A change that has been carried out."""
        self._sink.finished(change)

    def _ask(self, question: str) -> str:
        def read() -> str:
            sys.stderr.write(question)
            sys.stderr.flush()
            return sys.stdin.readline()

        return self._quietly(read)

    def _quietly(self, read: Callable[[], str]) -> str:
        with self._sink.paused():
            try:
                return read().strip()
            except EOFError:
                return ""


def can_ask(*, as_json: bool) -> bool:
    """Whether somebody sits there: both streams are a terminal, it is no CI, and the output is for people."""
    if as_json or os.environ.get("CI"):
        return False
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


_LOOK = {"undo": "Look at `changes` of `mfa-setup undo --json`, then pass --yes."}
"""Where the plan of a command is to be seen, if not in `mfa-setup plan`."""


def _needed(plan: Outcome) -> str:
    pending = [change for change in plan.changes if change.pending]
    what = ", ".join(f"{change.resource} ({change.action})" for change in pending)
    text = f"This needs a confirmation: {what}."
    if any(change.resource == "policy" for change in pending):
        text += " The policy concerns all applications and all users of the tenant."
    return text
