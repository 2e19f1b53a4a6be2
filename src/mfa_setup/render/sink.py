"""Writes results to standard output and everything else to standard error, as text for people or as JSON."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import SecretStr

from mfa_setup.errors import OutputUnwritableError
from mfa_setup.model.change import Change
from mfa_setup.model.check import Check
from mfa_setup.model.exchange import Exchange
from mfa_setup.model.outcome import Notice, Outcome
from mfa_setup.model.results import Result
from mfa_setup.model.types import OutputFormat
from mfa_setup.quoting import without_typed
from mfa_setup.render import annotations, sanitize
from mfa_setup.render.annotations import Annotation
from mfa_setup.render.sanitize import one_line
from mfa_setup.render.theme import GOOD, new_console
from mfa_setup.render.typed import without_typed_words

if TYPE_CHECKING:  # Rich is imported only for output that people read, so that JSON output is fast
    from rich.console import Console, RenderableType
    from rich.status import Status
    from rich.text import Text

    from mfa_setup.render.markdown.blocks import Block

T = TypeVar("T", "Notice", "Check")


@contextmanager
def writable_output() -> Iterator[None]:
    """Wraps a write to standard output.

    Raises:
        OutputUnwritableError: Standard output cannot be written.
        BrokenPipeError: The reader has closed the pipe, which is not a failure.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as full:
        raise OutputUnwritableError(f"Standard output cannot be written: {full.strerror}.") from None


