"""The Actions that run at a trigger, and the Actions that a control call creates."""

import uuid

from mfa_setup.sandbox.actions.records import POST_LOGIN, DeployedAction
from mfa_setup.sandbox.auth0.action_model import BUILT, Action, Content, Progress
from mfa_setup.sandbox.auth0.action_state import ActionState
from mfa_setup.sandbox.auth0.ids import moment
from mfa_setup.sandbox.auth0.state import Tenant


def deployed_actions(tenant: Tenant, trigger: str) -> list[DeployedAction]:
    """Returns the deployed version of each Action that is bound to the trigger, in the order in which they run."""
    state = tenant.actions
    state.settle()
    found = [(one, state.actions[one.action_id]) for one in state.bindings.get(trigger, ())]
    return [
        DeployedAction(
            action_id=action.id,
            name=action.name,
            code=action.deployed.content.code,
            trigger=trigger,
            version_id=action.deployed.id,
            binding_id=binding.id,
            secrets={name: secret.value for name, secret in action.deployed.content.secrets.items()},
        )
        for binding, action in found
        if action.deployed is not None
    ]


def deployed_state(entries: list[tuple[str, str]]) -> ActionState:
    """Returns a state with these Actions, by name and code, deployed and bound to post-login in this order."""
    state = ActionState()
    for name, code in entries:
        now = moment()
        content = Content(code, "node22", [{"id": POST_LOGIN, "version": "v3"}])
        progress = Progress(state.clock(), [])
        action = Action(str(uuid.uuid4()), name, now, now, content, now, progress, status=BUILT)
        action.deploy(content, state.clock())
        action.finish_deployment()
        state.actions[action.id] = action
    state.bind(POST_LOGIN, [(action, action.name) for action in state.actions.values()])
    return state
