"""Enrolments in multi-factor authentication: the older API for a user's second factors.

None of these answers is recorded: they take the form given in the OpenAPI document.
"""

from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint
from mfa_setup.sandbox.auth0.errors import ManagementError, not_found
from mfa_setup.sandbox.auth0.ids import new_id
from mfa_setup.sandbox.auth0.methods import masked
from mfa_setup.sandbox.auth0.state import JSON, Tenant
from mfa_setup.sandbox.auth0.users import find_user

_AUTH_METHODS = {
    "phone": "sms",
    "totp": "authenticator",
    "push": "guardian",
    "webauthn-roaming": "webauthn-roaming",
    "webauthn-platform": "webauthn-platform",
}
_OF_THE_USER = ("type", "auth_method")


def list_enrollments(call: Call) -> list[JSON]:
    """GET /users/{id}/enrollments: "the first enrolment that the user has confirmed" (OpenAPI)."""
    user = find_user(call.tenant, call.path["id"])
    methods = call.tenant.people.methods.get(user["user_id"], ())
    # not verified: that the list really contains only the first one
    confirmed = [method for method in methods if method["confirmed"] and method["type"] in _AUTH_METHODS]
    return [_enrollment(call.tenant, method) for method in confirmed[:1]]


def get_enrollment(call: Call) -> JSON:
    """GET /guardian/enrollments/{id}."""
    found = call.tenant.people.by_device(call.path["id"])
    if found is None:
        # not verified: the OpenAPI document has no answer for an enrolment that does not exist
        raise not_found("The enrollment does not exist.", "inexistent_enrollment")
    shown = _enrollment(call.tenant, found[1])
    return {name: value for name, value in shown.items() if name not in _OF_THE_USER}


def delete_enrollment(call: Call) -> None:
    """DELETE /guardian/enrollments/{id}: the user may enrol again; 204 even if the enrolment does not exist."""
    # not verified: 204 if the enrolment does not exist
    found = call.tenant.people.by_device(call.path["id"])
    if found is not None:
        user_id, method = found
        call.tenant.people.drop(user_id, method["id"])


def delete_authenticators(call: Call) -> None:
    """DELETE /users/{id}/authenticators: deletes all of the user's authenticators."""
    call.tenant.people.methods.pop(find_user(call.tenant, call.path["id"])["user_id"], None)


def create_ticket(call: Call) -> JSON:
    """POST /guardian/enrollments/ticket: a link that starts the enrolment; the sandbox sends no email."""
    tenant, body = call.tenant, call.body
    user = find_user(tenant, body["user_id"])
    if body.get("send_mail") and not (body.get("email") or user.get("email")):
        # not verified: text and errorCode
        raise ManagementError(400, "The user does not have an email address.", "invalid_body")
    ticket_id = new_id(length=32)
    tenant.people.tickets[ticket_id] = body | {"ticket_id": ticket_id}
    # not verified: the address of the page
    return {"ticket_id": ticket_id, "ticket_url": f"{call.tenant.url}/u/mfa-enroll?ticket={ticket_id}"}


def _enrollment(tenant: Tenant, method: JSON) -> JSON:
    device = method["id"].rpartition("|")[2]
    shown: JSON = {
        "id": device,
        "status": "confirmed" if method["confirmed"] else "pending",
        "type": method["type"],
        "auth_method": _AUTH_METHODS.get(method["type"]),
        "name": method.get("name"),
        "enrolled_at": method.get("enrolled_at"),
        "last_auth": method.get("last_auth_at"),
    }
    if "phone_number" in method:
        # not verified: that the identifier of a phone is its number
        number = masked(tenant, method["phone_number"])
        shown |= {"phone_number": number, "identifier": number}
    return {name: value for name, value in shown.items() if value is not None}


def endpoints() -> list[Endpoint]:
    """Returns the endpoints of enrolments."""
    delete = ("delete:guardian_enrollments",)
    ticket = ("create:guardian_enrollment_tickets",)
    return [
        Endpoint("GET", "/users/{id}/enrollments", ("read:users",), list_enrollments),
        Endpoint("DELETE", "/users/{id}/authenticators", delete, delete_authenticators),
        Endpoint("POST", "/guardian/enrollments/ticket", ticket, create_ticket),
        Endpoint("GET", "/guardian/enrollments/{id}", ("read:guardian_enrollments",), get_enrollment),
        Endpoint("DELETE", "/guardian/enrollments/{id}", delete, delete_enrollment),
    ]
