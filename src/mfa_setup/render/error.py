"""An error: what was done before it, what failed, and what to do."""

from collections.abc import Iterator

from rich.text import Text

from mfa_setup.model.outcome import Failure, Outcome
from mfa_setup.model.types import LABELS
from mfa_setup.render.parts import check_lines
from mfa_setup.render.sanitize import one_line

_CANCELLED = frozenset({"declined", "interrupted"})
"""The codes of what a person has decided, which is no error to them."""


def error_lines(outcome: Outcome, failure: Failure, *, with_checks: bool) -> Iterator[Text]:
    """What was done before the error, what is left to do, the error, and what to do about it in the last line.

    Args:
        outcome: The outcome of the run that failed.
        failure: Its error.
        with_checks: Whether the checks that failed are listed; false where they were shown before.
    """
    yield from _progress(outcome)
    if with_checks:
        failing = [check for check in outcome.checks if check.status in {"fail", "skip"} and not check.overridden]
        yield from check_lines(check for check in failing if check.evidence != failure.message)
    title = Text() if failure.code in _CANCELLED else Text("Error: ", style="bold red")
    yield Text().append_text(title).append(one_line(failure.message))
    if failure.request_id:
        yield Text().append(f"  Request {one_line(failure.request_id)}, HTTP {failure.status}.", style="dim")
    if failure.hint:
        yield Text(f"  {one_line(failure.hint)}")


def _progress(outcome: Outcome) -> Iterator[Text]:
    by_status: dict[str, list[str]] = {}
    for change in outcome.changes:
        by_status.setdefault(change.status, []).append(LABELS[change.resource])
    titles = {"applied": "Completed"}
    if outcome.changed:
        titles |= {"unknown": "Not certain", "pending": "Not started"}
    for status, title in titles.items():
        if status in by_status:
            yield Text(f"{title}: {', '.join(by_status[status])}.")
