"""A write request as data: the action, its target, the previous and the new values. It contains no secret."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from mfa_setup.model.base import JsonValue
from mfa_setup.model.types import ResourceName

WriteAction = Literal[
    "create_application",
    "update_application",
    "connect_application",
    "delete_application",
    "write_config",
    "buy_number",
    "release_number",
    "add_to_pool",
    "remove_from_pool",
    "create_provider",
    "update_provider",
    "delete_provider",
    "set_twilio",
    "select_provider",
    "set_factor",
    "set_message_types",
    "create_template",
    "update_template",
    "delete_template",
    "set_templates",
    "set_policies",
]
"""One name for each kind of write request; `write_config` is the one that goes to no service."""

Fields: TypeAlias = dict[str, JsonValue]

NEW_APPLICATION, NEW_NUMBER = "(new application)", "(new number)"
"""Stand in a plan for the ID of what an earlier write of the same plan creates."""


@dataclass(frozen=True, slots=True)
class Write:
    """One write request of a plan; the executor journals it, sends it and recovers a lost answer.

    Attributes:
        resource: The resource that it belongs to.
        action: What it does; the registry of the resources knows how each action is sent.
        target: What it does it to: a client ID, a number, a SID, a path.
        before: The values found, by name.
        after: The values sent, by name.
    """

    resource: ResourceName
    action: WriteAction
    target: str = ""
    before: Fields = field(default_factory=dict)
    after: Fields = field(default_factory=dict)

    def substituted(self, real: Mapping[str, str]) -> "Write":
        """The same write with real values in place of planned ones (an ID that exists by now, another number)."""
        after = {
            name: real.get(value, value) if isinstance(value, str) else value for name, value in self.after.items()
        }
        return replace(self, target=real.get(self.target, self.target), after=after)
