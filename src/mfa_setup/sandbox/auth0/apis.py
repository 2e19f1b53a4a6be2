"""APIs, which Auth0 calls resource servers: `/api/v2/resource-servers`.

The sandbox stores the APIs that clients create; tokens are issued for the Management API only.
"""

from typing import Any

from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint
from mfa_setup.sandbox.auth0.errors import ManagementError, not_found
from mfa_setup.sandbox.auth0.ids import object_id
from mfa_setup.sandbox.auth0.paging import PAGING, paged
from mfa_setup.sandbox.auth0.schemas import BOOLEAN, OBJECT, array
from mfa_setup.sandbox.auth0.scopes import ALL_SCOPES
from mfa_setup.sandbox.auth0.state import JSON, Tenant
from mfa_setup.sandbox.auth0.validation import Schema

_CHANGEABLE: dict[str, Schema] = {
    "name": {"type": "string", "maxLength": 200, "pattern": "^[^<>]+$"},
    "scopes": array(OBJECT | {"required": ("value",)}),
    "token_lifetime": {"type": "integer", "minimum": 0, "maximum": 2592000},
    "allow_offline_access": BOOLEAN,
    "skip_consent_for_verifiable_first_party_clients": BOOLEAN,
}
_UPDATE: Schema = OBJECT | {"properties": _CHANGEABLE}
_CREATE: Schema = OBJECT | {
    "required": ("identifier",),
    "properties": _CHANGEABLE | {"identifier": {"type": "string", "minLength": 1, "maxLength": 600}},
}
# All tenants share one list, which would otherwise take most of their memory: it is replaced, never modified.
_MANAGEMENT_SCOPES = tuple(
    {"value": scope, "description": scope.replace(":", " ").replace("_", " ")} for scope in ALL_SCOPES
)


def management_api(tenant: Tenant) -> JSON:
    """Builds the Management API, which every tenant has."""
    return {
        "id": object_id(),
        "name": "Auth0 Management API",
        "identifier": tenant.audiences[0],
        "is_system": True,
        "allow_offline_access": False,
        "skip_consent_for_verifiable_first_party_clients": False,
        "signing_alg": "RS256",
        "token_lifetime": 86400,
        "token_lifetime_for_web": 7200,
        "scopes": _MANAGEMENT_SCOPES,
    }


def find_api(tenant: Tenant, identifier: str) -> JSON | None:
    """Returns the API with this audience; the Management API also under its other name on loopback."""
    if identifier in tenant.audiences:
        identifier = tenant.audiences[0]
    return next((api for api in tenant.apis.values() if api["identifier"] == identifier), None)


def _find(call: Call) -> JSON:
    api = call.tenant.apis.get(call.path["id"]) or find_api(call.tenant, call.path["id"])
    if api is None:
        raise not_found("The resource server does not exist", "inexistent_resource_server")
    return api


def list_apis(call: Call) -> Any:
    """GET /resource-servers."""
    wanted = call.query.get("identifiers")
    found = [api for api in call.tenant.apis.values() if wanted is None or api["identifier"] in wanted]
    return paged(found, call.query, "resource_servers")


def get_api(call: Call) -> JSON:
    """GET /resource-servers/{id}, by ID or by audience (docs); the 404 is recorded."""
    return _find(call)


def create_api(call: Call) -> JSON:
    """POST /resource-servers: 409 if another API has the audience."""
    if find_api(call.tenant, call.body["identifier"]) is not None:
        # not verified: the errorCode; the text is the OpenAPI document's
        raise ManagementError(409, "A resource server with the same identifier already exists.", "conflict")
    # not verified: the defaults
    defaults = {"is_system": False, "signing_alg": "RS256", "token_lifetime": 86400, "token_lifetime_for_web": 7200}
    more = {"allow_offline_access": False, "skip_consent_for_verifiable_first_party_clients": False}
    api: JSON = {"id": object_id()} | defaults | more | call.body
    call.tenant.apis[api["id"]] = api
    return api


def update_api(call: Call) -> JSON:
    """PATCH /resource-servers/{id}: replaces the fields in the body."""
    api = _find(call)
    api.update(call.body)
    return api


def delete_api(call: Call) -> None:
    """DELETE /resource-servers/{id}: deletes the API and its grants; the Management API cannot be deleted."""
    tenant = call.tenant
    api = tenant.apis.get(call.path["id"]) or find_api(tenant, call.path["id"])
    if api is None or api["is_system"]:
        # not verified: the answer to deleting the Management API or an API that does not exist
        return
    del tenant.apis[api["id"]]
    tenant.grants = {key: grant for key, grant in tenant.grants.items() if grant["audience"] != api["identifier"]}


def endpoints() -> list[Endpoint]:
    """Returns the endpoints under `/api/v2/resource-servers`."""
    base, one = "/resource-servers", "/resource-servers/{id:path}"
    query = PAGING | {"identifiers": array({"type": "string"}), "include_fields": BOOLEAN}
    read, create, update, delete = ((f"{verb}:resource_servers",) for verb in ("read", "create", "update", "delete"))
    return [
        Endpoint("GET", base, read, list_apis, query=query),
        Endpoint("POST", base, create, create_api, _CREATE, status=201),
        Endpoint("GET", one, read, get_api),
        Endpoint("PATCH", one, update, update_api, _UPDATE),
        Endpoint("DELETE", one, delete, delete_api),
    ]
