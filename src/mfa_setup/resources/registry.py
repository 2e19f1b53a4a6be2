"""The registry of all resources, in safe order; the engine knows the resources only through it."""

from collections.abc import Collection, Iterable, Mapping

from mfa_setup.model.change import Change
from mfa_setup.model.desired import Desired
from mfa_setup.model.types import PhoneStack, ResourceName
from mfa_setup.model.write import Write, WriteAction
from mfa_setup.resources.application import APPLICATION
from mfa_setup.resources.base import Action, Resource
from mfa_setup.resources.factor import FACTOR
from mfa_setup.resources.number import NUMBER
from mfa_setup.resources.phone_stack import PHONE_STACK
from mfa_setup.resources.policy import POLICY
from mfa_setup.resources.provider import PROVIDER
from mfa_setup.resources.scope import LIMITS
from mfa_setup.snapshot.snapshot import Snapshot

RESOURCES: tuple[Resource, ...] = (APPLICATION, NUMBER, PROVIDER, FACTOR, LIMITS, POLICY, PHONE_STACK)
"""All resources in safe order: the policy comes last of a setup. The phone stack is moved by itself (`migrate`)."""
ACTIONS: dict[WriteAction, Action] = {name: action for one in RESOURCES for name, action in one.actions.items()}


def after(snapshot: Snapshot, writes: Iterable[Write]) -> Snapshot:
    """Returns the snapshot that these writes lead to."""
    for write in writes:
        if write.resource == PHONE_STACK.name:
            continue  # a move prepares what no code is sent with yet, and then sends by the same account and sender
        snapshot = ACTIONS[write.action].effect(snapshot, write)
    return snapshot


def scopes_of(writes: Iterable[Write]) -> frozenset[str]:
    """Returns the scopes of the access token that these writes need."""
    return frozenset().union(*(ACTIONS[write.action].scopes for write in writes))


def undo_scopes(actions: Collection[WriteAction]) -> Mapping[str, str]:
    """Returns the additional scopes for undoing these kinds of writes, with what an undo cannot do without each."""
    undone = (action for name, action in ACTIONS.items() if name in actions)
    return {scope: loss for action in undone for scope, loss in action.undo_scopes.items()}


def possible_actions(desired: Desired, stack: PhoneStack) -> tuple[WriteAction, ...]:
    """Returns the kinds of writes that setting up a tenant on a phone stack may need."""
    return tuple(
        name
        for resource in RESOURCES
        for name, action in resource.actions.items()
        if action.scopes <= resource.write_scopes(desired, stack)
    )


def listed(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Returns the changes without those of optional resources that neither exist nor change."""
    optional = {resource.name for resource in RESOURCES if resource.is_optional}
    return tuple(change for change in changes if not (change.is_empty and change.resource in optional))


def in_order(names: Collection[ResourceName]) -> tuple[Resource, ...]:
    """Returns the named resources in safe order."""
    return tuple(resource for resource in RESOURCES if resource.name in names)
