"""Authentication methods of a user: `/api/v2/users/{id}/authentication-methods`.

None of these answers is recorded: they take the form given in the OpenAPI document.
"""

from typing import Any

from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint
from mfa_setup.sandbox.auth0.errors import ManagementError, invalid_body, not_found
from mfa_setup.sandbox.auth0.ids import new_id, timestamp
from mfa_setup.sandbox.auth0.paging import PAGING, paged
from mfa_setup.sandbox.auth0.schemas import closed, one_of
from mfa_setup.sandbox.auth0.state import JSON, Tenant
from mfa_setup.sandbox.auth0.users import find_user

_UPDATE = closed(
    {
        "name": {"type": "string", "minLength": 1, "maxLength": 20},
        "preferred_authentication_method": one_of("voice", "sms"),
    }
)
_NEEDS = {
    "phone": ("phone_number",),
    "email": ("email",),
    "totp": ("totp_secret",),
    "webauthn-roaming": ("key_id", "public_key", "relying_party_identifier"),
    "passkey": ("key_id", "public_key"),
}
_SECRET = ("totp_secret",)
_NOT_WHEN_MADE = ("confirmed", "enrolled_at")


def list_methods(call: Call) -> Any:
    """GET: a bare array or, with totals, an object with the methods under `authenticators` (OpenAPI)."""
    found = [_listed(call.tenant, method) for method in _of(call)]
    return paged(found, call.query, "authenticators")


def create_method(call: Call) -> JSON:
    """POST: the method is confirmed at once (OpenAPI); a user cannot add the same phone number twice."""
    method = _made(call, call.body)
    return _as_made(method, call.body)


def set_methods(call: Call) -> list[JSON]:
    """PUT: replaces all of the user's methods with those in the body (OpenAPI)."""
    user_id = find_user(call.tenant, call.path["id"])["user_id"]
    for body in call.body:
        _check(body)
    before = call.tenant.people.methods.pop(user_id, [])
    try:
        return [_as_made(_made(call, body), body) for body in call.body]
    except ManagementError:
        call.tenant.people.methods[user_id] = before
        raise


def delete_methods(call: Call) -> None:
    """DELETE: deletes all of the user's methods; no 404 for an unknown user (the OpenAPI document lists none)."""
    call.tenant.people.methods.pop(call.path["id"], None)


def get_method(call: Call) -> JSON:
    """GET .../{method_id}."""
    return _listed(call.tenant, _find(call))


def update_method(call: Call) -> JSON:
    """PATCH .../{method_id}: updates the name and the preferred way to reach a phone."""
    method = _find(call)
    method.update(call.body)
    return _listed(call.tenant, method)


def delete_method(call: Call) -> None:
    """DELETE .../{method_id}."""
    call.tenant.people.drop(call.path["id"], call.path["method_id"])


def _of(call: Call) -> list[JSON]:
    user_id = find_user(call.tenant, call.path["id"])["user_id"]
    return call.tenant.people.methods.get(user_id, [])


def _find(call: Call) -> JSON:
    for method in _of(call):
        if method["id"] == call.path["method_id"]:
            return method
    # not verified: text and errorCode
    raise not_found("The authentication method does not exist.", "inexistent_authentication_method")


def _check(body: JSON) -> None:
    for name in _NEEDS[body["type"]]:
        if name not in body:
            # not verified: the text; the OpenAPI document only says which property belongs to which type
            raise invalid_body(f"Payload validation error: 'Missing required property: {name}'.")


def _made(call: Call, body: JSON) -> JSON:
    """Stores a new method for the user and returns it in its stored form."""
    people = call.tenant.people
    user_id, kind = find_user(call.tenant, call.path["id"])["user_id"], body["type"]
    _check(body)
    same = _NEEDS[kind][0]
    if any(method["type"] == kind and method.get(same) == body[same] for method in people.methods.get(user_id, ())):
        # not verified: the errorCode; the text is the OpenAPI document's
        raise ManagementError(409, "Authentication method already exists.", "conflict")
    if kind == "phone":
        preferred = body.get("preferred_authentication_method", "sms")
        method = people.add_phone(user_id, body["phone_number"], preferred=preferred)
        method |= {"name": body["name"]} if "name" in body else {}
        return method
    now = timestamp()
    made = body | {"id": f"{kind}|{new_id('dev_', 16)}", "confirmed": True, "created_at": now, "enrolled_at": now}
    people.add(user_id, made)
    return made


def _as_made(method: JSON, body: JSON) -> JSON:
    """Returns the answer to a write: with the secret that was sent, without the state of the enrolment (OpenAPI)."""
    return {name: value for name, value in (body | method).items() if name not in _NOT_WHEN_MADE}


def _listed(tenant: Tenant, method: JSON) -> JSON:
    """Returns the answer to a read: without secrets, and with the number masked if the tenant's flag requires it."""
    shown = {name: value for name, value in method.items() if name not in _SECRET}
    if "phone_number" in shown:
        shown["phone_number"] = masked(tenant, shown["phone_number"])
    return shown


def masked(tenant: Tenant, number: str) -> str:
    """Returns the number as the API shows it: all but its end is hidden if the tenant's flag is off (OpenAPI)."""
    # not verified: the pattern of a masked number
    if tenant.settings["flags"].get("disable_management_api_sms_obfuscation", True):
        return number
    return "X" * max(0, len(number) - 4) + number[-4:]


def endpoints() -> list[Endpoint]:
    """Returns the endpoints of a user's authentication methods."""
    base = "/users/{id}/authentication-methods"
    one = base + "/{method_id}"
    pages = {name: PAGING[name] for name in ("page", "per_page", "include_totals")}
    read, create, update, delete = (
        (f"{verb}:authentication_methods",) for verb in ("read", "create", "update", "delete")
    )
    return [
        Endpoint("GET", base, read, list_methods, query=pages),
        Endpoint("POST", base, create, create_method, status=201),
        Endpoint("PUT", base, update, set_methods),
        Endpoint("DELETE", base, delete, delete_methods),
        Endpoint("GET", one, read, get_method),
        Endpoint("PATCH", one, update, update_method, _UPDATE),
        Endpoint("DELETE", one, delete, delete_method),
    ]
