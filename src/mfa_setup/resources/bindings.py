"""Binds our Action last, or unbinds it, without touching the other bindings of the post-login trigger.

Auth0 only replaces the whole list, and nothing protects it from two writers (sources: auth0-actions-bindings). So the
list is read right before it is written, and again after it. A change within that one round trip cannot be seen; what
its loss leaves behind can: an Action that is deployed and not bound (any more). Such an Action is named, and not bound,
because somebody may have unbound it on purpose.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mfa_setup.errors import BindingRaceError, MfaSetupError, NotFoundError, OutcomeUnknownError, ServiceRefusedError
from mfa_setup.model.readiness import BoundAction
from mfa_setup.ports import ActionsPort
from mfa_setup.resources.recovery import random_moment
from mfa_setup.services import Services

ROUNDS = 6
"""How often other writers may overwrite our change before this run gives up."""


@dataclass(frozen=True, slots=True)
class _Look:
    """The bindings of the trigger, and the names of the Actions that are deployed but not bound, by their IDs."""

    bound: tuple[BoundAction, ...]
    idle: dict[str, str]


def change(services: Services, action_id: str, name: str, *, on: bool) -> None:
    """Binds an Action after all others, or unbinds it; an Action that is already so stays where it is.

    Raises:
        BindingRaceError: Somebody else keeps changing the bindings, or an Action lost its place meanwhile.
        OutcomeUnknownError: The change got no clear answer, and had no effect that can be seen.
        MfaSetupError: The change was refused.
    """
    actions = services.auth0.actions
    for turn in range(ROUNDS):
        before = _look(actions)
        if on == (action_id in _ids(before.bound)):
            return
        others = [one for one in before.bound if one.id != action_id]
        wanted = [*others, BoundAction(id=action_id, name=name, code="")] if on else others
        failure = _write(actions, wanted)
        if failure is None or isinstance(failure, OutcomeUnknownError):
            after = _look(actions)
            _require_nothing_lost(before, after, action_id)
            if on == (action_id in _ids(after.bound)):
                return
            if on and _ids(after.bound) == _ids(others):
                raise failure or _unbound(name)
        if failure and turn == ROUNDS - 1:
            raise failure
        random_moment()
    raise BindingRaceError("Somebody else keeps changing the bindings of the post-login trigger at the same time.")


def _write(actions: ActionsPort, wanted: Sequence[BoundAction]) -> MfaSetupError | None:
    """Replaces the list; returns the error if there was no clear answer, or if a race may have caused the refusal."""
    try:
        actions.bind(wanted)
    except (OutcomeUnknownError, NotFoundError, ServiceRefusedError) as failure:  # such as a deleted Action in the list
        return failure
    return None


def _unbound(name: str) -> BindingRaceError:
    return BindingRaceError(f'Somebody unbound the Action "{name}" right after this run had bound it.')


def _look(actions: ActionsPort) -> _Look:
    """Reads the bindings last, so that as little time as possible passes before they are written."""
    deployed = {one.id: one.name for one in actions.listed() if one.deployed_code is not None}
    bound = actions.bindings()
    return _Look(bound, {key: name for key, name in deployed.items() if key not in _ids(bound)})


def _ids(bound: Sequence[BoundAction]) -> list[str]:
    return [one.id for one in bound]


def _require_nothing_lost(before: _Look, after: _Look, action_id: str) -> None:
    """Names other Actions that are deployed and not bound any more.

    One that was not deployed before may never have been bound, or was bound within the round trip.

    Raises:
        BindingRaceError: There is one.
    """
    idle = {key: name for key, name in after.idle.items() if key not in before.idle and key != action_id}
    lost = [f'"{name}"' for key, name in idle.items() if key in _ids(before.bound)]
    new = [f'"{name}"' for key, name in idle.items() if key not in _ids(before.bound)]
    happened = [f"other Actions lost their place: {', '.join(lost)}"] if lost else []
    happened += [f"other Actions were deployed and perhaps bound: {', '.join(new)}"] if new else []
    if happened:
        raise BindingRaceError(
            f"While this run changed the bindings of the post-login trigger, {', and '.join(happened)}. They are "
            "deployed, and do not run."
        )
