"""The lines that several results share; text that may come from a service is sanitized here."""

from collections.abc import Iterable, Iterator

from rich.text import Text

from mfa_setup.model.check import Check
from mfa_setup.model.outcome import Notice, Outcome, PastRun, SettingsUsed
from mfa_setup.render.sanitize import one_line

INDENT = "      "
_STACKS = {"unified": "Unified Phone Experience", "legacy": "legacy phone stack"}
_MARKS = {"fail": ("x", "bold red"), "skip": ("?", "yellow"), "warn": ("!", "yellow"), "pass": ("=", "green")}
_LABEL_WIDTH = 13


class Hanging(Text):
    """A line whose further lines, where it is wrapped, begin in a given column."""

    def __init__(self, hang: int) -> None:
        super().__init__()
        self.hang = hang


def tenant_line(outcome: Outcome) -> Text:
    """The tenant and its phone stack."""
    line = Text().append("Tenant ", style="bold")
    if outcome.tenant:
        line.append(one_line(outcome.tenant.domain))
        if outcome.tenant.phone_stack:
            line.append(f"  ({_STACKS[outcome.tenant.phone_stack]})", style="dim")
    return line


def heading(title: str, outcome: Outcome) -> Text:
    """The heading of a plan: the tenant with its phone stack, and where the settings come from."""
    line = Text().append(title, style="bold")
    if outcome.tenant:
        line.append(f" {one_line(outcome.tenant.domain)}", style="bold")
        if outcome.tenant.phone_stack:
            line.append(f" ({_STACKS[outcome.tenant.phone_stack]})")
    return (
        line.append(f", {_sources(outcome.settings)}", style="dim") if outcome.settings and not outcome.undoes else line
    )


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
    line = Text().append(one_line(run.run_id)).append(f"  {one_line(run.time)[:19]} UTC  ", style="dim")
    return line.append(f"{one_line(run.command):<12}")


def table(*rows: tuple[str, str | None]) -> Iterator[Text]:
    """Labels with their values; rows without a value are left out."""
    for label, value in rows:
        if value:
            line = Hanging(_LABEL_WIDTH + 2).append(f"  {label:<{_LABEL_WIDTH}}", style="dim")
            yield line.append(one_line(value))


def check_lines(checks: Iterable[Check]) -> Iterator[Text]:
    """Checks: the evidence of each, and under it the fix."""
    for check in checks:
        mark, style = _MARKS[check.status] if check.applies else ("-", "dim")
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
