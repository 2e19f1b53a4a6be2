"""Connections: `/api/v2/connections`."""

from typing import Any

from mfa_setup.sandbox.auth0.connection_rules import STRATEGIES, UPDATE_CONNECTION, check_connection
from mfa_setup.sandbox.auth0.defaults import connection
from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint, pick
from mfa_setup.sandbox.auth0.errors import ManagementError, not_found
from mfa_setup.sandbox.auth0.ids import new_id
from mfa_setup.sandbox.auth0.paging import PAGING_FROM_ONE, paged
from mfa_setup.sandbox.auth0.schemas import BOOLEAN, STRING, array, one_of
from mfa_setup.sandbox.auth0.state import JSON, Tenant
from mfa_setup.sandbox.auth0.validation import Schema

_FIELDS: dict[str, Schema] = {"fields": STRING, "include_fields": BOOLEAN}


def find_connection(tenant: Tenant, connection_id: str) -> JSON:
    """Returns the connection with this ID.

    Raises:
        ManagementError: 404 `inexistent_connection` (recorded).
    """
    if connection_id not in tenant.connections:
        raise not_found("The connection does not exist", "inexistent_connection")
    return tenant.connections[connection_id]


def shown(tenant: Tenant, item: JSON) -> JSON:
    """Returns the connection with the applications that may use it, as the older responses include them (recorded)."""
    return item | {"enabled_clients": list(tenant.enabled[item["id"]])}


def list_connections(call: Call) -> Any:
    """GET /connections, filtered by name and strategy (recorded with `take` and with pages)."""
    found = list(call.tenant.connections.values())
    if "name" in call.query:
        found = [item for item in found if item["name"] == call.query["name"]]
    if "strategy" in call.query:
        found = [item for item in found if item["strategy"] in call.query["strategy"]]
    return paged([pick(shown(call.tenant, item), call.query) for item in found], call.query, "connections")


def get_connection(call: Call) -> JSON:
    """GET /connections/{id}."""
    return pick(shown(call.tenant, find_connection(call.tenant, call.path["id"])), call.query)


def create_connection(call: Call) -> JSON:
    """POST /connections (recorded); 409 if another connection has the name."""
    tenant, body = call.tenant, call.body
    check_connection(body["strategy"], body, existing=False)
    if any(item["name"] == body["name"] for item in tenant.connections.values()):
        # not verified: the errorCode; the text is the OpenAPI document's
        raise ManagementError(409, "A connection with the same name already exists", "conflict")
    new = connection(new_id("con_", 16), body["name"], body["strategy"], body.get("options", {}))
    new |= {name: value for name, value in body.items() if name not in ("options", "enabled_clients", "realms")}
    # Without realms, the connection's name becomes its only realm (OpenAPI).
    new["realms"] = body.get("realms") or [body["name"]]
    tenant.connections[new["id"]] = new
    tenant.enabled[new["id"]] = list(body.get("enabled_clients", ()))
    return shown(tenant, new)


def update_connection(call: Call) -> JSON:
    """PATCH /connections/{id}: `options` are replaced as a whole (docs)."""
    tenant, body = call.tenant, call.body
    item = find_connection(tenant, call.path["id"])
    check_connection(item["strategy"], body, existing=True)
    if "enabled_clients" in body:
        tenant.enabled[item["id"]] = list(body["enabled_clients"])
    item.update({name: value for name, value in body.items() if name != "enabled_clients"})
    return shown(tenant, item)


def delete_connection(call: Call) -> None:
    """DELETE /connections/{id}: deletes its users too (docs)."""
    # not verified: 204 for a connection that does not exist; in production the deletion takes a while (202)
    tenant = call.tenant
    gone = tenant.connections.pop(call.path["id"], None)
    tenant.enabled.pop(call.path["id"], None)
    if gone is not None:
        people = [i for i, u in tenant.people.users.items() if u["identities"][0]["connection"] == gone["name"]]
        for user_id in people:
            tenant.people.remove(user_id)


def endpoints() -> list[Endpoint]:
    """Returns the endpoints under `/api/v2/connections`."""
    read, update = ("read:connections",), ("update:connections",)
    found = PAGING_FROM_ONE | _FIELDS | {"strategy": array(one_of(*STRATEGIES)), "name": STRING}
    one = "/connections/{id}"
    return [
        Endpoint("GET", "/connections", read, list_connections, query=found),
        Endpoint("POST", "/connections", ("create:connections",), create_connection, status=201),
        Endpoint("GET", one, read, get_connection, query=_FIELDS),
        Endpoint("PATCH", one, update, update_connection, UPDATE_CONNECTION),
        Endpoint("DELETE", one, ("delete:connections",), delete_connection),
    ]
