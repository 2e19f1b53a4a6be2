"""Renders an error: what was completed before it, what failed, and what to do."""

from collections.abc import Iterable, Iterator

from rich.text import Text

from mfa_setup.model.check import Check
from mfa_setup.model.outcome import Failure, Outcome
from mfa_setup.model.types import LABELS
from mfa_setup.render.parts import check_lines, without_evidence, without_fixes
from mfa_setup.render.sanitize import one_line
from mfa_setup.render.theme import BAD

CANCELLED = frozenset({"declined", "interrupted"})
"""The error codes for decisions of the user, which are shown without the title "Error:"."""


def error_lines(outcome: Outcome, failure: Failure, *, listed: Iterable[Check]) -> Iterator[Text]:
    """Yields the changes completed and not started, the failed checks, the error, and the fix on the last line.

    Args:
        outcome: The outcome of the run that failed.
        failure: The error of that run.
        listed: The checks to list if they failed; the others were shown before.
    """
    yield from _progress(outcome)
    failing = [check for check in outcome.checks if _failed(check) and check.evidence != failure.message]
    yield from check_lines(check for check in listed if check in failing)
    title = Text() if failure.code in CANCELLED else Text().append("Error:", BAD).append(" ")
    yield title.append(one_line(without_evidence(failure.message, failing)))
    if failure.request_id:
        yield Text().append(f"  Request {one_line(failure.request_id)}, HTTP {failure.status}.")
    if failure.hint:
        yield Text(f"  {one_line(without_fixes(failure.hint, failing))}")


def _failed(check: Check) -> bool:
    return check.status in {"fail", "skip"} and not check.overridden


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
