"""Plans: what would change, what is set up compared with the settings, and what was undone."""

from collections.abc import Iterator

from rich.text import Text

from mfa_setup.model.outcome import Outcome, PastRun
from mfa_setup.model.results import PlanResult, StatusResult, UndoResult
from mfa_setup.render.change import change_lines
from mfa_setup.render.parts import check_lines, run_line, settings_line, tenant_line
from mfa_setup.render.sanitize import one_line
from mfa_setup.render.theme import BOLD

_NOTHING = "Nothing to do: everything is up to date."


def plan_lines(outcome: Outcome) -> Iterator[Text]:
    """What a run would change, and what it would leave as it is."""
    yield tenant_line(outcome)
    if outcome.settings:
        yield settings_line(outcome.settings)
    if outcome.undoes:
        yield Text().append("Undoes ", BOLD).append_text(run_line(outcome.undoes))
    for change in outcome.changes:
        same = "up to date" if outcome.undoes is None else "stays as it is"
        yield from change_lines(change, same=same, config_file=outcome.outputs.config_file)
    if outcome.outputs.countries:
        yield Text(f"Whether codes arrive was checked for phones in: {', '.join(outcome.outputs.countries)}.")


def plan_result(result: PlanResult) -> Iterator[Text]:
    """The result of `plan`: the plan, its checks and a summary."""
    outcome = result.outcome
    yield from plan_lines(outcome)
    yield from check_lines(outcome.checks)
    pending = [change for change in outcome.changes if change.pending]
    if not pending:
        yield Text(_NOTHING, BOLD)
        return
    created = sum(change.action == "create" for change in pending)
    yield Text(f"Plan: {created} to create, {len(pending) - created} to update. Run `mfa-setup up` to apply it.")


def status_result(result: StatusResult) -> Iterator[Text]:
    """The result of `status`: the plan, and how much differs."""
    outcome = result.outcome
    yield from plan_lines(outcome)
    differing = sum(change.pending or change.status == "unknown" for change in outcome.changes)
    if not differing:
        yield Text("Everything is up to date.", BOLD)
        return
    yield Text(
        f"{differing} of {len(outcome.changes)} differ from the settings. "
        "Run `mfa-setup plan` for details and `mfa-setup up` to fix it."
    )


def undo_result(result: UndoResult) -> Iterator[Text]:
    """The result of `undo`: what was restored, or the runs that can be undone."""
    outcome = result.outcome
    if outcome.runs is not None:
        yield from _runs(outcome.runs)
        return
    restored = [change for change in outcome.changes if change.status == "applied"]
    if not restored:
        yield Text("Nothing to restore.", BOLD)
        return
    undone = f"run {one_line(outcome.undoes.run_id)}" if outcome.undoes else "that run"
    yield Text(f"Restored what {undone} changed.", BOLD)
    for change in restored:
        yield from change_lines(change)


def _runs(runs: tuple[PastRun, ...]) -> Iterator[Text]:
    if not runs:
        yield Text("No run of this machine has changed anything in this tenant.")
    for run in runs:
        state = "undone" if run.undone else one_line(run.end or "cut off")
        yield run_line(run).append(f"{state:<10}  {', '.join(run.changed)}")
