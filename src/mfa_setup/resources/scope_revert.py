"""Undoes changes to the limits: our Action gets its former code back, byte for byte, or is unbound and deleted."""

from collections.abc import Mapping

from mfa_setup.errors import MfaSetupError
from mfa_setup.model.base import JsonValue
from mfa_setup.model.change import Change, Words, change_of, differing
from mfa_setup.model.journal import Trace, traces
from mfa_setup.model.post_login import PostLoginAction, ScopeState
from mfa_setup.model.scope import PolicyScope
from mfa_setup.model.scope_code import ACTION_NAME, read_code
from mfa_setup.model.types import Action
from mfa_setup.model.write import NEW_ACTION, Write
from mfa_setup.resources import scope_words
from mfa_setup.resources.base import Reversal, Step
from mfa_setup.resources.restore import restored
from mfa_setup.resources.scope_writes import (
    ACTIONS,
    BOUND,
    CODE,
    NAME,
    SCOPE,
    binding,
    creation,
    deletion,
    deployment,
    update,
)
from mfa_setup.snapshot.parts import known, known_or


def revert(given: Reversal) -> Step:
    """Restores the limits from before the run: the draft, which the run wrote, and what is deployed of it.

    An Action that asks is restored before the policy that it replaces is lifted, and one that goes does so after the
    policy was restored.
    """
    record, state = given.record, _of_the_run(given, known(given.now.scope))
    action = state.action
    found = traces(record.of("create_action", "update_action", "delete_action"), given.later)
    found |= traces(record.of("bind_action", "unbind_action"), given.later)
    now: dict[str, JsonValue] = {CODE: _code_now(action, found), BOUND: state.is_bound}
    back, notices = restored(SCOPE, found, now)
    copies = _copies(given)
    if not back or (CODE in found and CODE not in back and now[CODE] is not None and notices):
        return Step(Change(resource=SCOPE), notices=notices)
    code, is_bound = back.get(CODE, now[CODE]), bool(back.get(BOUND, now[BOUND]))
    first: list[Write] = []
    writes: list[Write] = []
    if not isinstance(code, str):
        writes += [binding(action.id, on=False)] if action and state.is_bound else []
        writes += [deletion(action)] if action else []
    elif action is None:
        first += [creation(code, _name_before(given)), deployment(NEW_ACTION)]
        first += [binding(NEW_ACTION, on=True)] if is_bound else []
    else:
        changes = [update(action, code)] if code != action.code else []
        changes += [deployment(action.id)] if code != action.deployed_code else []
        switch = [binding(action.id, on=is_bound)] if is_bound != state.is_bound else []
        first, writes = ([*changes, *switch], []) if is_bound else ([], [*changes, *switch])
    first += [binding(one, on=True) for one in copies]
    told = _words(code)
    before, after = _values(now), _values({CODE: code, BOUND: is_bound})
    fields = differing(before, dict.fromkeys(before) | after)
    kind: Action = "delete" if code is None else "create" if action is None else "update"
    change = change_of(SCOPE, fields, "", told, exists=True)
    change = change.model_copy(update={"action": kind}) if change.pending else change
    return Step(change, tuple(writes), notices, first=tuple(first))


def limits_after(given: Reversal) -> PolicyScope | None:
    """Returns the scope in which our Action asks users for codes once the limits are restored; None if it does not."""
    found = given.now
    if SCOPE in given.record.touched and not isinstance(found.scope, MfaSetupError):
        step = revert(given)
        for write in (*step.first, *step.writes):
            found = ACTIONS[write.action].effect(found, write)
    state = known_or(found.scope, ScopeState())
    state = _of_the_run(given, state) if SCOPE in given.record.touched else state
    return state.scope if state.in_force else None


def was_limited(given: Reversal) -> bool:
    """Whether our Action was bound before the run, by the first write about its binding since the run began."""
    runs = (given.record, *given.later)
    switches = (write for run in runs for write in run.of("bind_action", "unbind_action"))
    return next((bool(write.before.get(BOUND)) for write in switches), False)


def _of_the_run(given: Reversal, state: ScopeState) -> ScopeState:
    """Returns the state without Actions that have another name and that no run of this machine has written to."""
    runs = (given.record, *given.later)
    written = [write for run in runs for write in run.of("create_action", "update_action", "delete_action")]
    ids = {NEW_ACTION, *(write.target for write in written), *(write.made.get("action_id") for write in written)}
    ours = tuple(one for one in state.ours if one.is_named_as_ours or one.id in ids)
    return ScopeState(ours=ours, bound=state.bound)


def _copies(given: Reversal) -> list[str]:
    """Returns the IDs of the Actions that the run unbound and did not delete, and that are still there, unbound."""
    deleted = {write.target for write in given.record.of("delete_action")}
    unbound = [write.target for write in given.record.of("unbind_action") if write.target not in deleted]
    state = known(given.now.scope)
    copies = {one.id for one in state.ours if not one.is_named_as_ours} - {one.id for one in state.bound}
    return [one for one in dict.fromkeys(unbound) if one in copies]


def _name_before(given: Reversal) -> str:
    """Returns the name of the Action that the run deleted first, whose code the undo restores."""
    deleted = given.record.of("delete_action")
    return str(deleted[0].before.get(NAME) or ACTION_NAME) if deleted else ACTION_NAME


def _code_now(action: PostLoginAction | None, found: Mapping[str, Trace]) -> str | None:
    """Returns the draft's code, which the run wrote; the running code if only the draft is as before the run."""
    if action is None:
        return None
    return action.effective if CODE in found and found[CODE].before == action.code else action.code


def _words(code: JsonValue) -> Words:
    made = read_code(code) if isinstance(code, str) else None
    return scope_words.limits_restored(made.scope if made else None)


def _values(values: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Returns the values as an undo shows them: the limits in place of the code, where they can be read."""
    code = values[CODE]
    made = read_code(code) if isinstance(code, str) else None
    limits: dict[str, JsonValue] = made.scope.model_dump(mode="json") if made else {CODE: code}
    return {**{kind: value for kind, value in limits.items() if value}, BOUND: values[BOUND]}
