"""Actions: `/api/v2/actions/actions`. The sandbox runs none and has none; clients of the API read the list."""

from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint
from mfa_setup.sandbox.auth0.errors import not_found
from mfa_setup.sandbox.auth0.paging import PAGING
from mfa_setup.sandbox.auth0.schemas import BOOLEAN, STRING
from mfa_setup.sandbox.auth0.state import JSON


def list_actions(call: Call) -> JSON:
    """GET /actions/actions: always with totals (docs)."""
    # not verified: the page size where none is asked for
    return {"total": 0, "page": call.query.get("page", 0), "per_page": call.query.get("per_page", 20), "actions": []}


def get_action(call: Call) -> JSON:
    """GET /actions/actions/{id}: there is none (recorded 404)."""
    del call
    raise not_found("That action does not exist.")


def delete_action(call: Call) -> None:
    """DELETE /actions/actions/{id}: there is none (recorded 404)."""
    get_action(call)


def endpoints() -> list[Endpoint]:
    """The endpoints under `/api/v2/actions/actions`."""
    pages = {name: PAGING[name] for name in ("page", "per_page")}
    query = pages | {"triggerId": STRING, "actionName": STRING, "deployed": BOOLEAN, "installed": BOOLEAN}
    base, one = "/actions/actions", "/actions/actions/{id}"
    return [
        Endpoint("GET", base, ("read:actions",), list_actions, query=query),
        Endpoint("GET", one, ("read:actions",), get_action),
        Endpoint("DELETE", one, ("delete:actions",), delete_action, query={"force": BOOLEAN}),
    ]
