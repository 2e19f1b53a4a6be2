"""Users: `/api/v2/users`."""

import hashlib
from typing import Any
from urllib.parse import quote

from mfa_setup.sandbox.auth0.custom_domains import verified
from mfa_setup.sandbox.auth0.documents import properties_of
from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint, pick
from mfa_setup.sandbox.auth0.errors import ManagementError, invalid_body, not_found
from mfa_setup.sandbox.auth0.ids import object_id, timestamp
from mfa_setup.sandbox.auth0.paging import PAGING, in_order, paged
from mfa_setup.sandbox.auth0.schemas import BOOLEAN, STRING, one_of
from mfa_setup.sandbox.auth0.state import JSON, Tenant, without_nulls
from mfa_setup.sandbox.auth0.user_search import matching
from mfa_setup.sandbox.auth0.validation import Schema

_NEEDS = {"auth0": ("email", "password"), "email": ("email",), "sms": ("phone_number",)}
_SHORTEST = {"none": 1, "low": 6}
_CHANGEABLE = properties_of("PATCH /users/{id}").keys()
_NOT_STORED = ("password", "connection", "verify_email", "verify_phone_number", "client_id", "user_id")
_REACHED = 1_000
_LIMITATION = "https://auth0.com/docs/users/search/v3/view-search-results-by-page#limitation"
_METADATA = ("user_metadata", "app_metadata")


def find_user(tenant: Tenant, user_id: str) -> JSON:
    """Returns the user with this ID.

    Raises:
        ManagementError: 404 `inexistent_user` (recorded).
    """
    if user_id not in tenant.people.users:
        raise not_found("The user does not exist.", "inexistent_user")
    return tenant.people.users[user_id]


def list_users(call: Call) -> Any:
    """GET /users: filtered, sorted and paged; 400 beyond the first 1,000 users (sources: auth0-user-pages)."""
    if (call.query.get("page", 0) + 1) * call.query.get("per_page", 50) > _REACHED:
        # not verified: that a page which begins within the 1,000 and ends beyond them is refused
        message = "You can only page through the first 1000 records. See " + _LIMITATION
        raise ManagementError(400, message, "invalid_paging")
    found = matching(list(call.tenant.people.users.values()), call.query)
    items = [pick(_profile(call.tenant, user), call.query) for user in in_order(found, call.query)]
    answer = paged(items, call.query, "users")
    return answer | {"length": len(answer["users"])} if isinstance(answer, dict) else answer


def get_user(call: Call) -> JSON:
    """GET /users/{id} (recorded)."""
    return pick(_profile(call.tenant, find_user(call.tenant, call.path["id"])), call.query)


def _profile(tenant: Tenant, user: JSON) -> JSON:
    """Returns a user with the providers of their second factors: `guardian` for phones (docs).

    Not verified: that the field is absent without a second factor.
    """
    enrolled = any(phone["confirmed"] for phone in tenant.people.phones(user["user_id"]))
    return dict(sorted((user | {"multifactor": ["guardian"]}).items())) if enrolled else user


def summary(user: JSON) -> JSON:
    """Returns what lists of the users of a role or an organization show of each (OpenAPI)."""
    return {name: user[name] for name in ("user_id", "email", "picture", "name") if name in user}


def create_user(call: Call) -> JSON:
    """POST /users (recorded); a tenant with several verified custom domains requires choosing one (recorded)."""
    tenant, body = call.tenant, call.body
    if len(verified(tenant)) > 1 and "auth0-custom-domain" not in call.headers:
        raise ManagementError(409, "The tenant has multiple verified custom domains.", "custom_domain_conflict")
    connection = _connection(tenant, body["connection"])
    for name in _NEEDS.get(connection["strategy"], ()):
        if name not in body and not (name == "email" and {"username", "phone_number"} & body.keys()):
            # not verified: the text; that a database user needs a password is in the OpenAPI document
            raise invalid_body(f"Payload validation error: 'Missing required property: {name}'.")
    _check_password(connection, body)
    if any(tenant.people.find(connection["name"], body[name]) for name in ("email", "username") if body.get(name)):
        # not verified: text and errorCode
        raise ManagementError(409, "The user already exists.", "auth0_idp_error")
    user = new_user(connection, body)
    if user["user_id"] in tenant.people.users:
        raise ManagementError(409, "The user already exists.", "auth0_idp_error")
    tenant.people.users[user["user_id"]] = user
    if "password" in body:
        tenant.people.set_password(user["user_id"], body["password"])
    return user


