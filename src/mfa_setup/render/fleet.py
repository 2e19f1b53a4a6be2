"""Renders a fleet: the progress, the result of each tenant, and the plans that tenants have in common."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from mfa_setup.model.change import Change
from mfa_setup.model.fleet import Document, Shape, Summary, TenantResult
from mfa_setup.render.change import change_lines, value_text
from mfa_setup.render.parts import INDENT, counted, mark
from mfa_setup.render.sanitize import one_line
from mfa_setup.render.theme import BAD, BOLD, CAUTION, GOOD

_MOST_ROWS = 12
_MOST_NAMES = 5
_MOST_VALUES = 3
_DONE = {"plan": "planned", "status": "read", "doctor": "passed", "up": "set up"}


def running_table(running: Mapping[str, tuple[str, float]], done: int, failed: int, total: int) -> Table:
    """Shows the progress of a fleet: how many tenants are finished, and the current step of the others.

    Args:
        running: The current step of each tenant, and its start (`time.monotonic`).
        done: How many tenants are finished, including those that failed.
        failed: How many tenants failed.
        total: How many tenants there are.
    """
    table = Table.grid(padding=(0, 2))
    table.add_row(Text(f"{done} of {total} tenants"), Text(f"{failed} failed" if failed else ""))
    shown = list(running.items())[:_MOST_ROWS]
    for name, (text, since) in shown:
        seconds = Text(f"{time.monotonic() - since:.0f} s")
        table.add_row(Text(one_line(name), BOLD), Text(one_line(text), overflow="ellipsis"), seconds)
    if len(running) > len(shown):
        table.add_row(Text(f"and {len(running) - len(shown)} more"))
    return table


def result_lines(result: TenantResult, width: int) -> Iterator[Text]:
    """Yields the result of one tenant on one line, followed by the reason if it failed.

    Args:
        result: The tenant's result.
        width: The width of the column for names, in characters.
    """
    sign, style = ("*", GOOD) if result.ok else ("-", CAUTION) if result.skipped else ("x", BAD)
    line = mark(sign, style).append(f"{one_line(result.name):<{width}}  ", BOLD)
    yield line.append(end_of(result)).append("" if result.skipped else f"  {result.seconds:.1f} s")
    if result.failed and result.error:
        yield Text(f"{INDENT}{one_line(result.error['message'])}")
        yield Text(f"{INDENT}{one_line(result.error['hint'])}")


def end_of(result: TenantResult) -> str:
    """Returns how the run for a tenant ended, with its changes and warnings."""
    if result.skipped:
        return "not started"
    if result.error:
        return f"failed: {result.error['code']} (exit code {result.exit_code})"
    parts = [_changes(result)]
    if warned := sum(check["status"] == "warn" for check in result.checks) + len(result.warnings):
        parts.append(counted(warned, "warning"))
    return ", ".join(filter(None, parts))


def _changes(result: TenantResult) -> str:
    if result.command == "doctor":
        return "not set up yet" if result.pending else _DONE["doctor"]
    if not result.changes:
        return "nothing to change"
    count = counted(len(result.changes), "change")
    return f"{count} applied" if result.changed else f"{count} pending"


def summary_lines(command: str, summary: Summary) -> Iterator[Text]:
    """Yields the number of tenants with each result."""
    total = summary.ok + summary.failed + summary.skipped
    counts = [f"{summary.ok} of {counted(total, 'tenant')} {_DONE[command]}"]
    counts += [f"{summary.changed} changed"] if command == "up" else []
    counts += [f"{summary.failed} failed"] if summary.failed else []
    counts += [f"{summary.skipped} not started"] if summary.skipped else []
    yield Text(f"{', '.join(counts)}, in {summary.seconds:.1f} s.", BOLD)
    if command == "up" and summary.ok < total:
        yield Text("Run the command again to continue: what is set up stays as it is.")


def plan_lines(results: Sequence[TenantResult], *, all_values: bool) -> Iterator[Text]:
    """Yields the plans of a fleet: each kind of plan once, with the tenants that share it.

    Args:
        results: The results of the tenants whose plans are known.
        all_values: Whether to show every value if tenants differ.
    """
    for group in groups_of(results):
        names = names_of([result.name for result in group], all_values=all_values)
        yield Text().append(counted(len(group), "tenant"), BOLD).append(f": {names}")
        changes = common_changes(group, with_fields=all_values, all_values=all_values)
        if not changes:
            yield Text("  Nothing to change.")
        for change in changes:
            yield from change_lines(change)
        yield from note_lines(group)


def groups_of(results: Iterable[TenantResult]) -> list[list[TenantResult]]:
    """Returns the tenants by the kind of their plans, the most frequent first, and those without changes last."""
    groups: dict[Shape, list[TenantResult]] = {}
    for result in results:
        groups.setdefault(result.shape, []).append(result)
    return [group for _, group in sorted(groups.items(), key=lambda item: (not item[0], -len(item[1])))]


def common_changes(group: Sequence[TenantResult], *, with_fields: bool, all_values: bool) -> list[Change]:
    """Returns the changes that the tenants of a group share, with the values that they have in common."""
    each = zip(*(result.changes for result in group), strict=True)
    return [_common_change(changes, with_fields=with_fields, all_values=all_values) for changes in each]


def purchase_lines(results: Sequence[TenantResult], allowed: int) -> Iterator[Text]:
    """Yields how many numbers the plans of a fleet would buy, their price, and how many may be bought."""
    changes = [change for result in results for change in result.changes]
    bought = [change for change in changes if (change["resource"], change["action"]) == ("number", "create")]
    fields = [field for change in bought for field in change["fields"]]
    prices = dict.fromkeys(field["after"] for field in fields if field["path"] == "monthly_price")
    if bought:
        numbers, named = counted(len(bought), "number"), [price or "an unknown price" for price in prices]
        cost = f" for {' or '.join(named)} per month each" if named else ""
        yield Text(f"{numbers} would be bought{cost}; --max-purchases allows {allowed}.")


def _common_change(changes: Sequence[Document], *, with_fields: bool, all_values: bool) -> Change:
    """Returns one change of a group: the common values, and some or all of the differing ones."""
    first, fields = changes[0], []
    for at, field in enumerate(first["fields"] if with_fields else ()):
        before = _common([change["fields"][at]["before"] for change in changes], all_values=all_values)
        after = _common([change["fields"][at]["after"] for change in changes], all_values=all_values)
        fields.append({**field, "before": before, "after": after})
    summary = _common([change["summary"] for change in changes], all_values=all_values)
    return Change.model_validate({**first, "fields": fields, "summary": summary})


def _common(values: Sequence[Any], *, all_values: bool) -> Any:
    """Returns the value that all have in common, or a text that summarizes the different values."""
    totals = Counter(value_text(value) for value in values)
    if len(totals) == 1:
        return values[0]
    most = len(totals) if all_values else _MOST_VALUES
    if len(totals) == len(values) and most < len(values):
        return f"{len(values)} different ones, such as {'; '.join(list(totals)[:2])}"
    shown = [f"{text} ({counted(number, 'tenant')})" for text, number in totals.most_common(most)]
    more = len(totals) - len(shown)
    return "; ".join(shown) + (f"; {counted(more, 'other value')}" if more else "")


def names_of(names: Sequence[str], *, all_values: bool) -> str:
    """Returns the names of tenants; of many, unless all are asked for, the first and how many more there are."""
    shown = names if all_values or len(names) <= _MOST_NAMES + 1 else names[:_MOST_NAMES]
    more = len(names) - len(shown)
    return ", ".join(map(one_line, shown)) + (f" and {more} more" if more else "")


def note_lines(group: Sequence[TenantResult]) -> Iterator[Text]:
    """Yields the warnings and failed checks of several tenants, each once with the tenants that have it."""
    for sign, style, text, hint in notes_of(group):
        yield mark(sign, style).append(one_line(text))
        if hint:
            yield Text(f"{INDENT}{one_line(hint)}")


def notes_of(group: Sequence[TenantResult]) -> Iterator[tuple[str, str, str, str]]:
    """Yields the warnings and failed checks of several tenants: mark, style, text and hint, each once with the tenants.

    If a check warns several tenants in different words, such as the names of their applications, one of them is shown.
    """
    notes: dict[tuple[str, str, str, str], dict[str, list[str]]] = {}
    for result in group:
        for sign, style, kind, text, hint in _notes(result):
            notes.setdefault((sign, style, kind, hint), {}).setdefault(text, []).append(result.name)
    for (sign, style, _, hint), by_text in notes.items():
        (text, names), *more = by_text.items()
        others = [name for _, its_names in more for name in its_names]
        similar = f"; similar for {names_of(others, all_values=False)}" if others else ""
        of = "" if len(names) == len(group) else f" ({names_of(names, all_values=False)}{similar})"
        yield sign, style, f"{one_line(text)}{of}", hint


def _notes(result: TenantResult) -> Iterable[tuple[str, str, str, str, str]]:
    """Yields the notes of a tenant: mark, style, the key that groups notes of several tenants, text, and hint."""
    for check in result.checks:
        text = f"{check['id']}: {check['evidence']}"
        failed = check["status"] == "fail"
        yield *(("x", BAD) if failed else ("!", CAUTION)), text if failed else check["id"], text, check["fix"] or ""
    for warning in result.warnings:
        yield "!", CAUTION, warning["message"], warning["message"], warning["hint"]
