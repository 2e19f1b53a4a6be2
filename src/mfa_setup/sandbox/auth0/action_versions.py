"""Versions of Actions, and the executions: `/api/v2/actions/actions/{actionId}/versions`, `/actions/executions`."""

from mfa_setup.sandbox.auth0.action_build import begin
from mfa_setup.sandbox.auth0.action_json import new_version_json
from mfa_setup.sandbox.auth0.action_model import BUILT, Action, Version
from mfa_setup.sandbox.auth0.actions import find_action
from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint
from mfa_setup.sandbox.auth0.errors import not_found
from mfa_setup.sandbox.auth0.ids import moment
from mfa_setup.sandbox.auth0.paging import ZERO_PAGING, without_zeros
from mfa_setup.sandbox.auth0.state import JSON


def list_versions(call: Call) -> JSON:
    """GET …/versions, the newest first."""
    # not verified: the order
    action = find_action(call.tenant, call.path["actionId"])
    return without_zeros("versions", [new_version_json(action, one) for one in action.versions[::-1]], call.query)


def get_version(call: Call) -> JSON:
    """GET …/versions/{id}."""
    return new_version_json(*_find(call))


def _find(call: Call) -> tuple[Action, Version]:
    action = find_action(call.tenant, call.path["actionId"])
    for version in action.versions:
        if version.id == call.path["id"]:
            return action, version
    raise not_found("That action version does not exist.")  # not verified: the text


def deploy_version(call: Call) -> JSON:
    """POST …/versions/{id}/deploy: creates a version with the content of an earlier one; may update the draft."""
    action, version = _find(call)
    clock = call.tenant.actions.clock()
    if (call.body or {}).get("update_draft"):
        action.content, action.drafted_at = version.content, moment()
        # not verified: that the draft is not built again
        action.status, action.build = BUILT, begin(version.content, clock)
        action.build.steps.clear()
    return new_version_json(action, action.deploy(version.content, clock))


def get_execution(call: Call) -> JSON:
    """GET /actions/executions/{id}."""
    found: JSON | None = call.tenant.actions.executions.get(call.path["id"])
    if found is None:
        raise not_found("That execution does not exist.")  # not verified: the text
    return found


def endpoints() -> list[Endpoint]:
    """Returns the endpoints of versions and executions."""
    base, one = "/actions/actions/{actionId}/versions", "/actions/actions/{actionId}/versions/{id}"
    read, create = ("read:actions",), ("create:actions",)
    return [
        Endpoint("GET", base, read, list_versions, query=ZERO_PAGING),
        Endpoint("GET", one, read, get_version),
        Endpoint("POST", one + "/deploy", create, deploy_version, status=202),
        Endpoint("GET", "/actions/executions/{id}", read, get_execution),
    ]
