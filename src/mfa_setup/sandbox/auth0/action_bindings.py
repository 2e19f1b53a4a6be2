"""Triggers and the Actions that are bound to them: `/api/v2/actions/triggers`."""

from mfa_setup.sandbox.auth0.action_json import binding_json
from mfa_setup.sandbox.auth0.action_model import JSON, Action
from mfa_setup.sandbox.auth0.action_rules import TRIGGER
from mfa_setup.sandbox.auth0.action_state import ActionState
from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint
from mfa_setup.sandbox.auth0.errors import ManagementError, invalid_body
from mfa_setup.sandbox.auth0.paging import ZERO_PAGING, without_zeros


def list_triggers(call: Call) -> JSON:
    """GET /actions/triggers (recorded)."""
    return {"triggers": call.tenant.actions.triggers}


def list_bindings(call: Call) -> JSON:
    """GET /actions/triggers/{triggerId}/bindings, in the order in which they run (recorded)."""
    return without_zeros("bindings", _bindings(call), call.query)


def set_bindings(call: Call) -> JSON:
    """PATCH /actions/triggers/{triggerId}/bindings: replaces the whole list (recorded)."""
    state, trigger = call.tenant.actions, call.path["triggerId"]
    state.settle()
    # not verified: that a payload without `bindings` removes all, as an empty list does
    entries = [(_bindable(state, one["ref"], trigger), one) for one in call.body.get("bindings", ())]
    state.bind(trigger, [(action, one.get("display_name") or action.name) for action, one in entries])
    return {"bindings": _bindings(call)}


def _bindings(call: Call) -> list[JSON]:
    state, trigger = call.tenant.actions, call.path["triggerId"]
    state.settle()
    bound = state.bindings.get(trigger, ())
    return [binding_json(one, trigger, state.actions[one.action_id]) for one in bound]


def _bindable(state: ActionState, ref: JSON, trigger: str) -> Action:
    action = _referred(state, ref, trigger)
    if action is None:
        raise invalid_body("That action does not exist.")  # not verified: status and text
    # The texts are reported (sources: auth0-actions-refusals); not verified: the end of the second, and an errorCode.
    if not any(one["id"] == trigger for one in action.content.triggers):
        raise ManagementError(400, "Trying to create a binding between an incompatible action and trigger.")
    if action.deployed is None:
        raise ManagementError(400, "Trying to create a binding for an action that has not been deployed.")
    return action


def _referred(state: ActionState, ref: JSON, trigger: str) -> Action | None:
    kind, value = ref.get("type"), ref.get("value", "")
    if kind == "binding_id":
        bound = [one.action_id for one in state.bindings.get(trigger, ()) if one.id == value]
        value = bound[0] if bound else ""
    if kind == "action_name":
        # not verified: which of several Actions with the same name is meant
        return next((one for one in state.actions.values() if one.name == value), None)
    return state.actions.get(value) if kind else None


def endpoints() -> list[Endpoint]:
    """Returns the endpoints of triggers and bindings."""
    bindings = "/actions/triggers/{triggerId}/bindings"
    read, update = ("read:actions",), ("update:actions",)
    return [
        Endpoint("GET", "/actions/triggers", read, list_triggers),
        Endpoint("GET", bindings, read, list_bindings, query=ZERO_PAGING, params=TRIGGER),
        Endpoint("PATCH", bindings, update, set_bindings, params=TRIGGER),
    ]
