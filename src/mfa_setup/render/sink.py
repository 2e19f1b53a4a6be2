"""The one sink: results to standard output, everything else to standard error; as text for people or as JSON."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import SecretStr
from rich.console import Console
from rich.padding import Padding
from rich.status import Status
from rich.text import Text

from mfa_setup.model.change import Change
from mfa_setup.model.check import Check
from mfa_setup.model.outcome import Outcome
from mfa_setup.render import human, sanitize
from mfa_setup.render.sanitize import one_line


class Sink:
    """Where everything that a run says goes out.

    Attributes:
        as_json: Standard output gets exactly one document.
        secrets: Values that are masked wherever they would appear.
    """

    def __init__(
        self, *, as_json: bool = False, quiet: bool = False, verbose: bool = False, color: bool = True
    ) -> None:
        self.as_json = as_json
        self.narrating = False
        """The steps are the result itself (`demo`), not only its progress."""
        self.secrets: list[SecretStr] = []
        self._quiet = quiet
        self._verbose = verbose
        plain: dict[str, Any] = {"markup": False, "emoji": False, "highlight": False}
        if not color or os.environ.get("TERM") == "dumb":
            plain |= {"no_color": True, "color_system": None}
        self._out = Console(**plain)
        self._err = Console(stderr=True, **plain)
        self._status: Status | None = None

    @property
    def _tells(self) -> bool:
        """Progress is for a person who watches: not in a pipeline, not when asked to be quiet."""
        return self._err.is_terminal and not self._quiet

    # --- progress, on standard error -----------------------------------------------------------------------------

    @contextmanager
    def working(self) -> Iterator[None]:
        """Shows that something is under way, at a terminal."""
        if not self._tells:
            yield
            return
        with self._err.status("Starting") as status:
            self._status = status
            try:
                yield
            finally:
                self._status = None

    def doing(self, text: str) -> None:
        """What is under way now."""
        if self._status:
            self._status.update(Text(self._clean(text)))  # a bare text would be read as markup here
        elif self._verbose:
            self._tell(Text(one_line(text), style="dim"))

    def done(self, text: str) -> None:
        """A step that is finished."""
        line = Text().append("  * ", style="green").append(one_line(text))
        if self.narrating and not self.as_json:
            self._put(self._out, line)
        elif self._tells or self._verbose:
            self._tell(line)

    def starting(self, change: Change) -> None:
        """A change that is being carried out."""
        self.doing(f"{human.verb(change, 'doing')} the {change.resource} {change.title}")

    def finished(self, change: Change) -> None:
        """A change that has been carried out."""
        self.done(f"The {change.resource} {change.title} is {human.verb(change, 'done')}")

    def waiting(self, reason: str, seconds: float) -> None:
        """A wait before a request is sent again."""
        if not self._quiet:
            self._tell(Text(f"{one_line(reason)} Trying again in {seconds:.1f} s.", style="dim"))

    def plan(self, outcome: Outcome) -> None:
        """The plan, before it is carried out."""
        self._tell_all(human.plan_lines(outcome))
        self._tell_all(human.check_lines(outcome.checks))
        self._tell_all(human.warning_lines(outcome.warnings))

    def checks(self, checks: tuple[Check, ...]) -> None:
        """Checks that need a person's decision."""
        self._tell_all(human.check_lines(checks))

    def say(self, text: str) -> None:
        """A line for the person, whatever the mode; never broken, for it may hold a URL."""
        self._err.print(self._clean(text), soft_wrap=True)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Lets a question stand still: the spinner would write over it."""
        status = self._status
        if status:
            status.stop()
        try:
            yield
        finally:
            if status:
                status.start()

    # --- results -------------------------------------------------------------------------------------------------

    def result(self, outcome: Outcome) -> None:
        """The end of a command."""
        if self.as_json:
            self.document(outcome.model_dump(mode="json"))
            return
        if outcome.command == "doctor":
            self._print_all(human.doctor_lines(outcome))
        if outcome.error is not None:
            self._tell_all(human.warning_lines(outcome.warnings))
            self._tell_all(human.error_lines(outcome.error, outcome))
            return
        self.outcome(outcome)
        self._tell_all(human.warning_lines(outcome.warnings))

    def outcome(self, outcome: Outcome) -> None:
        """What a command found or made, for people; in JSON mode only `result` speaks."""
        if self.as_json:
            return
        if outcome.command == "plan":
            self._print_all([*human.plan_lines(outcome), *human.check_lines(outcome.checks)])
            self._print_all([human.plan_summary(outcome)])
        elif outcome.command == "doctor":
            self._print_all([human.doctor_summary(outcome)])
        elif outcome.command == "test login":
            self._print_all(human.proof_lines(outcome))
        elif outcome.command == "test sms":
            self._print_all(human.sms_lines(outcome))
        elif outcome.command == "demo":
            self._print_all([*human.result_lines(outcome), *human.proof_lines(outcome)])
        elif outcome.command == "undo":
            self._print_all(human.undo_lines(outcome))
        elif outcome.command == "status":
            self._print_all(human.status_lines(outcome))
        else:
            self._print_all(human.result_lines(outcome))

    def document(self, document: dict[str, Any]) -> None:
        """One JSON document and nothing else; pure ASCII, so that no text of a service can act on a terminal."""
        sys.stdout.write(json.dumps(sanitize.masked(self.secrets, document), ensure_ascii=True) + "\n")
        sys.stdout.flush()

    def lines(self, lines: Iterable[str]) -> None:
        """Plain lines of a result."""
        self._print_all(Text(one_line(line)) for line in lines)

    def _clean(self, text: str) -> str:
        return sanitize.without(self.secrets, one_line(text))

    def _print_all(self, lines: Iterable[Text]) -> None:
        if not self._quiet:
            for line in lines:
                self._put(self._out, line)

    def _tell_all(self, lines: Iterable[Text]) -> None:
        for line in lines:
            self._tell(line)

    def _tell(self, line: Text) -> None:
        self._put(self._err, line)

    def _put(self, console: Console, line: Text) -> None:
        """A line: wrapped under its own indent at a terminal, and left whole for a program that reads it."""
        shown = sanitize.without(self.secrets, sanitize.plain(line.plain))
        line = line if shown == line.plain else Text(shown)
        if not console.is_terminal:
            console.print(line, soft_wrap=True)
            return
        if console is self._out and self._status:
            # The spinner is drawn on the other stream of the same terminal, and would run into the line.
            with self.paused():
                self._print_indented(console, line, shown)
            return
        self._print_indented(console, line, shown)

    @staticmethod
    def _print_indented(console: Console, line: Text, shown: str) -> None:
        indent = len(shown) - len(shown.lstrip())
        console.print(Padding(line[indent:], (0, 0, 0, indent), expand=False))
