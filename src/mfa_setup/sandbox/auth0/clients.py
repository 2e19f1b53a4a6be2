"""Applications: `/api/v2/clients`."""

from typing import Any

from starlette.responses import Response

from mfa_setup.sandbox.auth0.client_keys import stored
from mfa_setup.sandbox.auth0.client_rules import check_aliases, check_grants, check_profiles, shown, with_aliases
from mfa_setup.sandbox.auth0.defaults import client_defaults, completed_refresh_token, jwt_configuration
from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint, pick
from mfa_setup.sandbox.auth0.errors import ManagementError, not_found
from mfa_setup.sandbox.auth0.ids import new_id
from mfa_setup.sandbox.auth0.paging import PAGING, paged
from mfa_setup.sandbox.auth0.state import JSON, Tenant, without_nulls
from mfa_setup.sandbox.auth0.validation import Schema

_FIELDS: dict[str, Schema] = {"fields": {"type": "string"}, "include_fields": {"type": "boolean"}}
_LIST: dict[str, Schema] = (
    PAGING
    | _FIELDS
    | {
        "is_global": {"type": "boolean"},
        "is_first_party": {"type": "boolean"},
        "app_type": {"type": "string"},
        "external_client_id": {"type": "string", "minLength": 1, "maxLength": 120},
        "q": {"type": "string"},
    }
)
_WITHOUT_NULLS = ("native_social_login", "fedcm_login")
_FREE_LIMIT = 10


def find_client(tenant: Tenant, client_id: str) -> JSON:
    """Returns the application with this ID, which may be the hidden global client.

    Raises:
        ManagementError: 404 `inexistent_client` (recorded).
    """
    if client_id == tenant.global_client["client_id"]:
        return tenant.global_client
    if client_id not in tenant.clients:
        raise not_found("The client does not exist", "inexistent_client")
    return tenant.clients[client_id]


def list_clients(call: Call) -> Any:
    """GET /clients: the oldest first, the hidden global client last unless `is_global=false` (recorded)."""
    query = call.query
    found = [*call.tenant.clients.values(), call.tenant.global_client]
    for name, key in (("is_global", "global"), ("is_first_party", "is_first_party")):
        if name in query:
            found = [client for client in found if client.get(key) is query[name]]
    if "app_type" in query:
        wanted = query["app_type"].split(",")
        found = [client for client in found if client.get("app_type") in wanted]
    if "external_client_id" in query:
        found = [client for client in found if client.get("external_client_id") == query["external_client_id"]]
    if "q" in query:
        found = _granted(call, found)
    items = [pick(shown(call, client), query) for client in found]
    if "fields" in query and query.get("include_fields", True):
        # A list, unlike a single client, includes the tenant whatever `fields` names (recorded).
        items = [{"tenant": call.tenant.name} | item for item in items]
    return paged(items, query, "clients")


def _granted(call: Call, clients: list[JSON]) -> list[JSON]:
    """Filters clients by `q`, which accepts only `client_grant.*` terms, and only with checkpoint paging (OpenAPI)."""
    name, _, value = call.query["q"].partition(":")
    field = name.removeprefix("client_grant.")
    if field == name or ("take" not in call.query and "from" not in call.query):
        # not verified: the text
        raise ManagementError(400, "Query validation error: 'Invalid value' on property q.", "invalid_query_string")
    grants = [grant for grant in call.tenant.grants.values() if str(grant.get(field)) == value.strip('"')]
    ids = {grant["client_id"] for grant in grants}
    return [client for client in clients if client["client_id"] in ids]


def get_client(call: Call) -> JSON:
    """GET /clients/{id}."""
    return pick(shown(call, find_client(call.tenant, call.path["id"])), call.query)


def create_client(call: Call) -> JSON:
    """POST /clients: the body over the service's defaults (recorded). Names need not be unique (recorded)."""
    tenant = call.tenant
    if call.tenant.site.config.auth0_plan == "free" and len(tenant.clients) >= _FREE_LIMIT:
        # not verified: status, text and code when the documented limit of ten applications is exceeded
        raise ManagementError(
            403, "You reached the limit of entities of this type for this tenant.", "insufficient_entitlement"
        )
    check_aliases(tenant, call.body)
    check_grants(call.body)
    check_profiles(call.body)
    by_id, credentials = stored(call.body)
    client = client_defaults(call.body) | with_aliases(call.body) | by_id
    if client.get("client_metadata"):
        client["client_metadata"] = without_nulls(client["client_metadata"])
    client["jwt_configuration"] = jwt_configuration() | (call.body.get("jwt_configuration") or {})
    if call.body.get("refresh_token"):
        client["refresh_token"] = completed_refresh_token(client, call.body["refresh_token"])
    client |= {
        "tenant": tenant.name,
        "global": False,
        "client_id": new_id(length=32),
        "client_secret": new_id(length=64),
    }
    tenant.clients[client["client_id"]] = client
    tenant.credentials[client["client_id"]] = credentials
    if tenant.settings["flags"].get("enable_client_connections"):
        for enabled in tenant.enabled.values():
            enabled.append(client["client_id"])
    return {"encrypted": True} | shown(call, client)  # no read shows `encrypted` (recorded)


