"""Connections and the applications that may use them: `/api/v2/connections`; client grants."""

from typing import Any

from mfa_setup.sandbox.auth0.bodies import CREATE_CONNECTION, CREATE_GRANT, ENABLED_CLIENTS
from mfa_setup.sandbox.auth0.defaults import connection
from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint, pick
from mfa_setup.sandbox.auth0.errors import ManagementError, not_found
from mfa_setup.sandbox.auth0.paging import PAGING, checkpoint, paged
from mfa_setup.sandbox.auth0.state import JSON, Tenant, new_id
from mfa_setup.sandbox.auth0.validation import Schema

_LIST: dict[str, Schema] = PAGING | {
    "strategy": {"type": "array", "items": {"type": "string"}},
    "name": {"type": "string"},
    "fields": {"type": "string"},
    "include_fields": {"type": "boolean"},
}
_GRANTS: dict[str, Schema] = PAGING | {
    "audience": {"type": "string"},
    "client_id": {"type": "string"},
    "allow_any_organization": {"type": "boolean"},
    "subject_type": {"type": "string", "enum": ("client", "user")},
    "default_for": {"type": "string", "enum": ("third_party_clients",)},
}


def _find(tenant: Tenant, connection_id: str) -> JSON:
    if connection_id not in tenant.connections:
        raise not_found("The connection does not exist", "inexistent_connection")
    return tenant.connections[connection_id]


def _shown(tenant: Tenant, item: JSON) -> JSON:
    return item | {"enabled_clients": list(tenant.enabled[item["id"]])}


def list_connections(call: Call) -> Any:
    """GET /connections, by name and strategy (recorded with `take` and with pages)."""
    found = list(call.tenant.connections.values())
    if "name" in call.query:
        found = [item for item in found if item["name"] == call.query["name"]]
    if "strategy" in call.query:
        found = [item for item in found if item["strategy"] in call.query["strategy"]]
    return paged([pick(_shown(call.tenant, item), call.query) for item in found], call.query, "connections")


def get_connection(call: Call) -> JSON:
    """GET /connections/{id}."""
    return pick(_shown(call.tenant, _find(call.tenant, call.path["id"])), call.query)


def create_connection(call: Call) -> JSON:
    """POST /connections (recorded); a name is taken once."""
    tenant, body = call.tenant, call.body
    if any(item["name"] == body["name"] for item in tenant.connections.values()):
        # not verified: the errorCode; the text is the OpenAPI document's
        raise ManagementError(409, "A connection with the same name already exists", "conflict")
    new = connection(new_id("con_", 16), body["name"], body["strategy"], body.get("options", {}))
    new |= {name: value for name, value in body.items() if name not in ("options", "enabled_clients")}
    tenant.connections[new["id"]] = new
    tenant.enabled[new["id"]] = list(body.get("enabled_clients", ()))
    return _shown(tenant, new)


def list_enabled(call: Call) -> JSON:
    """GET /connections/{id}/clients (recorded), by checkpoint."""
    enabled = call.tenant.enabled[_find(call.tenant, call.path["id"])["id"]]
    return checkpoint([{"client_id": client_id} for client_id in enabled], call.query, "clients")


def update_enabled(call: Call) -> None:
    """PATCH /connections/{id}/clients: 204; adds and removes, the others stay (recorded)."""
    enabled = call.tenant.enabled[_find(call.tenant, call.path["id"])["id"]]
    for change in call.body:
        client_id = change["client_id"]
        if client_id not in call.tenant.clients:
            # not verified: what an unknown client gets
            raise ManagementError(400, f"The client {client_id} does not exist", "invalid_body")
    for change in call.body:
        client_id = change["client_id"]
        if change["status"] and client_id not in enabled:
            enabled.append(client_id)
        elif not change["status"] and client_id in enabled:
            enabled.remove(client_id)


def list_of_client(call: Call) -> JSON:
    """GET /clients/{id}/connections: the reverse view."""
    tenant = call.tenant
    if call.path["id"] not in tenant.clients:
        raise not_found("The client does not exist", "inexistent_client")
    mine = [i for i, item in tenant.connections.items() if call.path["id"] in tenant.enabled[i]]
    return checkpoint([_shown(tenant, tenant.connections[i]) for i in mine], call.query, "connections")


def list_grants(call: Call) -> Any:
    """GET /client-grants (recorded with totals and by checkpoint)."""
    found = list(call.tenant.grants.values())
    for name in ("audience", "client_id", "allow_any_organization", "subject_type", "default_for"):
        if name in call.query:
            found = [grant for grant in found if grant.get(name) == call.query[name]]
    return paged(found, call.query, "client_grants")


def create_grant(call: Call) -> JSON:
    """POST /client-grants (recorded); the only API of the sandbox is the Management API."""
    tenant, body = call.tenant, call.body
    if body.get("client_id") not in tenant.clients:
        raise not_found("The client does not exist", "inexistent_client")
    if body["audience"] not in tenant.audiences:
        # not verified: the errorCode of this 404; the text is the OpenAPI document's
        raise not_found("Resource server not found", "inexistent_resource_server")
    if tenant.grant_of(body["client_id"]) is not None:
        # not verified: the text of this 409 (the OpenAPI document describes another)
        raise ManagementError(409, "A client grant for this audience already exists.", "conflict")
    grant: JSON = {"id": new_id("cgr_", 16), "subject_type": "client", "scope": []} | body
    tenant.grants[grant["id"]] = grant
    return grant


def endpoints() -> list[Endpoint]:
    """The endpoints under `/api/v2/connections` and `/api/v2/client-grants`."""
    read, update = ("read:connections",), ("update:connections",)
    pages: dict[str, Schema] = {
        "take": {"type": "integer", "minimum": 1, "maximum": 1000},
        "from": {"type": "string", "maxLength": 1000},
    }
    fields = {name: _LIST[name] for name in ("fields", "include_fields")}
    return [
        Endpoint("GET", "/connections", read, list_connections, query=_LIST),
        Endpoint("POST", "/connections", ("create:connections",), create_connection, CREATE_CONNECTION, status=201),
        Endpoint("GET", "/connections/{id}", read, get_connection, query=fields),
        Endpoint("GET", "/connections/{id}/clients", read, list_enabled, query=pages),
        Endpoint("PATCH", "/connections/{id}/clients", update, update_enabled, ENABLED_CLIENTS),
        Endpoint("GET", "/clients/{id}/connections", read, list_of_client, query=PAGING),
        Endpoint("GET", "/client-grants", ("read:client_grants",), list_grants, query=_GRANTS),
        Endpoint("POST", "/client-grants", ("create:client_grants",), create_grant, CREATE_GRANT, status=201),
    ]