def _connection(tenant: Tenant, name: str) -> JSON:
    for connection in tenant.connections.values():
        if connection["name"] == name:
            return connection
    # not verified: status, text and errorCode
    raise ManagementError(400, "The connection does not exist.", "inexistent_connection")


def _check_password(connection: JSON, body: JSON) -> None:
    # not verified: how the policies count classes of characters; here only the length counts
    policy = connection["options"].get("passwordPolicy") or "good"
    if len(body.get("password") or "password") < _SHORTEST.get(policy, 8):
        raise ManagementError(400, "PasswordStrengthError: Password is too weak")


def new_user(connection: JSON, body: JSON) -> JSON:
    """Builds the user as the service answers it: with the keys in alphabetical order (recorded)."""
    now, local = timestamp(), body.get("user_id") or object_id()
    provider = connection["strategy"]
    login = str(body.get("email") or body.get("username") or body.get("phone_number") or "")
    defaults: JSON = {
        "created_at": now,
        "updated_at": now,
        "email_verified": False,
        "name": login,
        "nickname": login.partition("@")[0],
        "picture": _picture(login),
        "user_id": f"{provider}|{local}",
        "identities": [
            {"connection": connection["name"], "user_id": local, "provider": provider, "isSocial": False},
        ],
    }
    given = {name: value for name, value in body.items() if name not in _NOT_STORED}
    given |= {name: without_nulls(given[name]) for name in _METADATA if name in given}
    return dict(sorted((defaults | given).items()))


def _picture(login: str) -> str:
    digest = hashlib.md5(login.lower().encode(), usedforsecurity=False).hexdigest()
    initials = login[:2].lower() if login[:2].isalpha() else "au"
    default = quote(f"https://cdn.auth0.com/avatars/{initials}.png", safe="")
    return f"https://s.gravatar.com/avatar/{digest}?s=480&r=pg&d={default}"


def update_user(call: Call) -> JSON:
    """PATCH /users/{id}: replaces fields, merges the first level of metadata; null clears, {} for metadata (docs)."""
    people, body = call.tenant.people, call.body
    user = find_user(call.tenant, call.path["id"])
    connection = _connection(call.tenant, user["identities"][0]["connection"])
    _check_password(connection, body)
    if body.get("password"):
        people.set_password(user["user_id"], body["password"])
        user["last_password_reset"] = timestamp()  # not verified: that changing the password this way counts as a reset
    for name in _CHANGEABLE & body.keys() - set(_NOT_STORED):
        value = body[name]
        if name in _METADATA and value is not None:
            # not verified: {} for app_metadata, of which the docs give no example
            user[name] = without_nulls(user.get(name, {}) | value) if value else {}
        elif value is None:
            user.pop(name, None)
        else:
            user[name] = value
    user["updated_at"] = timestamp()
    return user


def delete_user(call: Call) -> None:
    """DELETE /users/{id}: 204 (recorded), even if the user does not exist (the OpenAPI document lists no 404)."""
    # not verified: 204 if the user does not exist
    call.tenant.people.remove(call.path["id"])


def endpoints() -> list[Endpoint]:
    """Returns the endpoints under `/api/v2/users`, except those of second factors."""
    fields: dict[str, Schema] = {"fields": STRING, "include_fields": BOOLEAN}
    pages = {name: PAGING[name] for name in ("page", "per_page", "include_totals")}
    search = {"q": STRING, "sort": STRING, "connection": STRING, "primary_order": BOOLEAN}
    query = pages | fields | search | {"search_engine": one_of("v1", "v2", "v3")}
    update = ("update:users", "update:users_app_metadata")
    one = "/users/{id}"
    return [
        Endpoint("GET", "/users", ("read:users", "read:user_idp_tokens"), list_users, query=query),
        Endpoint("POST", "/users", ("create:users",), create_user, status=201),
        Endpoint("GET", one, ("read:users", "read:user_idp_tokens"), get_user, query=fields),
        Endpoint("PATCH", one, update, update_user),
        Endpoint("DELETE", one, ("delete:users",), delete_user),
    ]
