"""The snapshots that the writes about our Action lead to.

A planned Action has a placeholder for its ID, so a write of a plan that has been sent may name the real one.
"""

from dataclasses import replace

from mfa_setup.model.post_login import PostLoginAction, ScopeState
from mfa_setup.model.readiness import BoundAction
from mfa_setup.model.scope_code import ACTION_NAME
from mfa_setup.model.write import NEW_ACTION, Write
from mfa_setup.snapshot.parts import known_or
from mfa_setup.snapshot.snapshot import Snapshot


def _state(snapshot: Snapshot) -> ScopeState:
    return known_or(snapshot.scope, ScopeState())


def updated(snapshot: Snapshot, write: Write) -> Snapshot:
    """Returns the snapshot in which our Action's draft has other code."""
    return _changed(snapshot, write, code=str(write.after["code"]))


def _changed(snapshot: Snapshot, write: Write, **values: str | None) -> Snapshot:
    targets = {write.target, NEW_ACTION}
    ours = tuple(one.model_copy(update=values) if one.id in targets else one for one in _state(snapshot).ours)
    return _with(snapshot, ScopeState(ours=ours, bound=_state(snapshot).bound))


def _with(snapshot: Snapshot, state: ScopeState) -> Snapshot:
    """Returns the snapshot with another state of our Action, which the list of bound Actions agrees with."""
    known = known_or(snapshot.actions, None)
    if known is None:
        return replace(snapshot, scope=state)
    mine = () if state.running is None else (BoundAction(id=NEW_ACTION, name=ACTION_NAME, code=state.running),)
    return replace(snapshot, scope=state, actions=(*(one for one in known if not one.is_ours), *mine))


def created(snapshot: Snapshot, write: Write) -> Snapshot:
    """Returns the snapshot in which our Action exists, as a draft."""
    made = PostLoginAction(id=NEW_ACTION, name=write.target, code=str(write.after["code"]), status="pending")
    return _with(snapshot, ScopeState(ours=(*_state(snapshot).ours, made), bound=_state(snapshot).bound))


def now_deployed(snapshot: Snapshot, write: Write) -> Snapshot:
    """Returns the snapshot in which this code of our Action is deployed."""
    return _changed(snapshot, write, deployed_code=str(write.after["deployed"]))


def now_bound(snapshot: Snapshot, write: Write) -> Snapshot:
    """Returns the snapshot in which our Action is bound after all others, or unbound."""
    state = _state(snapshot)
    here = next((one for one in state.ours if one.id in {write.target, NEW_ACTION}), None)
    others = tuple(one for one in state.bound if one.id not in {write.target, NEW_ACTION})
    mine = (BoundAction(id=here.id, name=here.name, code=here.effective),) if here and write.after["bound"] else ()
    return _with(snapshot, ScopeState(ours=state.ours, bound=(*others, *mine)))


def now_gone(snapshot: Snapshot, write: Write) -> Snapshot:
    """Returns the snapshot without our Action."""
    state, gone = _state(snapshot), {write.target, NEW_ACTION}
    ours = tuple(one for one in state.ours if one.id not in gone)
    return _with(snapshot, ScopeState(ours=ours, bound=tuple(one for one in state.bound if one.id not in gone)))
