"""Renders an error: what was completed before it, what failed, and what to do."""

from collections.abc import Iterable, Iterator

from rich.text import Text

from mfa_setup.model.base import JsonValue
from mfa_setup.model.check import Check
from mfa_setup.model.difference import Difference
from mfa_setup.model.outcome import Failure, Outcome
from mfa_setup.model.types import LABELS
from mfa_setup.render.change import value_text
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
    yield from map(_difference_line, outcome.differences or ())
    if failure.request_id:
        yield Text().append(f"  Request {one_line(failure.request_id)}, HTTP {failure.status}.")
    if failure.hint:
        yield Text(f"  {one_line(without_fixes(failure.hint, failing))}")


def _difference_line(difference: Difference) -> Text:
    """Returns the line of one value that differs from a saved plan."""
    planned, now = difference_values(difference)
    return Text(f"  {one_line(difference.path)}: planned {one_line(planned)}; now {one_line(now)}")


def difference_values(difference: Difference) -> tuple[str, str]:
    """Returns the planned and the present value of a difference as text."""
    missing = "none"
    if difference.path.startswith("checks."):
        missing = "not checked"
    elif _is_change(difference.planned) or _is_change(difference.now):
        missing = "no change"
    return _value(difference.planned, missing), _value(difference.now, missing)


def _is_change(value: JsonValue) -> bool:
    """Whether a value is the change of a field, whose absence means that the field stays as it is."""
    match value:
        case "(secret)" | {"before": _, "after": _}:
            return True
        case _:
            return False


def _value(value: JsonValue, missing: str) -> str:
    match value:
        case {"before": before, "after": after}:
            return f"{value_text(before)} -> {value_text(after)}"
        case {"amount": amount, "currency": currency}:
            return f"{amount} {currency}"
        case None:
            return missing
        case _:
            return value_text(value)


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
