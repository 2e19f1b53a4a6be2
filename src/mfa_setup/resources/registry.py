"""The registry: every resource once, in the order in which changes are safe. The engine knows them only from here."""

from collections.abc import Collection, Iterable, Mapping

from mfa_setup.model.desired import Desired
from mfa_setup.model.types import PhoneStack, ResourceName
from mfa_setup.model.write import Write, WriteAction
from mfa_setup.resources.application import APPLICATION
from mfa_setup.resources.base import Action, Resource
from mfa_setup.resources.factor import FACTOR
from mfa_setup.resources.number import NUMBER
from mfa_setup.resources.policy import POLICY
from mfa_setup.resources.provider import PROVIDER
from mfa_setup.snapshot.snapshot import Snapshot

RESOURCES: tuple[Resource, ...] = (APPLICATION, NUMBER, PROVIDER, FACTOR, POLICY)
"""In safe order: the policy only when codes can reach the users."""
ACTIONS: dict[WriteAction, Action] = {name: action for one in RESOURCES for name, action in one.actions.items()}


def after(snapshot: Snapshot, writes: Iterable[Write]) -> Snapshot:
    """The snapshot that some writes lead to."""
    for write in writes:
        snapshot = ACTIONS[write.action].effect(snapshot, write)
    return snapshot


def scopes_of(writes: Iterable[Write]) -> frozenset[str]:
    """The scopes of the access token that some writes need."""
    return frozenset().union(*(ACTIONS[write.action].scopes for write in writes))


def undo_scopes(actions: Collection[WriteAction]) -> Mapping[str, str]:
    """The scopes that undoing some kinds of writes needs besides theirs, with what an undo cannot do without each."""
    undone = (action for name, action in ACTIONS.items() if name in actions)
    return {scope: loss for action in undone for scope, loss in action.undo_scopes.items()}


def possible_actions(desired: Desired, stack: PhoneStack) -> tuple[WriteAction, ...]:
    """The kinds of writes that setting up a tenant on a phone stack may take."""
    return tuple(
        name
        for resource in RESOURCES
        for name, action in resource.actions.items()
        if action.scopes <= resource.write_scopes(desired, stack)
    )


def in_order(names: Collection[ResourceName]) -> tuple[Resource, ...]:
    """Some resources, in safe order."""
    return tuple(resource for resource in RESOURCES if resource.name in names)
