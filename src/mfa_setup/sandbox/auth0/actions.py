"""Actions: `/api/v2/actions`. The sandbox lists those that `POST /_sandbox/actions` has set."""

from typing import Any

from mfa_setup.sandbox.actions.records import POST_LOGIN
from mfa_setup.sandbox.auth0.action_records import binding_of, shown
from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint
from mfa_setup.sandbox.auth0.errors import ManagementError, not_found
from mfa_setup.sandbox.auth0.paging import PAGING
from mfa_setup.sandbox.auth0.schemas import BOOLEAN, STRING
from mfa_setup.sandbox.auth0.state import JSON


def _paged(call: Call, name: str, items: list[JSON]) -> JSON:
    """Returns a page with its totals; a total of zero is omitted (recorded)."""
    # not verified: `total` of a page past the last; the default size is recorded
    page, size = call.query.get("page", 0), call.query.get("per_page", 20)
    shown: JSON = {name: items[page * size : (page + 1) * size]}
    totals = {"total": len(items), "page": page, "per_page": size}
    return shown | {key: value for key, value in totals.items() if value}


def list_actions(call: Call) -> JSON:
    """GET /actions/actions: always answers with totals (recorded)."""
    query = call.query
    found = call.tenant.actions
    # not verified: that `actionName` matches the exact name only; every Action of the sandbox is bound to post-login
    if "actionName" in query:
        found = [action for action in found if action["name"] == query["actionName"]]
    if query.get("triggerId", POST_LOGIN) != POST_LOGIN or query.get("installed") or not query.get("deployed", True):
        found = []
    return _paged(call, "actions", [shown(action) for action in found])


def get_action(call: Call) -> JSON:
    """GET /actions/actions/{id}: 404 without an errorCode if the Action does not exist (recorded)."""
    return shown(_find(call))


def _find(call: Call) -> JSON:
    for action in call.tenant.actions:
        if action["id"] == call.path["id"]:
            return action
    raise not_found("That action does not exist.")


def delete_action(call: Call) -> None:
    """DELETE /actions/actions/{id}: 409 while the Action is bound, unless forced (recorded, public threads)."""
    action = _find(call)
    if not call.query.get("force"):
        # not verified: the errorCode
        raise ManagementError(409, "Unable to delete an action bound to a trigger.")
    call.tenant.actions.remove(action)


def list_bindings(call: Call) -> JSON:
    """GET /actions/triggers/{triggerId}/bindings, in the order in which they run; only post-login has any."""
    bound: list[Any] = call.tenant.actions if call.path["triggerId"] == POST_LOGIN else []
    return _paged(call, "bindings", [binding_of(action) for action in bound])


def endpoints() -> list[Endpoint]:
    """Returns the endpoints under `/api/v2/actions`."""
    pages = {name: PAGING[name] for name in ("page", "per_page")}
    query = pages | {"triggerId": STRING, "actionName": STRING, "deployed": BOOLEAN, "installed": BOOLEAN}
    base, one = "/actions/actions", "/actions/actions/{id}"
    return [
        Endpoint("GET", base, ("read:actions",), list_actions, query=query),
        Endpoint("GET", one, ("read:actions",), get_action),
        Endpoint("DELETE", one, ("delete:actions",), delete_action, query={"force": BOOLEAN}),
        Endpoint("GET", "/actions/triggers/{triggerId}/bindings", ("read:actions",), list_bindings, query=pages),
    ]
