"""Lines that several results share; text that may come from a service is sanitized here."""

from collections.abc import Iterable, Iterator

from rich.text import Text

from mfa_setup.model.check import Check
from mfa_setup.model.outcome import Notice, Outcome, PastRun, SettingsUsed
from mfa_setup.render.sanitize import one_line
from mfa_setup.render.theme import BAD, BOLD, CAUTION, GOOD

INDENT = "      "
STACKS = {"unified": "Unified Phone Experience", "legacy": "legacy phone stack"}
MARKS = {
    "fail": ("x", BAD),
    "skip": ("?", CAUTION),
    "warn": ("!", CAUTION),
    "pending": ("o", BOLD),
    "pass": ("=", GOOD),
    "idle": ("-", ""),
}
"""The mark and style of each state of a check, worst first."""
_LABEL_WIDTH = 14
_ID_LENGTH = 12
"""The number of characters of a run ID to show, enough to identify the run."""


def mark(sign: str, style: str) -> Text:
    """Returns the start of a line: its sign in a style of its own."""
    return Text("  ").append(sign, style).append(" ")


def counted(number: int, word: str) -> str:
    """Returns a number with its noun in the singular or plural."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def tenant_line(outcome: Outcome) -> Text:
    """Returns the line with the tenant and its phone stack."""
    line = Text().append("Tenant ", BOLD)
    if outcome.tenant:
        line.append(one_line(outcome.tenant.domain))
        if outcome.tenant.phone_stack:
            line.append(f"  ({STACKS[outcome.tenant.phone_stack]})")
    return line


def heading(title: str, outcome: Outcome) -> Text:
    """Returns the heading of a plan: the tenant with its phone stack, and the sources of the settings."""
    line = Text().append(title, BOLD)
    if outcome.tenant:
        line.append(f" {one_line(outcome.tenant.domain)}", BOLD)
        if outcome.tenant.phone_stack:
            line.append(f" ({STACKS[outcome.tenant.phone_stack]})")
    if outcome.settings and not outcome.undoes:
        line.append(f", {sources(outcome.settings)}")
    return line


def sources(settings: SettingsUsed) -> str:
    """Names the settings file, the variables and the profile that a plan is based on."""
    sources = [one_line(settings.file)] if settings.file else []
    sources += [*settings.variables, *([f"profile {one_line(settings.profile)}"] if settings.profile else [])]
    named = f"settings from {', '.join(sources)}" if sources else ""
    return named if settings.file else f"{named} (no settings file)" if named else "no settings file"


def sections(*groups: Iterable[Text]) -> Iterator[Text]:
    """Yields groups of lines with an empty line between them; empty groups are skipped."""
    begun = False
    for group in groups:
        for at, line in enumerate(group):
            if begun and not at:
                yield Text()
            begun = True
            yield line


def run_line(run: PastRun) -> Text:
    """Returns the line of an earlier run: its ID, time and command."""
    return Text(f"{short_id(run)}  {time_of(run)}  {one_line(run.command):<12}")


def short_id(run: PastRun) -> str:
    """Returns the first characters of the ID of a run."""
    return one_line(run.run_id)[:_ID_LENGTH]


def time_of(run: PastRun) -> str:
    """Returns the time when a run started, to the second."""
    return f"{one_line(run.time)[:19].replace('T', ' ')} UTC"


def table(*rows: tuple[str, str | None]) -> Iterator[Text]:
    """Yields labels with their values; rows without a value are skipped."""
    for label, value in rows:
        if value:
            yield Text(f"  {label:<{_LABEL_WIDTH}}").append(one_line(value))


def state_of(check: Check) -> str:
    """Returns the state of a check for people: its status, `pending`, or `idle` if it does not apply."""
    return "pending" if check.pending else check.status if check.applies else "idle"


def besides_error(outcome: Outcome) -> list[Check]:
    """Returns the checks of a run without the one that only repeats its error."""
    message = outcome.error.message if outcome.error else None
    return [check for check in outcome.checks if check.evidence != message]


def check_lines(checks: Iterable[Check]) -> Iterator[Text]:
    """Yields the evidence of each check, followed by its fix."""
    for check in checks:
        line = mark(*MARKS[state_of(check)]).append(f"{check.id}: ", BOLD)
        yield line.append(one_line(check.evidence))
        if check.fix:
            yield Text(f"{INDENT}{one_line(check.fix)}")


def without_evidence(message: str, checks: Iterable[Check]) -> str:
    """Returns a message without the evidence of checks that are listed above it, unless nothing else remains."""
    return _shortened(message, [check.evidence for check in checks])


def without_fixes(hint: str, checks: Iterable[Check]) -> str:
    """Returns a hint without the fixes of checks that are listed above it, unless nothing else remains."""
    rest = _shortened(hint, [check.fix for check in checks])
    return hint if rest == hint else f"See the fix under each check. {rest}"


def _shortened(text: str, parts: Iterable[str | None]) -> str:
    rest = text
    for part in filter(None, parts):
        rest = rest.replace(part, "")
    rest = rest.strip(" :.")
    return text if not rest or rest == text.strip(" :.") else f"{rest}."


def warning_lines(warnings: Iterable[Notice], checks: Iterable[Check] = ()) -> Iterator[Text]:
    """Yields warnings with their hints, omitting evidence and fixes that the failed checks show above them."""
    failed = [check for check in checks if check.status in {"fail", "skip"}]
    for warning in warnings:
        yield Text().append("Warning:", CAUTION).append(" ").append(one_line(without_evidence(warning.message, failed)))
        if warning.hint:
            yield Text(f"  {one_line(without_fixes(warning.hint, failed))}")
