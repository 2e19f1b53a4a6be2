"""Organizations: `/api/v2/organizations`, without their members.

No answer but the 404 was recorded: the others take the form given in the OpenAPI document.
"""

from http import HTTPStatus
from typing import Any

from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint
from mfa_setup.sandbox.auth0.errors import ManagementError, not_found
from mfa_setup.sandbox.auth0.ids import new_id
from mfa_setup.sandbox.auth0.paging import PAGING_FROM_ONE, in_order, paged
from mfa_setup.sandbox.auth0.schemas import STRING
from mfa_setup.sandbox.auth0.state import JSON, Tenant, without_nulls


def find_organization(tenant: Tenant, organization_id: str) -> JSON:
    """Returns the organization with this ID.

    Raises:
        ManagementError: 404 without an errorCode (recorded).
    """
    if organization_id not in tenant.organizations:
        raise not_found("No organization found by that id or name")
    return tenant.organizations[organization_id]


def list_organizations(call: Call) -> Any:
    """GET /organizations."""
    return paged(in_order(list(call.tenant.organizations.values()), call.query), call.query, "organizations")


def get_organization(call: Call) -> JSON:
    """GET /organizations/{id}."""
    return find_organization(call.tenant, call.path["id"])


def get_by_name(call: Call) -> JSON:
    """GET /organizations/name/{name}."""
    named = [one["id"] for one in call.tenant.organizations.values() if one["name"] == call.path["name"]]
    return find_organization(call.tenant, named[0] if named else "")


def create_organization(call: Call) -> JSON:
    """POST /organizations: the response shows the enabled connections, which the sandbox does not store."""
    tenant = call.tenant
    _check_name(tenant, call.body["name"])
    enabled = [_with_connection(tenant, one) for one in call.body.get("enabled_connections", ())]
    given = {name: value for name, value in call.body.items() if name != "enabled_connections"}
    # not verified: that the name serves as the missing display name
    organization = _stored({"id": new_id("org_", 16), "display_name": given["name"]} | given)
    tenant.organizations[organization["id"]] = organization
    return organization | ({"enabled_connections": enabled} if enabled else {})


def _check_name(tenant: Tenant, name: str) -> None:
    if any(one["name"] == name for one in tenant.organizations.values()):
        # The text is the OpenAPI document's; not verified: the errorCode.
        raise ManagementError(HTTPStatus.CONFLICT, "An organization with this name already exists.")


def _with_connection(tenant: Tenant, enabled: JSON) -> JSON:
    connection = tenant.connections.get(enabled["connection_id"])
    if connection is None:
        raise not_found("The connection does not exist.")  # not verified: status and text
    return enabled | {"connection": {name: connection[name] for name in ("name", "strategy")}}


def _stored(organization: JSON) -> JSON:
    """Returns the organization without what is null; not verified: that metadata is replaced as a whole."""
    kept = without_nulls(organization)
    return kept | ({"metadata": without_nulls(kept["metadata"])} if "metadata" in kept else {})


def update_organization(call: Call) -> JSON:
    """PATCH /organizations/{id}: replaces the keys that it has."""
    organization = find_organization(call.tenant, call.path["id"])
    if call.body.get("name", organization["name"]) != organization["name"]:
        _check_name(call.tenant, call.body["name"])
    changed = _stored(organization | call.body)
    call.tenant.organizations[organization["id"]] = changed
    return changed


def delete_organization(call: Call) -> None:
    """DELETE /organizations/{id}: with its members and their roles in it."""
    organization_id = find_organization(call.tenant, call.path["id"])["id"]
    del call.tenant.organizations[organization_id]
    call.tenant.people.members.pop(organization_id, None)
    call.tenant.people.member_roles.pop(organization_id, None)


def endpoints() -> list[Endpoint]:
    """Returns the endpoints under `/api/v2/organizations`, except those of members."""
    base, one = "/organizations", "/organizations/{id}"
    read = ("read:organizations", "read:organizations_summary")
    create, update, delete = ((f"{verb}:organizations",) for verb in ("create", "update", "delete"))
    pages = PAGING_FROM_ONE | {"page": {"type": "integer", "minimum": 0, "maximum": 1000}}
    return [
        Endpoint("GET", base, read, list_organizations, query=pages | {"sort": STRING | {"maxLength": 15}}),
        Endpoint("POST", base, create, create_organization, status=201),
        Endpoint("GET", one, read, get_organization),
        Endpoint("PATCH", one, update, update_organization),
        Endpoint("DELETE", one, delete, delete_organization, params={"id": STRING | {"maxLength": 50}}),
        Endpoint("GET", base + "/name/{name}", ("read:organizations",), get_by_name),
    ]
