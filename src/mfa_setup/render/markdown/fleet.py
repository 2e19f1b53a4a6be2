"""Renders the result of a fleet as a document: the tenants as a table, and the plans they have in common folded."""

from collections.abc import Iterator, Sequence

from mfa_setup.model.fleet import Summary, TenantResult
from mfa_setup.model.outcome import Outcome
from mfa_setup.render.fleet import (
    common_changes,
    end_of,
    groups_of,
    names_of,
    notes_of,
    summary_lines,
)
from mfa_setup.render.markdown.blocks import Block, Code, Details, Heading, Inline, Line, Strong, Table
from mfa_setup.render.markdown.parts import change_blocks, failure_blocks, lines, verdict_of
from mfa_setup.render.parts import counted

_BAD = "x"
"""The mark of a tenant that failed, and of a failed check."""
_MOST_ROWS = 200
"""How many tenants the table shows, so that a large fleet leaves room for its plans; the failed ones come first."""


def fleet_document(
    outcome: Outcome, command: str, results: Sequence[TenantResult], summary: Summary
) -> Iterator[Block]:
    """Renders the result of a fleet.

    Args:
        outcome: The outcome of the whole command, which contains the error that ended it.
        command: The command that was run for each tenant, such as `plan`.
        results: The results of the tenants, in the order of the file.
        summary: The number of tenants with each result.
    """
    yield Heading(f"mfa-setup {outcome.command}: {verdict_of(outcome.error) or _verdict(results)}")
    if outcome.error:
        yield from failure_blocks(outcome.error)
    if not results:
        return
    yield from lines(summary_lines(command, summary))
    if outcome.digest:
        yield Line("Digest of these plans:", Code(outcome.digest))
    yield from _tenants(results)
    good = [result for result in results if result.ok]
    if command in {"plan", "status"}:
        for group in groups_of(good):
            yield _plan(group)
    else:
        yield from _notes(results)


def _verdict(results: Sequence[TenantResult]) -> str:
    failed, changing = sum(not result.ok for result in results), sum(bool(result.changes) for result in results)
    if failed:
        return f"{failed} of {counted(len(results), 'tenant')} failed or did not start"
    if not changing:
        return "nothing to change" if results and results[0].command != "doctor" else "passed"
    verb = "changed" if any(result.changed for result in results) else "would change"
    return f"{changing} of {counted(len(results), 'tenant')} {verb}"


def _tenants(results: Sequence[TenantResult]) -> Iterator[Block]:
    ordered = sorted(results, key=lambda result: (not result.failed, not result.skipped, not result.changes))
    rows: list[tuple[Inline, ...]] = [_row(result) for result in ordered[:_MOST_ROWS]]
    yield Table(("", "Tenant", "Result", "Changes", "Warnings"), rows, "tenants")
    if len(ordered) > _MOST_ROWS:
        yield Line(f"{len(ordered) - _MOST_ROWS} more tenants are not listed here.")
    errors: dict[tuple[str, str, str], list[str]] = {}
    for result in results:
        if result.failed and result.error:
            key = (result.error["code"], result.error["message"], result.error["hint"])
            errors.setdefault(key, []).append(result.name)
    if errors:
        listed: list[tuple[Inline, ...]] = [
            (names_of(names, all_values=False), Code(code), message, hint)
            for (code, message, hint), names in errors.items()
        ]
        yield Table(("Failed", "Error", "Message", "Hint"), listed, "errors")


def _row(result: TenantResult) -> tuple[Inline, ...]:
    sign = "*" if result.ok else "-" if result.skipped else _BAD
    warned = sum(check["status"] == "warn" for check in result.checks) + len(result.warnings)
    return Code(sign), Strong(result.name), end_of(result), str(len(result.changes)), str(warned)


def _plan(group: Sequence[TenantResult]) -> Details:
    names = names_of([result.name for result in group], all_values=False)
    changes = common_changes(group, with_fields=True, all_values=False)
    blocks = [*change_blocks(changes), *_notes(group)]
    if not changes:
        blocks.insert(0, Line("Nothing to change."))
    return Details(f"{counted(len(group), 'tenant')}: {names}", blocks)


def _notes(group: Sequence[TenantResult]) -> Iterator[Block]:
    notes = sorted(notes_of(group), key=lambda note: note[0] != _BAD)
    rows: list[tuple[Inline, ...]] = [(Code(sign), text, hint) for sign, _, text, hint in notes]
    if rows:
        bad = any(sign == _BAD for sign, *_ in notes)
        yield Details(counted(len(rows), "finding"), [Table(("", "Finding", "Hint"), rows, "findings")], is_open=bad)
