"""All Actions of a tenant, and the triggers that they are bound to.

The deployed version of an Action runs while the Action is bound to a trigger.
"""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from mfa_setup.sandbox.auth0.action_model import JSON, Action
from mfa_setup.sandbox.auth0.action_triggers import triggers
from mfa_setup.sandbox.auth0.ids import moment


@dataclass(frozen=True, slots=True)
class Binding:
    """The place of an Action in the flow of a trigger."""

    id: str
    action_id: str
    display_name: str
    created_at: str


@dataclass(slots=True)
class ActionState:
    """All Actions of a tenant.

    Attributes:
        actions: Actions by ID, in order of creation.
        bindings: The bindings of each trigger, in the order in which they run.
        executions: Executions by ID, as the API shows them.
        triggers: The triggers that the tenant has, as the API shows them.
        clock: A monotonic clock in seconds, which tests replace.
    """

    actions: dict[str, Action] = field(default_factory=dict)
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    executions: dict[str, JSON] = field(default_factory=dict)
    triggers: list[JSON] = field(default_factory=triggers)
    clock: Callable[[], float] = time.monotonic

    def settle(self) -> None:
        """Finishes every deployment and build that has taken long enough."""
        for action in self.actions.values():
            action.settle(self.clock())

    def read(self, action: Action) -> Action:
        """Returns the Action as a read finds it: its build and its deployment have advanced."""
        action.read(self.clock())
        return action

    def bind(self, trigger: str, entries: list[tuple[Action, str]]) -> list[Binding]:
        """Replaces the bindings of a trigger; an Action that stays bound gets a new binding as well (recorded)."""
        bound = [Binding(str(uuid.uuid4()), action.id, name, moment()) for action, name in entries]
        self.bindings[trigger] = bound
        return bound

    def is_bound(self, action: Action) -> bool:
        """Whether any trigger runs the Action."""
        return any(one.action_id == action.id for bound in self.bindings.values() for one in bound)

    def remove(self, action: Action) -> None:
        """Deletes the Action with its bindings."""
        del self.actions[action.id]
        for trigger, bound in self.bindings.items():
            self.bindings[trigger] = [one for one in bound if one.action_id != action.id]
