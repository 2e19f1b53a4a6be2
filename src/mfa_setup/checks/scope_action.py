"""The check `scope_action`: whether our Action, which limits the policy, runs as it was written."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from mfa_setup.checks.catalog import answer, idle
from mfa_setup.model.check import Check
from mfa_setup.model.post_login import PostLoginAction, ScopeState
from mfa_setup.model.scope import PolicyScope
from mfa_setup.snapshot.parts import known_or
from mfa_setup.snapshot.snapshot import Snapshot

_SILENT = "so it asks nobody for a code"
_LIMIT_AGAIN = (
    "Set the limits again: `mfa-setup policy always` with its options `--only-…`, "
    "or ask everyone: `mfa-setup policy always --everyone`."
)
_SET_AGAIN = f"See what differs: `mfa-setup plan`. {_LIMIT_AGAIN}"
_LIBRARY = "Auth0 dashboard, Actions > Library"
_DRAFT = f"Deploy the draft or undo its changes: {_LIBRARY}."
_DELETE = f"Delete all but one of them: {_LIBRARY}."
_MOVE = "Move it to the end: Auth0 dashboard, Actions > Triggers > post-login."

Problem = tuple[str, str]
"""What is wrong with our Action, as the rest of a sentence about it, and the fix."""


def scope_action(found: Snapshot, state: ScopeState) -> Check:
    """Checks whether our Action is deployed, bound last, and the code that mfa-setup writes for the scope in it.

    The check fails if MFA is off for everyone: the policy is Never, and our Action does not run, cannot ask, or is
    limited to what does not exist any more.
    """
    action = state.action
    if action is None:
        return idle("scope_action", "No Action of mfa-setup limits the policy.")
    gone = [one for one in _gone(found, state.scope or PolicyScope()) if one.names]
    problems = [*_of_the_code(state, action), *_of_its_place(state, action), *map(_of_the_limits, gone)]
    if state.in_force and known_or(found.policies, ()):
        problems.append(("limits nothing, because a policy that asks everyone is in force as well", _SET_AGAIN))
    if problems:
        evidence = f'The Action "{action.name}" {", and ".join(what for what, _ in problems)}.'
        asks_nobody = not state.in_force or any(one.is_all for one in gone)
        is_off = asks_nobody and found.policies == ()
        fixes = " ".join(dict.fromkeys(fix for _, fix in problems))
        return answer("scope_action", "fail" if is_off else "warn", evidence, fixes)
    evidence = f'The Action "{action.name}", which limits the policy, is deployed, runs last and is unchanged.'
    return answer("scope_action", "pass", evidence)


@dataclass(frozen=True, slots=True)
class _Gone:
    """What the limits name of one kind, and what does not exist any more: somebody deleted it, or created it again.

    Attributes:
        kind: The kind, in the plural.
        names: The names of those that do not exist.
        is_all: Whether nothing of the kind is left, so that nobody is asked.
    """

    kind: str
    names: tuple[str, ...]
    is_all: bool


def _gone(found: Snapshot, scope: PolicyScope) -> Iterator[_Gone]:
    """Yields what does not exist any more, of each kind that could be read."""
    applications = known_or(found.applications, None)
    by_name = known_or(found.organizations, None)
    organizations = None if by_name is None else by_name.values()
    clients = None if applications is None else {one.client_id for one in applications}
    there: tuple[tuple[str, Sequence[tuple[str, str]], Container[str] | None], ...] = (
        ("applications", [(f"{one.name} ({one.client_id})", one.client_id) for one in scope.applications], clients),
        ("connections", [(one.name, one.id) for one in scope.connections], known_or(found.limiting_connections, None)),
        (
            "organizations",
            [(one.name, one.id) for one in scope.organizations],
            organizations,
        ),
        ("roles", [(name, name) for name in scope.roles], known_or(found.roles, None)),
    )
    for kind, limits, present in there:
        names = () if present is None else tuple(name for name, key in limits if key not in present)
        yield _Gone(kind, names, is_all=len(names) == len(limits))


def _of_the_limits(gone: _Gone) -> Problem:
    named = f"names {gone.kind} that do not exist any more: {', '.join(gone.names)}"
    return f"{named}, {_SILENT}" if gone.is_all else named, _LIMIT_AGAIN


def _of_the_code(state: ScopeState, action: PostLoginAction) -> Iterator[Problem]:
    """Yields what is wrong with the versions and the code of our Action."""
    if action.deployed_code is None:
        yield f"is not deployed, {_SILENT}", _SET_AGAIN
    elif not action.is_deployed:
        yield "has changes that are not deployed", _DRAFT
    if not action.is_marked:
        yield "was replaced manually: its code does not begin with mfa-setup's marker", _SET_AGAIN
    elif not action.is_unchanged:
        yield "was changed manually: its code is not what mfa-setup writes", _SET_AGAIN
    if state.running is not None and not state.in_force:
        yield f"has no code that asks for MFA, {_SILENT}", _SET_AGAIN


def _of_its_place(state: ScopeState, action: PostLoginAction) -> Iterator[Problem]:
    """Yields what is wrong with the binding of our Action, and with the number of Actions that are ours."""
    if not state.is_bound:
        yield f"is not bound to the post-login trigger, {_SILENT}", _SET_AGAIN
    elif not state.is_last:
        ids = [one.id for one in state.bound]
        later = ", ".join(one.name for one in state.bound[ids.index(action.id) + 1 :])
        yield f"does not run last, so a later Action may decide otherwise: {later}", _MOVE
    if len(state.ours) > 1:
        yield "is not the only one with mfa-setup's name or marker", _DELETE