def update_client(call: Call) -> JSON:
    """PATCH /clients/{id}: merges at the top level, and null clears a field; metadata is merged by key (recorded)."""
    client, body = find_client(call.tenant, call.path["id"]), with_aliases(_cleared(call.body))
    merged = client | {name: value for name, value in body.items() if value is not None}
    check_aliases(call.tenant, body, but=client)
    check_profiles(body)
    if "grant_types" in body or "token_endpoint_auth_method" in body:
        check_grants(merged)
    if "client_metadata" in body:
        metadata = client.get("client_metadata", {}) | (body["client_metadata"] or {})
        merged["client_metadata"] = without_nulls(metadata)
    if body.get("jwt_configuration"):
        merged["jwt_configuration"] = jwt_configuration() | body["jwt_configuration"]
    if body.get("refresh_token"):
        merged["refresh_token"] = completed_refresh_token(merged, body["refresh_token"])
    for name, value in body.items():
        if value is None or (name == "initiate_login_uri" and not value):
            merged.pop(name, None)  # the empty URI clears the field as null does (recorded)
    client.clear()
    client.update(merged)
    return shown(call, client)


def _cleared(body: JSON) -> JSON:
    """Returns the body with the nulls inside these objects removed; an object that is then empty becomes null."""
    # not verified; only that an update may set their parts to null (OpenAPI), and that no answer shows a null there
    inner = {
        name: {key: part for key, part in body[name].items() if part is not None} or None
        for name in _WITHOUT_NULLS
        if body.get(name)
    }
    return body | inner


def list_credentials(call: Call) -> list[JSON]:
    """GET /clients/{id}/credentials: a bare array (recorded). An update creates none: it names credentials by ID."""
    find_client(call.tenant, call.path["id"])
    return call.tenant.credentials.get(call.path["id"], [])


def rotate_secret(call: Call) -> JSON:
    """POST /clients/{id}/rotate-secret: sets a new secret; the old one is rejected from now on."""
    # not verified: the answer; the SDK's types declare the whole client
    client = find_client(call.tenant, call.path["id"])
    client["client_secret"] = new_id(length=64)
    return shown(call, client)


def delete_client(call: Call) -> Response | None:
    """DELETE /clients/{id}: 204; deletes its grants too, and removes it from all connections."""
    # not verified: 204 for an id that does not exist (the OpenAPI document lists no 404)
    client_id = call.path["id"]
    call.tenant.clients.pop(client_id, None)
    call.tenant.public_keys.pop(client_id, None)
    call.tenant.credentials.pop(client_id, None)
    for enabled in call.tenant.enabled.values():
        if client_id in enabled:
            enabled.remove(client_id)
    gone = [key for key, grant in call.tenant.grants.items() if grant["client_id"] == client_id]
    for key in gone:
        del call.tenant.grants[key]
    return None


def endpoints() -> list[Endpoint]:
    """Returns the endpoints under `/api/v2/clients`."""
    read = ("read:clients", "read:client_keys", "read:client_summary")
    one = ("read:clients", "read:client_keys", "read:client_credentials", "read:client_summary")
    update = ("update:clients", "update:client_keys")
    return [
        Endpoint("GET", "/clients", read, list_clients, query=_LIST),
        Endpoint("POST", "/clients", ("create:clients",), create_client, status=201),
        Endpoint("GET", "/clients/{id}", one, get_client, query=_FIELDS),
        Endpoint("PATCH", "/clients/{id}", update, update_client),
        Endpoint("POST", "/clients/{id}/rotate-secret", ("update:client_keys",), rotate_secret),
        Endpoint("GET", "/clients/{id}/credentials", ("read:client_credentials",), list_credentials, query=PAGING),
        Endpoint("DELETE", "/clients/{id}", ("delete:clients",), delete_client),
    ]
