"""A deployed version of an Action, as the runner needs it."""

from dataclasses import dataclass, field

POST_LOGIN = "post-login"


@dataclass(frozen=True, slots=True)
class DeployedAction:
    """The code that runs when an Action is bound to a trigger, with what its log entries name.

    Attributes:
        action_id: The ID of the Action.
        name: The name of the Action.
        code: The deployed code, or the draft if the draft is tested.
        trigger: The ID of the trigger, such as `post-login`.
        version_id: The ID of the deployed version.
        binding_id: The ID of the binding; empty for a draft.
        secrets: The values of the secrets, by name.
    """

    action_id: str
    name: str
    code: str
    trigger: str = POST_LOGIN
    version_id: str = ""
    binding_id: str = ""
    secrets: dict[str, str] = field(default_factory=dict)
