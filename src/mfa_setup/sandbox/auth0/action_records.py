"""Builds Actions and their bindings in the recorded form."""

import uuid
from typing import Any

from mfa_setup.sandbox.actions.records import POST_LOGIN, DeployedAction
from mfa_setup.sandbox.auth0.ids import timestamp
from mfa_setup.sandbox.auth0.state import Tenant

_RUNTIME = "node22"
_TRIGGERS = [{"id": POST_LOGIN, "version": "v3"}]
# The fields of the draft, which an Action shows when it is read but not inside a binding (recorded).
_OF_THE_DRAFT = ("code", "dependencies", "runtime", "status", "secrets")


def deployed_action(name: str, code: str) -> dict[str, Any]:
    """Builds an Action deployed with this code and bound to post-login, as `GET /actions/actions/{id}` shows it."""
    # The service's times have nanoseconds (recorded); clients of the sandbox parse milliseconds as well.
    now, version_id = timestamp(), str(uuid.uuid4())
    times = {"created_at": now, "updated_at": now}
    built = {"id": version_id, "code": code, "runtime": _RUNTIME, "number": 1} | times
    return {
        "id": str(uuid.uuid4()),
        "name": name,
        "supported_triggers": _TRIGGERS,
        **times,
        "code": code,
        "dependencies": [],
        "runtime": _RUNTIME,
        "status": "built",
        "secrets": [],
        "current_version": built | {"status": "BUILT", "build_time": now},
        "deployed_version": built
        | {"status": "built", "built_at": now, "deployed": True, "dependencies": [], "secrets": []}
        | {"supported_triggers": _TRIGGERS},
        "all_changes_deployed": True,
        "binding_id": str(uuid.uuid4()),
    }


def shown(action: dict[str, Any]) -> dict[str, Any]:
    """Returns the Action as lists and reads show it."""
    return {name: value for name, value in action.items() if name != "binding_id"}


def deployed_actions(tenant: Tenant, trigger: str) -> list[DeployedAction]:
    """Returns the Actions that are bound to a trigger, in the order in which they run."""
    return [
        DeployedAction(
            action["id"],
            action["name"],
            action["deployed_version"]["code"],
            trigger,
            action["deployed_version"]["id"],
            action["binding_id"],
        )
        for action in (tenant.actions if trigger == POST_LOGIN else ())
    ]


def binding_of(action: dict[str, Any]) -> dict[str, Any]:
    """Returns the Action's binding, without the draft; `all_changes_deployed` is always false there (recorded)."""
    inner = {name: value for name, value in shown(action).items() if name not in _OF_THE_DRAFT}
    return {
        "id": action["binding_id"],
        "trigger_id": POST_LOGIN,
        "action": inner | {"all_changes_deployed": False},
        "created_at": action["created_at"],
        "updated_at": action["updated_at"],
        "display_name": action["name"],
    }