@contextmanager
def writable_messages() -> Iterator[None]:
    """Wraps a write to standard error, and ignores failures: they could not be reported, and the run continues.

    Raises:
        BrokenPipeError: The reader has closed the pipe.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError:
        return


class Sink:
    """The output of a command: chooses the stream, masks secrets and wraps lines.

    Attributes:
        format: What standard output receives: text for people, or exactly one JSON or Markdown document.
        quiet: Whether only errors, warnings and questions are shown (`--quiet`).
        narrating: Whether the steps are part of the result (`demo`) and not only progress.
        secrets: Values that are masked wherever they appear.
        typed: Values that the user entered; errors and warnings shorten words in them that may be secrets.
        free_texts: Values of settings that accept any text (a name, a template); output shortens words in them that may
            be secrets.
        summarize: Receives each Markdown document, and returns a warning if it could not be added to the summary of a
            pipeline.
    """

    def __init__(
        self, output: OutputFormat = "text", *, quiet: bool = False, verbosity: int = 0, color: bool = True
    ) -> None:
        self.format = output
        self.narrating = False
        self.secrets: list[SecretStr] = []
        self.typed: list[str] = []
        self.free_texts: list[str] = []
        self.summarize: Callable[[str], Notice | None] = lambda _document: None
        self.quiet = quiet
        self._verbosity = verbosity
        self._color = color
        self._status: Status | None = None
        self._shown = set[tuple[str, ...]]()
        """The checks and warnings that have been shown, so that the result does not repeat them."""
        self._reasons = set[str]()
        """The reasons for retries that have been shown."""
        self._planned = False
        """Whether a plan has been shown."""

    @property
    def as_json(self) -> bool:
        """Whether standard output receives exactly one JSON document."""
        return self.format == "json"

    @cached_property
    def _out(self) -> "Console":
        return new_console(color=self._color)

    @cached_property
    def _err(self) -> "Console":
        return new_console(color=self._color, stderr=True)

    @property
    def _shows_progress(self) -> bool:
        """Whether progress is shown: at a terminal, and not with `--quiet`."""
        if self.quiet or (self.as_json and not sys.stderr.isatty()):
            return False
        return self._err.is_terminal

    # --- progress, on standard error -----------------------------------------------------------------------------

    @contextmanager
    def working(self) -> Iterator[None]:
        """Shows a spinner at a terminal until the block ends; not in CI, whose log would contain each of its frames."""
        if not self._shows_progress or os.environ.get("CI"):
            yield
            return
        self._spin("Starting")
        try:
            yield
        finally:
            if self._status:
                self._status.stop()
            self._status = None

    def _spin(self, shown: "RenderableType") -> None:
        self._status = self._err.status(shown)
        self._status.start()

    def doing(self, text: str) -> None:
        """Shows the current step."""
        if self._status:
            self._status.update(_text(self._clean(text)))  # Rich would interpret a plain string as markup here
        elif self._verbosity:
            self._tell(_text(one_line(text)))

    def showing(self, renderable: "RenderableType") -> None:
        """Shows a renderable in place of the spinner's text; does nothing without a spinner."""
        if self._status:
            self._status.update(renderable)

    def done(self, text: str) -> None:
        """Shows that a step is finished."""
        is_result = self.narrating and not self.as_json
        if is_result or self._shows_progress or self._verbosity or not (self.quiet or self.as_json):
            from mfa_setup.render.parts import mark  # noqa: PLC0415 imports Rich

            line = mark("*", GOOD).append(one_line(text))
            if is_result:
                self._put(self._out, line)
                return
            with suppress(BrokenPipeError, SystemExit):  # a run continues even if nobody reads its steps
                self._put(self._err, line)

    def starting(self, change: Change) -> None:
        """Shows that a change is being applied."""
        from mfa_setup.render.change import doing  # noqa: PLC0415 imports Rich

        self.doing(doing(change))

    def finished(self, change: Change) -> None:
        """Shows that a change has been applied."""
        from mfa_setup.render.change import done  # noqa: PLC0415 imports Rich

        self.done(done(change))

    def waiting(self, reason: str, seconds: float) -> None:
        """Shows that a request will be retried after a pause."""
        if not self.quiet and reason not in self._reasons:  # parallel requests wait for the same reason
            self._reasons.add(reason)
            self._tell(_text(f"{one_line(reason)} Trying again in {seconds:.1f} s."))

    def pacing(self, service: str) -> None:
        """Shows in the spinner that requests wait for the rate limit of a service."""
        if self._status:
            self.doing(f"Waiting for the rate limit of {service}")

    @property
    def shows_requests(self) -> bool:
        """Whether each request is shown (`-v`)."""
        return self._verbosity > 0

    def exchanged(self, exchange: Exchange, tenant: str = "", secrets: Iterable[SecretStr] = ()) -> None:
        """Shows one attempt of a request; with `-vv` also its headers and bodies.

        Each attempt is one write, because several threads send requests.

        Args:
            exchange: The attempt.
            tenant: The tenant of the fleet that the attempt belongs to; empty outside of a fleet.
            secrets: Values to mask besides the secrets of the command.
        """
        known, begin = (*self.secrets, *secrets), f"{one_line(tenant)}: " if tenant else ""
        # A problem with the log must not lose a response, such as that to a purchase: not even if the log's reader
        # has gone away, which makes Rich end the process.
        with suppress(Exception, SystemExit):
            from mfa_setup.render.exchange import lines  # noqa: PLC0415 only `-v` needs it

            shown = lines(
                exchange, lambda text: self._safe(sanitize.without(known, text)), detailed=self._verbosity > 1
            )
            text = annotations.shown("\n".join(begin + line for line in shown))
            if self._err.is_terminal:
                self._err.print(_text(text), soft_wrap=True)
            else:
                sys.stderr.write(f"{text}\n")
                sys.stderr.flush()

    def plan(self, outcome: Outcome) -> None:
        """Shows the plan before it is applied."""
        from mfa_setup.render import plan  # noqa: PLC0415 imports Rich

        self._planned, outcome = True, self._in_brief(self.safe(outcome))
        self._tell(*plan.question_lines(outcome, self._new(outcome.checks), self._new(outcome.warnings)))

    def _in_brief(self, outcome: Outcome) -> Outcome:
        """Removes the fields of changes from an outcome, because they are shown only with `-v`."""
        if self._verbosity:
            return outcome
        brief = tuple(change.model_copy(update={"fields": ()}) for change in outcome.changes)
        return outcome.model_copy(update={"changes": brief})

    def checks(self, checks: tuple[Check, ...]) -> None:
        """Shows checks that need the user's decision."""
        from mfa_setup.render.parts import check_lines  # noqa: PLC0415 imports Rich

        self._tell(*check_lines(self._new(checks)))

    def _new(self, items: tuple[T, ...]) -> tuple[T, ...]:
        """Returns the items that have not been shown yet, and marks them as shown."""
        new = tuple(item for item in items if _shown_as(item) not in self._shown)
        self._shown.update(map(_shown_as, new))
        return new

    def say(self, text: str, *, wrap: bool = True) -> None:
        """Writes a line for people in any mode; pass `wrap=False` for text that is to be copied."""
        if wrap:
            self._put(self._err, _text(one_line(text)))
        else:
            self._err.print(annotations.shown(self._clean(text)), soft_wrap=True)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Stops the spinner until the block ends, because it would overwrite a question."""
        status = self._status
        if status:
            status.stop()
        yield
        if status:  # a restarted status would overwrite the lines written in the meantime
            self._spin(status.status)

    # --- results -------------------------------------------------------------------------------------------------

    def result(self, result: Result) -> None:
        """Writes the result of a command: one JSON document, or text for people."""
        outcome = self.safe(result.outcome)
        result = replace(result, outcome=outcome)
        if self.as_json:
            self.document(outcome.model_dump(mode="json"))
            return
        from mfa_setup.render import annotated, error, parts  # noqa: PLC0415 imports Rich

        if self.format == "markdown":
            from mfa_setup.render.markdown.results import blocks_of  # noqa: PLC0415 only this format needs it

            self.markdown(blocks_of(result))

        if self._planned and not self.quiet:
            self._part()
        if outcome.error is None or result.shown_on_failure:
            known = {*self._new(outcome.checks)}
            checks = tuple(check for check in outcome.checks if check in known or check.overridden)
            self.show(replace(result, outcome=outcome.model_copy(update={"checks": checks})))
        warnings = self._new(outcome.warnings)
        if warnings and not self.quiet:
            self._part()
        self._tell(*parts.warning_lines(warnings, outcome.checks))
        if failure := outcome.error:
            listed = () if result.shown_on_failure else self._new(outcome.checks)
            self._tell(*error.error_lines(outcome, failure, listed=listed))
        self.annotate(annotated.of_outcome(outcome))

    def markdown(self, blocks: "Iterable[Block]") -> None:
        """Writes one Markdown document, and offers it to `summarize`."""
        from mfa_setup.render.markdown.blocks import document  # noqa: PLC0415 only this format needs it

        text = document(blocks, self._safe_part)
        with self.paused(), writable_output():
            sys.stdout.write(text)
            sys.stdout.flush()
        if warning := self.summarize(text):
            from mfa_setup.render.parts import warning_lines  # noqa: PLC0415 imports Rich

            self._tell(*warning_lines([warning]))

    def annotate(self, notes: Iterable[Annotation]) -> None:
        """Writes annotations to standard error if a runner of GitHub Actions reads it."""
        if not annotations.are_read() or self.as_json:
            return
        safe = (
            note._replace(title=self._safe_part(note.title), message=self._safe_part(note.message)) for note in notes
        )
        with writable_messages():
            sys.stderr.write("".join(f"{line}\n" for line in annotations.lines(safe)))
            sys.stderr.flush()

    def _part(self) -> None:
        """Separates the next output from the previous output by an empty line, at a terminal."""
        if self._out.is_terminal and self._err.is_terminal:
            self._tell(_text())

    def safe(self, outcome: Outcome) -> Outcome:
        """Returns an outcome whose error, warnings and checks contain no text that may be a misplaced secret."""
        return without_typed_words(outcome, self.typed, self.secrets)

    def show(self, result: Result) -> None:
        """Writes the text of a result for people; writes nothing if a document follows."""
        if self.format == "text":
            from mfa_setup.render.people import lines_of  # noqa: PLC0415 imports Rich

            self._print_all(lines_of(replace(result, outcome=self._in_brief(result.outcome))))

    def document(self, document: dict[str, Any]) -> None:
        """Writes one JSON document, in ASCII so that no text of a service can control a terminal."""
        self.json_line((json.dumps(sanitize.changed(self._safe, document), ensure_ascii=True),))

    def json_line(self, pieces: Iterable[str]) -> None:
        """Writes one line of JSON that has already been made safe to show, piece by piece."""
        with writable_output():
            sys.stdout.writelines(map(annotations.shown_json, pieces))
            sys.stdout.write("\n")
            sys.stdout.flush()

    def unwrapped(self, lines: Iterable[str]) -> None:
        """Writes lines to be copied from a terminal or read by a shell: unwrapped, and all at once."""
        with self.paused(), writable_output():
            sys.stdout.write(annotations.shown("".join(f"{one_line(line)}\n" for line in lines)))
            sys.stdout.flush()

    def stop_progress(self) -> None:
        """Stops the spinner permanently, so that the command's own output can use the terminal."""
        if self._status:
            self._status.stop()
        self._status = None

    def texts(self, lines: "Iterable[Text]") -> None:
        """Writes lines of a result for people: to standard error if a Markdown document follows; none in JSON mode."""
        if self.format == "text":
            self._print_all(lines)
        elif self.format == "markdown" and not self.quiet:
            self._tell(*lines)

    def messages(self, lines: "Iterable[Text]") -> None:
        """Writes lines for people to standard error in any mode."""
        self._tell(*lines)

    def _clean(self, text: str) -> str:
        return self._safe(one_line(text))

    def _safe(self, text: str) -> str:
        return without_typed(sanitize.without(self.secrets, text), self.free_texts)

    def _safe_part(self, text: str) -> str:
        """Like `_safe`, for a part of a text that will be escaped: what may hide a secret is removed first."""
        return self._safe(sanitize.plain(text))

    def _print_all(self, lines: "Iterable[Text]") -> None:
        if not self.quiet:
            for line in lines:
                self._put(self._out, line)

    def _tell(self, *lines: "Text") -> None:
        for line in lines:
            self._put(self._err, line)

    def _put(self, console: "Console", line: "Text") -> None:
        """Writes a line: wrapped between words at a terminal, unwrapped for a program that reads the output."""
        shown = annotations.shown(self._safe(sanitize.plain(line.plain)))
        line = line if shown == line.plain else _text(shown)
        if not console.is_terminal:
            with writable_output() if console is self._out else writable_messages():
                console.print(line, soft_wrap=True)
            return
        from mfa_setup.render.wrapping import wrapped  # noqa: PLC0415 imports Rich

        # The spinner is drawn on the other stream of the same terminal, and would overwrite the line.
        with self.paused() if console is self._out else nullcontext():
            console.print(wrapped(line, console.width), soft_wrap=True)


def _shown_as(item: Notice | Check) -> tuple[str, ...]:
    """Returns the key that identifies a message for people; its hint may vary over time and is not included."""
    return (item.code, item.message) if isinstance(item, Notice) else (item.id, item.status, item.evidence)


def _text(text: str = "") -> "Text":
    from rich.text import Text  # noqa: PLC0415 imports Rich

    return Text(text)
