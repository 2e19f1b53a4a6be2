"""Which applications may use which connection: `/connections/{id}/clients`, `/clients/{id}/connections`."""

from mfa_setup.sandbox.auth0.clients import find_client
from mfa_setup.sandbox.auth0.connections import find_connection, shown
from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint
from mfa_setup.sandbox.auth0.errors import ManagementError
from mfa_setup.sandbox.auth0.paging import PAGING, checkpoint
from mfa_setup.sandbox.auth0.state import JSON
from mfa_setup.sandbox.auth0.validation import Schema


def list_enabled(call: Call) -> JSON:
    """GET /connections/{id}/clients, with checkpoint paging: ordered by ID, not by time of adding (recorded)."""
    enabled = call.tenant.enabled[find_connection(call.tenant, call.path["id"])["id"]]
    clients = [{"client_id": client_id} for client_id in sorted(enabled, key=str.lower)]
    return checkpoint(clients, call.query, "clients")


def update_enabled(call: Call) -> None:
    """PATCH /connections/{id}/clients: 204; enables or disables the named clients, keeps the others (recorded)."""
    enabled = call.tenant.enabled[find_connection(call.tenant, call.path["id"])["id"]]
    for change in call.body:
        client_id = change["client_id"]
        if client_id not in call.tenant.clients:
            # not verified: the answer for an unknown client
            raise ManagementError(400, f"The client {client_id} does not exist", "invalid_body")
    for change in call.body:
        client_id = change["client_id"]
        if change["status"] and client_id not in enabled:
            enabled.append(client_id)
        elif not change["status"] and client_id in enabled:
            enabled.remove(client_id)


def list_of_client(call: Call) -> JSON:
    """GET /clients/{id}/connections: the connections that an application may use."""
    tenant = call.tenant
    client_id = find_client(tenant, call.path["id"])["client_id"]
    mine = [i for i in tenant.connections if client_id in tenant.enabled[i]]
    return checkpoint([shown(tenant, tenant.connections[i]) for i in mine], call.query, "connections")


def endpoints() -> list[Endpoint]:
    """Returns the endpoints that link applications and connections."""
    read, update = ("read:connections",), ("update:connections",)
    pages: dict[str, Schema] = {
        "take": {"type": "integer", "minimum": 1, "maximum": 1000},
        "from": {"type": "string", "maxLength": 1000},
    }
    base = "/connections/{id}/clients"
    return [
        Endpoint("GET", base, read, list_enabled, query=pages),
        Endpoint("PATCH", base, update, update_enabled),
        Endpoint("GET", "/clients/{id}/connections", read, list_of_client, query=PAGING),
    ]
