"""Renders plans: what would change, the current state compared with the settings, and what was undone."""

from collections.abc import Iterable, Iterator, Sequence

from rich.text import Text

from mfa_setup.model.change import Change
from mfa_setup.model.check import Check
from mfa_setup.model.outcome import JournalExport, Notice, Outcome, PastRun
from mfa_setup.model.results import PlanResult, StatusResult, UndoResult
from mfa_setup.render.change import change_lines, state_lines
from mfa_setup.render.parts import check_lines, heading, run_line, sections, short_id, time_of, warning_lines
from mfa_setup.render.sanitize import one_line
from mfa_setup.render.theme import BOLD

STOPPED = {"guard_would_refuse", "consent_needed"}
"""The codes of the warnings which mean that `up` would stop instead of applying the plan."""
_NOTHING = "Nothing to do: everything is up to date."
_COUNTED = {"create": "to create", "update": "to update", "delete": "to delete"}
_UNDONE = {"update": "to restore", "delete": "to delete"}


def plan_lines(outcome: Outcome) -> Iterator[Text]:
    """Yields what a run would change, and what it would leave unchanged."""
    undoes = outcome.undoes
    yield heading("Plan for" if undoes is None else f"Plan to undo run {short_id(undoes)} on", outcome)
    if undoes:
        yield Text(f"The run was `mfa-setup {one_line(undoes.command)}` of {time_of(undoes)}.")
    yield Text()
    for change in outcome.changes:
        same = "up to date" if undoes is None else "stays as it is"
        yield from change_lines(change, same=same, config_file=outcome.outputs.config_file)
    for line in reach_lines(outcome):
        yield Text()
        yield line


def reach_lines(outcome: Outcome) -> Iterator[Text]:
    """Yields the countries for which the delivery of codes was checked."""
    if outcome.outputs.countries:
        yield Text(f"Delivery was checked for phones in: {', '.join(outcome.outputs.countries)}.")


def summary_lines(outcome: Outcome) -> Iterator[Text]:
    """Yields how much a plan changes, what it costs, and which users will be asked for a code."""
    pending = [change for change in outcome.changes if change.pending]
    names = _COUNTED if outcome.undoes is None else _UNDONE
    counts = [(sum(change.action == action for change in pending), name) for action, name in names.items()]
    line = Text().append(f"Plan: {', '.join(f'{count} {name}' for count, name in counts if count)}.", BOLD)
    costs = [change.words.cost for change in pending if change.words.cost]
    if costs:
        line.append(f" Cost: {costs[0]}, plus Twilio's price per message.", BOLD)
    elif outcome.undoes is None:
        line.append(" Nothing is bought.")
    yield line
    yield from (Text(change.words.affects, BOLD) for change in pending if change.words.affects)


def question_lines(outcome: Outcome, checks: Iterable[Check], warnings: Iterable[Notice]) -> Iterator[Text]:
    """Yields a plan that is about to be applied, with the checks and warnings that were not shown before."""
    shown = warning_lines(warnings, outcome.checks)
    return sections(plan_lines(outcome), check_lines(checks), shown, summary_lines(outcome))


def plan_result(result: PlanResult) -> Iterator[Text]:
    """Renders the result of `plan`: the plan, its checks and a summary."""
    outcome = result.outcome
    return sections(plan_lines(outcome), check_lines(outcome.checks), end_of_plan(outcome))


def end_of_plan(outcome: Outcome) -> Iterator[Text]:
    """Yields the summary of a plan, and how to apply it."""
    if any(change.pending for change in outcome.changes):
        yield from summary_lines(outcome)
        if not any(warning.code in STOPPED for warning in outcome.warnings):
            yield Text("Run `mfa-setup up` to apply it.")
    else:
        yield Text(_NOTHING, BOLD)


def status_result(result: StatusResult) -> Iterator[Text]:
    """Renders the result of `status`: the current state, and its differences from the settings."""
    outcome = result.outcome
    differing = differing_from_settings(outcome)
    return sections(
        [heading("Status of", outcome)],
        (line for change in outcome.changes for line in state_lines(change)),
        _drift(differing, outcome) if differing else [],
        [status_verdict(outcome)],
    )


def differing_from_settings(outcome: Outcome) -> list[Change]:
    """Returns the changes of the resources that differ from the settings, or for which that is not known yet."""
    return [change for change in outcome.changes if change.pending or change.status == "unknown"]


def _drift(differing: Sequence[Change], outcome: Outcome) -> Iterator[Text]:
    is_new = len(differing) == len(outcome.changes)
    yield Text("Still to be set up:" if is_new else "Differs from the settings:", BOLD)
    for change in differing:
        yield from change_lines(change, config_file=outcome.outputs.config_file)


def status_verdict(outcome: Outcome) -> Text:
    """Returns how many resources differ from the settings."""
    differing, total = differing_from_settings(outcome), len(outcome.changes)
    if not differing:
        return Text("Everything is up to date.", BOLD)
    count = len(differing)
    if count == total:
        return Text("MFA by SMS is not set up yet. Run `mfa-setup up` to set it up.")
    verb = "differs" if count == 1 else "differ"
    return Text(f"{count} of {total} {verb} from the settings. Run `mfa-setup up` to apply them.")


def undo_result(result: UndoResult) -> Iterator[Text]:
    """Renders the result of `undo`: what was restored, or the runs that can be undone."""
    outcome = result.outcome
    if outcome.journal_export is not None:
        yield _exported(outcome.journal_export)
        return
    if outcome.runs is not None:
        yield from _runs(outcome.runs)
        return
    if not any(change.status == "applied" for change in outcome.changes):
        yield Text("Nothing to restore.", BOLD)
        return
    undone = f"run {short_id(outcome.undoes)}" if outcome.undoes else "that run"
    yield Text(f"Restored what {undone} changed.", BOLD)


def _exported(export: JournalExport) -> Text:
    count = "1 run" if export.runs == 1 else f"{export.runs} runs"
    return Text(f"Exported the journal of this tenant ({count}) to {one_line(export.file)}.", BOLD)


def _runs(runs: tuple[PastRun, ...]) -> Iterator[Text]:
    if not runs:
        yield Text("No run of this machine has changed anything in this tenant.")
    for run in runs:
        state = "undone" if run.undone else one_line(run.end or "cut off")
        yield run_line(run).append(f"{state:<10}  {', '.join(run.changed)}")
