"""Client grants: which application may request tokens for which API (`/api/v2/client-grants`)."""

from typing import Any

from mfa_setup.sandbox.auth0.apis import find_api
from mfa_setup.sandbox.auth0.clients import find_client
from mfa_setup.sandbox.auth0.documents import properties_of
from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint
from mfa_setup.sandbox.auth0.errors import ManagementError, not_found
from mfa_setup.sandbox.auth0.ids import new_id
from mfa_setup.sandbox.auth0.paging import PAGING_FROM_ONE, paged
from mfa_setup.sandbox.auth0.schemas import BOOLEAN, STRING, closed, nullable, one_of
from mfa_setup.sandbox.auth0.state import JSON

_SUBJECT = one_of("client", "user")
_CHANGEABLE = (
    "scope",
    "organization_usage",
    "allow_any_organization",
    "authorization_details_types",
    "allow_all_scopes",
)
_DOCUMENTED = properties_of("POST /client-grants")
UPDATE_GRANT = closed({name: nullable(_DOCUMENTED[name]) for name in _CHANGEABLE})
_FILTERS = ("audience", "client_id", "allow_any_organization", "subject_type", "default_for")


def _find(call: Call) -> JSON:
    if call.path["id"] not in call.tenant.grants:
        # not verified: text and errorCode
        raise not_found("The client grant does not exist.", "inexistent_client_grant")
    return call.tenant.grants[call.path["id"]]


def list_grants(call: Call) -> Any:
    """GET /client-grants (recorded with totals and with checkpoint paging)."""
    found = [_shown(grant) for grant in call.tenant.grants.values()]
    for name in _FILTERS:
        if name in call.query:
            found = [grant for grant in found if grant.get(name) == call.query[name]]
    return paged(found, call.query, "client_grants")


def get_grant(call: Call) -> JSON:
    """GET /client-grants/{id} (recorded)."""
    return _shown(_find(call))


def create_grant(call: Call) -> JSON:
    """POST /client-grants (recorded): one grant per application, API and kind of subject."""
    tenant, body = call.tenant, call.body
    if "default_for" not in body:
        find_client(tenant, body.get("client_id", ""))
    if find_api(tenant, body["audience"]) is None:
        # not verified: the errorCode of this 404; the text is the OpenAPI document's
        raise not_found("Resource server not found", "inexistent_resource_server")
    grant: JSON = {"id": new_id("cgr_", 16), "scope": [], "subject_type": "client"} | body
    same = ("client_id", "audience", "subject_type", "default_for")
    if any(all(other.get(name) == grant.get(name) for name in same) for other in tenant.grants.values()):
        # not verified: the text of this 409 (the OpenAPI document describes another)
        raise ManagementError(409, "A client grant for this audience already exists.", "conflict")
    tenant.grants[grant["id"]] = grant
    return _shown(grant)


def update_grant(call: Call) -> JSON:
    """PATCH /client-grants/{id}: replaces the fields in the body (recorded)."""
    grant = _find(call)
    for name, value in call.body.items():
        if value is None:
            grant.pop(name, None)
        else:
            grant[name] = value
    return _shown(grant)


def delete_grant(call: Call) -> None:
    """DELETE /client-grants/{id}: 204, even if the grant does not exist (recorded)."""
    call.tenant.grants.pop(call.path["id"], None)


def _shown(grant: JSON) -> JSON:
    """Returns the grant as answers show it: without the single scopes if all scopes are allowed (recorded)."""
    hidden = ("scope",) if grant.get("allow_all_scopes") else ()
    return {name: value for name, value in grant.items() if name not in hidden}


def endpoints() -> list[Endpoint]:
    """Returns the endpoints under `/api/v2/client-grants`."""
    query = PAGING_FROM_ONE | {
        "audience": STRING,
        "client_id": STRING,
        "allow_any_organization": BOOLEAN,
        "subject_type": _SUBJECT,
        "default_for": one_of("third_party_clients"),
    }
    base, one = "/client-grants", "/client-grants/{id}"
    read, create, update, delete = ((f"{verb}:client_grants",) for verb in ("read", "create", "update", "delete"))
    return [
        Endpoint("GET", base, read, list_grants, query=query),
        Endpoint("POST", base, create, create_grant, status=201),
        Endpoint("GET", one, read, get_grant),
        Endpoint("PATCH", one, update, update_grant, UPDATE_GRANT),
        Endpoint("DELETE", one, delete, delete_grant),
    ]
