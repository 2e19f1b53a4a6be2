"""One write request, as data: what it does, to what, the values found and the values sent. It holds no secret."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from pydantic import Field

from mfa_setup.model.base import Frozen, JsonValue
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


class Write(Frozen):
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
    before: Fields = Field(default_factory=dict)
    after: Fields = Field(default_factory=dict)

    def substituted(self, real: Mapping[str, str]) -> "Write":
        """The same write with real values in place of planned ones (an ID that exists by now, another number)."""
        if not real:
            return self
        fields = {name: _substituted(value, real) for name, value in self.after.items()}
        return self.model_copy(update={"target": real.get(self.target, self.target), "after": fields})


def _substituted(value: JsonValue, real: Mapping[str, str]) -> JsonValue:
    return real.get(value, value) if isinstance(value, str) else value
