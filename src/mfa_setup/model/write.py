"""A write request as data: the action, its target, the previous and the new values. It contains no secret."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from mfa_setup.model.base import JsonValue
from mfa_setup.model.scope_code import with_client_id
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
    "create_action",
    "update_action",
    "deploy_action",
    "test_action",
    "bind_action",
    "unbind_action",
    "delete_action",
    "set_policies",
    "set_stack",
]
"""The kinds of write requests; `write_config` is the only one that is not sent to a service."""

Fields: TypeAlias = dict[str, JsonValue]

NEW_APPLICATION, NEW_NUMBER, NEW_ACTION = "(new application)", "(new number)", "(new action)"
"""Placeholders in a plan for the IDs of resources that earlier writes of the same plan create."""


@dataclass(frozen=True, slots=True)
class Write:
    """One write request of a plan; the executor journals it, sends it, and recovers from a lost answer.

    Attributes:
        resource: The resource that the request belongs to.
        action: The kind of request; the registry of the resources knows how each kind is sent.
        target: The object that the request changes: a client ID, a number, a SID or a path.
        before: The values found before the request, by name.
        after: The values that the request sends, by name.
    """

    resource: ResourceName
    action: WriteAction
    target: str = ""
    before: Fields = field(default_factory=dict)
    after: Fields = field(default_factory=dict)

    def substituted(self, real: Mapping[str, str]) -> "Write":
        """Returns the same write with real values in place of planned ones, such as the ID of a created application.

        The code of an Action contains such an ID.
        """
        after = {
            name: real.get(value, value) if isinstance(value, str) else value for name, value in self.after.items()
        }
        for name in ("code", "deployed"):
            if NEW_APPLICATION in real and isinstance(code := after.get(name), str):
                after[name] = with_client_id(code, NEW_APPLICATION, real[NEW_APPLICATION])
        return replace(self, target=real.get(self.target, self.target), after=after)
