"""Renders the results of single tenants as documents, and selects the renderer of a result."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mfa_setup.model import results
from mfa_setup.model.change import Change
from mfa_setup.model.outcome import Outcome
from mfa_setup.render import doctor, plan, setup
from mfa_setup.render.change import label_of
from mfa_setup.render.markdown.blocks import Block, Code, Details, Line, Strong, Table
from mfa_setup.render.markdown.parts import begin, change_blocks, check_blocks, check_table, lines, warning_blocks
from mfa_setup.render.parts import besides_error, state_of


def failure_only(result: results.Result) -> Iterator[Block]:
    """Renders a result that consists of its warnings and its error."""
    yield from begin(result.outcome, "done")
    yield from warning_blocks(result.outcome.warnings)


def plan_document(result: results.PlanResult) -> Iterator[Block]:
    """Renders the result of `plan`."""
    outcome = result.outcome
    yield from begin(outcome, _plan_verdict(outcome))
    if outcome.error is None:
        yield from lines([*plan.end_of_plan(outcome), *plan.reach_lines(outcome)])
    if outcome.digest:
        yield Line("Digest of this plan:", Code(outcome.digest))
    yield from _rest(outcome)


def _plan_verdict(outcome: Outcome) -> str:
    if not any(change.pending for change in outcome.changes):
        return "nothing to change"
    stops = any(warning.code in plan.STOPPED for warning in outcome.warnings)
    return "changes pending, but `mfa-setup up` would stop" if stops else "changes pending"


def status_document(result: results.StatusResult) -> Iterator[Block]:
    """Renders the result of `status`: the differences from the settings, and the current state."""
    outcome = result.outcome
    differing = plan.differing_from_settings(outcome)
    is_new = differing and len(differing) == len(outcome.changes)
    yield from begin(
        outcome, "not set up yet" if is_new else "differs from the settings" if differing else "up to date"
    )
    if outcome.error is None:
        yield from lines([plan.status_verdict(outcome)])
    yield from change_blocks(differing, outcome.outputs.config_file)
    state = [(label, text) for label, text in map(_now, outcome.changes) if text]
    if state:
        yield Details("Current state", [Table(("Resource", "State"), state, "resources")], is_open=not differing)
    yield from _notes(outcome)


def _now(change: Change) -> tuple[str, str]:
    return label_of(change), "; ".join(change.words.now)


def setup_document(result: results.SetupResult) -> Iterator[Block]:
    """Renders the result of `up` and `policy`: what changed, what is set up, and how to prove it."""
    outputs = result.outcome.outputs
    proved = outputs.policy not in {"always", "adaptive"}
    return _setup(result.outcome, "" if proved else setup.to_prove(outputs))


def step_document(result: results.StepResult) -> Iterator[Block]:
    """Renders the result of one step: what changed, what is set up, and the next step."""
    return _setup(result.outcome, result.next_step)


def _setup(outcome: Outcome, next_step: str) -> Iterator[Block]:
    yield from begin(outcome, "changes applied" if outcome.changed else "nothing to change")
    if outcome.error is None:
        yield Line(Strong(setup.setup_verdict(outcome)))
        if next_step:
            yield Line(next_step)
        rows = [(label, value) for label, value in setup.rows_of(outcome) if value]
        yield Details("What is set up", [Table(("", "Value"), rows, "values")], is_open=True)
    yield from _rest(outcome)


def _rest(outcome: Outcome) -> Iterator[Block]:
    if outcome.differences and outcome.changes:
        yield Line("This is the plan as it would be now. Nothing of it was applied.")
    yield from change_blocks(outcome.changes, outcome.outputs.config_file)
    yield from _notes(outcome)


def _notes(outcome: Outcome) -> Iterator[Block]:
    yield from check_blocks(besides_error(outcome))
    yield from warning_blocks(outcome.warnings, outcome.checks)


def doctor_document(result: results.DoctorResult) -> Iterator[Block]:
    """Renders the result of `doctor`: the checks that need attention, and the others folded."""
    outcome = result.outcome
    checks = outcome.checks
    yield from begin(outcome, doctor.counts(checks))
    if checks:
        yield from lines(doctor.setup_line(outcome))
        attention = [check for state in doctor.STATES for check in checks if state_of(check) == state]
        brief = [check for check in attention if state_of(check) in doctor.BRIEF]
        if rest := attention[: len(attention) - len(brief)]:
            yield check_table(rest)
        if brief:
            yield Details(f"Other checks: {doctor.counts(brief)}", [check_table(brief)])
    if outcome.error is None:
        yield Line("Next step:", doctor.next_step(checks))
    yield from warning_blocks(outcome.warnings, checks)


_RENDERERS: dict[type[results.Result], Callable[[Any], Iterable[Block]]] = {
    results.SetupResult: setup_document,
    results.StepResult: step_document,
    results.PlanResult: plan_document,
    results.StatusResult: status_document,
    results.DoctorResult: doctor_document,
}


def blocks_of(result: results.Result) -> Iterable[Block]:
    """Returns the document of a result; one without a renderer is that of a command line that was refused."""
    return _RENDERERS.get(type(result), failure_only)(result)
