"""Actions: `/api/v2/actions/actions`, without their versions and bindings."""

import asyncio
import uuid
from http import HTTPStatus
from typing import Any

from mfa_setup.sandbox.actions.records import DeployedAction
from mfa_setup.sandbox.auth0.action_build import begin
from mfa_setup.sandbox.auth0.action_json import action_json, new_version_json
from mfa_setup.sandbox.auth0.action_model import BUILT, Action
from mfa_setup.sandbox.auth0.action_rules import TRIGGER, check_room, content_of
from mfa_setup.sandbox.auth0.action_run import run_draft
from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint
from mfa_setup.sandbox.auth0.errors import ManagementError, not_found
from mfa_setup.sandbox.auth0.ids import moment
from mfa_setup.sandbox.auth0.paging import ZERO_PAGING, without_zeros
from mfa_setup.sandbox.auth0.schemas import BOOLEAN, STRING
from mfa_setup.sandbox.auth0.state import JSON, Tenant


def find_action(tenant: Tenant, action_id: str) -> Action:
    """Returns the Action with this ID.

    Raises:
        ManagementError: 404 without an errorCode (recorded).
    """
    tenant.actions.settle()
    if action_id not in tenant.actions.actions:
        raise not_found("That action does not exist.")
    return tenant.actions.actions[action_id]


def list_actions(call: Call) -> JSON:
    """GET /actions/actions: always answers with totals (recorded)."""
    query, state = call.query, call.tenant.actions
    state.settle()
    matches = [one for one in state.actions.values() if _matches(one, query)]
    for action in matches:
        state.read(action)
    return without_zeros("actions", [action_json(one) for one in matches], query)


def _matches(action: Action, query: dict[str, Any]) -> bool:
    # not verified: that `actionName` matches the exact name only, and that `deployed=false` filters nothing. No Action
    # of the sandbox is installed from the Marketplace.
    if query.get("installed") or (query.get("deployed") and action.deployed is None):
        return False
    name = query.get("actionName") or action.name
    trigger: str = action.content.triggers[0]["id"]
    return name == action.name and query.get("triggerId", trigger) == trigger


def get_action(call: Call) -> JSON:
    """GET /actions/actions/{id} (recorded)."""
    action = find_action(call.tenant, call.path["id"])
    return action_json(call.tenant.actions.read(action))


def create_action(call: Call) -> JSON:
    """POST /actions/actions: creates the Action and starts its build (recorded)."""
    # not verified: that names need not be unique, which no document requires; and when `deploy` takes effect
    state, body = call.tenant.actions, call.body
    content = content_of(state, body, None)
    check_room(state, content.triggers[0]["id"])
    now = moment()
    action = Action(
        id=str(uuid.uuid4()),
        name=body["name"],
        created_at=now,
        updated_at=now,
        content=content,
        drafted_at=moment(),
        build=begin(content, state.clock()),
        deploys_when_built=body.get("deploy", False),
    )
    state.actions[action.id] = action
    return action_json(action)


def update_action(call: Call) -> JSON:
    """PATCH /actions/actions/{id}: changes the draft, which is built again even if nothing differs (recorded)."""
    state, body = call.tenant.actions, call.body
    action = find_action(call.tenant, call.path["id"])
    content = content_of(state, body, action.content)
    action.name, action.content = body.get("name", action.name), content
    action.updated_at, action.drafted_at = moment(), moment()
    action.status, action.build = "pending", begin(content, state.clock())
    return action_json(action)


def delete_action(call: Call) -> None:
    """DELETE /actions/actions/{id}: 409 while the Action is bound, unless forced (public threads, OpenAPI)."""
    action = find_action(call.tenant, call.path["id"])
    if call.tenant.actions.is_bound(action) and not call.query.get("force"):
        # not verified: the errorCode
        raise ManagementError(HTTPStatus.CONFLICT, "Unable to delete an action bound to a trigger.")
    call.tenant.actions.remove(action)


def deploy_action(call: Call) -> JSON:
    """POST /actions/actions/{id}/deploy: returns the new version; its deployment finishes later (recorded)."""
    action = find_action(call.tenant, call.path["id"])
    if action.status != BUILT:
        # The text is that of public threads; not verified: that there is no errorCode.
        message = "A draft must be in the 'built' state before it can be deployed."
        raise ManagementError(HTTPStatus.BAD_REQUEST, message)
    return new_version_json(action, action.deploy(action.content, call.tenant.actions.clock()))


async def try_action(call: Call) -> JSON:
    """POST /actions/actions/{id}/test: runs the draft with the payload as its event."""
    action = find_action(call.tenant, call.path["id"])
    content = action.content
    draft = DeployedAction(
        action_id=action.id,
        name=action.name,
        code=content.code,
        trigger=content.triggers[0]["id"],
        secrets={name: secret.value for name, secret in content.secrets.items()},
    )
    # not verified: that a draft can be tested before it is built
    # Code can take seconds, during which other requests are served.
    return await asyncio.to_thread(run_draft, call.tenant, draft, call.body["payload"])


def endpoints() -> list[Endpoint]:
    """Returns the endpoints of Actions."""
    query = ZERO_PAGING | TRIGGER | {"actionName": STRING, "deployed": BOOLEAN, "installed": BOOLEAN}
    base, one = "/actions/actions", "/actions/actions/{id}"
    read, create, update, delete = ((f"{verb}:actions",) for verb in ("read", "create", "update", "delete"))
    return [
        Endpoint("GET", base, read, list_actions, query=query),
        Endpoint("POST", base, create, create_action, status=201),
        Endpoint("GET", one, read, get_action),
        Endpoint("PATCH", one, update, update_action),
        Endpoint("DELETE", one, delete, delete_action, query={"force": BOOLEAN}),
        # The OpenAPI document has 202; 200 is recorded every time.
        Endpoint("POST", one + "/deploy", create, deploy_action),
        Endpoint("POST", one + "/test", create, try_action),
    ]
