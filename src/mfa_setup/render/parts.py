"""The lines that several results share; text that may come from a service is sanitized here."""

from collections.abc import Iterable, Iterator

from rich.text import Text

from mfa_setup.model.check import Check
from mfa_setup.model.outcome import Notice, Outcome, PastRun, SettingsUsed
from mfa_setup.render.sanitize import one_line
from mfa_setup.render.theme import BAD, BOLD, CAUTION, GOOD

INDENT = "      "
_STACKS = {"unified": "Unified Phone Experience", "legacy": "legacy phone stack"}
MARKS = {
    "fail": ("x", BAD),
    "skip": ("?", CAUTION),
    "warn": ("!", CAUTION),
    "pending": ("o", BOLD),
    "pass": ("=", GOOD),
    "idle": ("-", ""),
}
"""The mark of each state of a check, the worst first, and its style."""
_LABEL_WIDTH = 14
_ID_LENGTH = 12
"""How much of the ID of a run is shown: the beginning is enough to name it."""


def mark(sign: str, style: str) -> Text:
    """The beginning of a line: its sign, in a color of its own."""
    return Text("  ").append(sign, style).append(" ")


def tenant_line(outcome: Outcome) -> Text:
    """The tenant and its phone stack."""
    line = Text().append("Tenant ", BOLD)
    if outcome.tenant:
        line.append(one_line(outcome.tenant.domain))
        if outcome.tenant.phone_stack:
            line.append(f"  ({_STACKS[outcome.tenant.phone_stack]})")
    return line


def heading(title: str, outcome: Outcome) -> Text:
    """The heading of a plan: the tenant with its phone stack, and where the settings come from."""
    line = Text().append(title, BOLD)
    if outcome.tenant:
        line.append(f" {one_line(outcome.tenant.domain)}", BOLD)
        if outcome.tenant.phone_stack:
            line.append(f" ({_STACKS[outcome.tenant.phone_stack]})")
    if outcome.settings and not outcome.undoes:
        line.append(f", {_sources(outcome.settings)}")
    return line


def _sources(settings: SettingsUsed) -> str:
    """The settings file, the variables and the profile that a plan is made from."""
    sources = [one_line(settings.file)] if settings.file else []
    sources += [*settings.variables, *([f"profile {one_line(settings.profile)}"] if settings.profile else [])]
    named = f"settings from {', '.join(sources)}" if sources else ""
    return named if settings.file else f"{named} (no settings file)" if named else "no settings file"


def sections(*groups: Iterable[Text]) -> Iterator[Text]:
    """Groups of lines with an empty line between them; an empty group is left out."""
    begun = False
    for group in groups:
        for at, line in enumerate(group):
            if begun and not at:
                yield Text()
            begun = True
            yield line


def run_line(run: PastRun) -> Text:
    """An earlier run: its ID, time and command."""
    return Text(f"{short_id(run)}  {time_of(run)}  {one_line(run.command):<12}")


def short_id(run: PastRun) -> str:
    """The beginning of the ID of a run."""
    return one_line(run.run_id)[:_ID_LENGTH]


def time_of(run: PastRun) -> str:
    """When a run began, to the second."""
    return f"{one_line(run.time)[:19].replace('T', ' ')} UTC"


def table(*rows: tuple[str, str | None]) -> Iterator[Text]:
    """Labels with their values; rows without a value are left out."""
    for label, value in rows:
        if value:
            yield Text(f"  {label:<{_LABEL_WIDTH}}").append(one_line(value))


def state_of(check: Check) -> str:
    """The state of a check as people see it: its status, `pending`, or `idle` where it has no meaning here."""
    return "pending" if check.pending else check.status if check.applies else "idle"


def check_lines(checks: Iterable[Check]) -> Iterator[Text]:
    """Checks: the evidence of each, and under it the fix."""
    for check in checks:
        line = mark(*MARKS[state_of(check)]).append(f"{check.id}: ", BOLD)
        yield line.append(one_line(check.evidence))
        if check.fix:
            yield Text(f"{INDENT}{one_line(check.fix)}")


def without_evidence(message: str, checks: Iterable[Check]) -> str:
    """A message without the evidence of checks that are listed above it, unless it is nothing else."""
    return _shortened(message, [check.evidence for check in checks])


def without_fixes(hint: str, checks: Iterable[Check]) -> str:
    """A hint without the fixes of checks that are listed above it, unless it is nothing else."""
    rest = _shortened(hint, [check.fix for check in checks])
    return hint if rest == hint else f"See the fix under each check. {rest}"


def _shortened(text: str, parts: Iterable[str | None]) -> str:
    rest = text
    for part in filter(None, parts):
        rest = rest.replace(part, "")
    rest = rest.strip(" :.")
    return text if not rest or rest == text.strip(" :.") else f"{rest}."


def warning_lines(warnings: Iterable[Notice], checks: Iterable[Check] = ()) -> Iterator[Text]:
    """Warnings with their hints, without what the failed ones of these checks show above them."""
    failed = [check for check in checks if check.status in {"fail", "skip"}]
    for warning in warnings:
        yield Text().append("Warning:", CAUTION).append(" ").append(one_line(without_evidence(warning.message, failed)))
        if warning.hint:
            yield Text(f"  {one_line(without_fixes(warning.hint, failed))}")
