"""The lines that several results share; text that may come from a service is sanitized here."""

from collections.abc import Iterable, Iterator

from rich.text import Text

from mfa_setup.model.check import Check
from mfa_setup.model.outcome import Notice, Outcome, PastRun, SettingsUsed
from mfa_setup.render.sanitize import one_line

INDENT = "      "
_STACKS = {"unified": "Unified Phone Experience", "legacy": "legacy phone stack"}
MARKS = {
    "fail": ("x", "bold red"),
    "skip": ("?", "yellow"),
    "warn": ("!", "yellow"),
    "pending": ("o", "cyan"),
    "pass": ("=", "green"),
    "idle": ("-", "dim"),
}
"""The mark of each state of a check, the worst first, and its style."""
_LABEL_WIDTH = 13


def tenant_line(outcome: Outcome) -> Text:
    """The tenant and its phone stack."""
    line = Text().append("Tenant ", style="bold")
    if outcome.tenant:
        line.append(one_line(outcome.tenant.domain))
        if outcome.tenant.phone_stack:
            line.append(f"  ({_STACKS[outcome.tenant.phone_stack]})", style="dim")
    return line


def settings_line(settings: SettingsUsed) -> Text:
    """The settings file, the variables and the profile that a plan is made from."""
    sources = [one_line(settings.file)] if settings.file else []
    sources += [*settings.variables, *([f"profile {one_line(settings.profile)}"] if settings.profile else [])]
    line = Text().append("Settings from ", style="bold").append(", ".join(sources)) if sources else Text()
    return line if settings.file else line.append(" (no settings file)" if sources else "No settings file", style="dim")


def run_line(run: PastRun) -> Text:
    """An earlier run: its ID, time and command."""
    line = Text().append(one_line(run.run_id)).append(f"  {one_line(run.time)[:19]} UTC  ", style="dim")
    return line.append(f"{one_line(run.command):<12}")


def table(*rows: tuple[str, str | None]) -> Iterator[Text]:
    """Labels with their values; rows without a value are left out."""
    for label, value in rows:
        if value:
            yield Text().append(f"  {label:<{_LABEL_WIDTH}}", style="dim").append(one_line(value))


def state_of(check: Check) -> str:
    """The state of a check as people see it: its status, `pending`, or `idle` where it has no meaning here."""
    return "pending" if check.pending else check.status if check.applies else "idle"


def check_lines(checks: Iterable[Check]) -> Iterator[Text]:
    """Checks: the evidence of each, and under it the fix."""
    for check in checks:
        mark, style = MARKS[state_of(check)]
        line = Text().append(f"  {mark} ", style=style).append(f"{check.id}: ", style="bold")
        yield line.append(one_line(check.evidence), style="dim" if check.status == "pass" or not check.applies else "")
        if check.fix:
            yield Text(f"{INDENT}{one_line(check.fix)}", style="dim")


def warning_lines(warnings: Iterable[Notice]) -> Iterator[Text]:
    """Warnings with their hints."""
    for warning in warnings:
        yield Text().append("Warning: ", style="yellow").append(one_line(warning.message))
        if warning.hint:
            yield Text(f"  {one_line(warning.hint)}", style="dim")
