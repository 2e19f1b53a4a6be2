"""Undoes changes to the limits: our Action gets its former code back, byte for byte, or is unbound and deleted."""

from collections.abc import Mapping

from mfa_setup.errors import MfaSetupError
from mfa_setup.model.base import JsonValue
from mfa_setup.model.change import Change, FieldChange, Words, change_of, differing
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
    DEPLOYED,
    DRAFT,
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
    """Restores the limits from before the run: the deployed code, and the draft, which may have been another one.

    An Action that asks is restored before the policy that it replaces is lifted, and one that goes does so after the
    policy was restored.
    """
    record, state = given.record, _of_the_run(given, known(given.now.scope))
    action = state.action
    found = traces(record.of("create_action", "update_action", "delete_action"), given.later)
    found |= traces(record.of("bind_action", "unbind_action"), given.later)
    found |= traces(record.of("deploy_action"), given.later)
    now: dict[str, JsonValue] = {
        CODE: action.code if action else None,
        DEPLOYED: action.deployed_code if action else None,
        BOUND: state.is_bound,
    }
    found = _with_cut_off_undo(found, now)
    back, notices = restored(SCOPE, found, now)
    if back.get(DEPLOYED) is None:  # Auth0 cannot take a deployment back; an Action that goes is deleted
        back.pop(DEPLOYED, None)
    copies = _copies(given)
    if not back or (CODE in found and CODE not in back and now[CODE] is not None and notices):
        return Step(Change(resource=SCOPE), notices=notices)
    code, is_bound = back.get(CODE, now[CODE]), bool(back.get(BOUND, now[BOUND]))
    running = back.get(DEPLOYED, code if is_bound and now[DEPLOYED] is None else None)
    first: list[Write] = []
    writes: list[Write] = []
    if not isinstance(code, str):
        writes += [binding(action.id, on=False)] if action and state.is_bound else []
        writes += [deletion(action)] if action else []
    elif action is None:
        first += [creation(code, _deleted(given, NAME) or ACTION_NAME), deployment(NEW_ACTION, code)]
        first += [binding(NEW_ACTION, on=True)] if is_bound else []
        draft = _deleted(given, DRAFT)
        first += [Write(SCOPE, "update_action", NEW_ACTION, {CODE: code}, {CODE: draft})] if draft else []
    else:
        changes = _changes(action, code, running)
        switch = [binding(action.id, on=is_bound)] if is_bound != state.is_bound else []
        first, writes = ([*changes, *switch], []) if is_bound else ([], [*changes, *switch])
    first += [binding(one, on=True) for one in copies]
    shown = running if isinstance(code, str) and running is not None else code
    told = _words(shown)
    before, after = (
        _values({**now, CODE: action.effective if action else None}),
        _values({CODE: shown, BOUND: is_bound}),
    )
    fields = differing(before, dict.fromkeys(before) | after)
    if not fields and (first or writes):  # the limits are the same, and only the text of the code is not
        fields = (FieldChange(path=CODE, before="of the run", after="from before the run"),)
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


def _changes(action: PostLoginAction, draft: str, deployed: JsonValue) -> list[Write]:
    """Returns the writes that restore the deployed code, if it is a text, and then the draft, which may differ."""
    writes: list[Write] = []
    if isinstance(deployed, str):
        writes += [] if action.can_be_deployed_as(deployed) else [update(action, deployed)]
        writes.append(deployment(action.id, deployed, replaces=action.deployed_code))
        action = action.model_copy(update={CODE: deployed})
    return writes if action.code == draft else [*writes, update(action, draft)]


def _with_cut_off_undo(found: Mapping[str, Trace], now: Mapping[str, JsonValue]) -> dict[str, Trace]:
    """Returns the traces, in which the former deployed code may be in the draft: of an undo that was cut off."""
    if not {CODE, DEPLOYED} <= found.keys() or now[CODE] is None or now[CODE] != found[DEPLOYED].before:
        return dict(found)
    draft = found[CODE]
    return {**found, CODE: Trace(before=draft.before, left=(*draft.left, now[CODE]))}


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


def _deleted(given: Reversal, name: str) -> str | None:
    """Returns a value of the Action that the run deleted first, which the undo restores; None if there is none."""
    deleted = given.record.of("delete_action")
    value = deleted[0].before.get(name) if deleted else None
    return None if value is None else str(value)


def _words(code: JsonValue) -> Words:
    made = read_code(code) if isinstance(code, str) else None
    return scope_words.limits_restored(made.scope if made else None)


def _values(values: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Returns the values as an undo shows them: the limits in place of the code, where they can be read."""
    code = values[CODE]
    made = read_code(code) if isinstance(code, str) else None
    limits: dict[str, JsonValue] = made.scope.model_dump(mode="json") if made else {CODE: code}
    return {**{kind: value for kind, value in limits.items() if value}, BOUND: values[BOUND]}
