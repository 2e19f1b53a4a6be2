"""Parts of documents that several results share; their words are those of the text output."""

from collections.abc import Iterable, Iterator, Sequence

from rich.text import Text

from mfa_setup.model.change import Change
from mfa_setup.model.check import Check
from mfa_setup.model.outcome import Failure, Notice, Outcome
from mfa_setup.render.change import done, effect_of, field_name, field_values, label_of, sign_of
from mfa_setup.render.doctor import STATES, counts
from mfa_setup.render.error import CANCELLED
from mfa_setup.render.markdown.blocks import Block, Code, Details, Heading, Inline, Line, Strong, Table
from mfa_setup.render.parts import MARKS, STACKS, sources, state_of, without_evidence, without_fixes

_ENDS = {"failed": "failed", "unknown": "not certain"}
_CHECK_COLUMNS = ("Result", "Check", "Evidence", "Fix")


def begin(outcome: Outcome, verdict: str) -> Iterator[Block]:
    """Yields the heading with the tenant and the verdict, what the result is based on, and the error."""
    command = f"mfa-setup {outcome.command}".rstrip()
    where = f" on {outcome.tenant.domain}" if outcome.tenant else ""
    yield Heading(f"{command}{where}: {verdict_of(outcome.error) or verdict}")
    basis = [STACKS[outcome.tenant.phone_stack]] if outcome.tenant and outcome.tenant.phone_stack else []
    basis += [sources(outcome.settings)] if outcome.settings else []
    if basis:
        text = ", ".join(basis)
        yield Line(f"{text[0].upper()}{text[1:]}.")
    if outcome.error:
        yield from failure_blocks(outcome.error, outcome.checks)


def verdict_of(failure: Failure | None) -> str:
    """Returns the verdict on a run that failed; empty if it did not fail."""
    if failure is None:
        return ""
    return "canceled" if failure.code in CANCELLED else "failed"


def failure_blocks(failure: Failure, checks: Iterable[Check] = ()) -> Iterator[Block]:
    """Yields an error: its message, its hint and its code; the evidence and fixes of failed checks are left to them."""
    failing = [check for check in checks if check.status in {"fail", "skip"} and check.evidence != failure.message]
    yield Line(Strong("Error:"), without_evidence(failure.message, failing))
    if failure.hint:
        yield Line(without_fixes(failure.hint, failing))
    request = ("of request", Code(failure.request_id)) if failure.request_id else ()
    status = (f"(HTTP {failure.status})",) if failure.status else ()
    yield Line("Error code:", Code(failure.code), *request, *status)


def lines(texts: Iterable[Text]) -> Iterator[Block]:
    """Yields lines of the text output as paragraphs, the first of them emphasized."""
    for at, text in enumerate(texts):
        plain = text.plain.strip()
        yield Line(Strong(plain) if at == 0 else plain)


def change_blocks(changes: Sequence[Change], config_file: str | None = None) -> Iterator[Block]:
    """Yields changes as a table, and their fields folded."""
    if not changes:
        return
    rows = [(Code(sign_of(change)[0]), label_of(change), _effect(change)) for change in changes]
    yield Table(("", "Resource", "Change"), rows, "resources")
    fields: list[tuple[Inline, ...]] = []
    for change in changes:
        for field in change.fields:
            before, after = field_values(change, field)
            fields.append((label_of(change), Code(field_name(field, config_file)), before or "", after))
    if fields:
        count = f"{len(fields)} field{'' if len(fields) == 1 else 's'}"
        yield Details(count, [Table(("Resource", "Field", "Before", "After"), fields, "fields")])


def _effect(change: Change) -> str:
    """Describes a planned change, or what became of it."""
    if change.status == "applied":
        return done(change)
    end = _ENDS.get(change.status) if change.pending else None
    return f"{effect_of(change)} ({end})" if end else effect_of(change)


def check_blocks(checks: Iterable[Check]) -> Iterator[Block]:
    """Yields checks folded, the worst first; unfolded if one failed."""
    order = list(MARKS)
    found = sorted(checks, key=lambda check: order.index(state_of(check)))
    if found:
        failed = any(check.status == "fail" and not check.overridden for check in found)
        yield Details(f"Checks: {counts(found)}", [check_table(found)], is_open=failed)


def check_table(checks: Iterable[Check]) -> Table:
    """Returns checks as a table."""
    rows = [
        (
            "overridden" if check.overridden else STATES[state_of(check)],
            Code(check.id),
            check.evidence,
            check.fix,
        )
        for check in checks
    ]
    return Table(_CHECK_COLUMNS, rows, "checks")


def warning_blocks(warnings: Sequence[Notice], checks: Iterable[Check] = ()) -> Iterator[Block]:
    """Yields warnings folded, without the evidence and fixes of failed checks."""
    failed = [check for check in checks if check.status in {"fail", "skip"}]
    rows = [
        (Code(one.code), without_evidence(one.message, failed), without_fixes(one.hint, failed)) for one in warnings
    ]
    if rows:
        count = f"{len(rows)} warning{'' if len(rows) == 1 else 's'}"
        yield Details(count, [Table(("Warning", "Message", "Hint"), rows, "warnings")])
