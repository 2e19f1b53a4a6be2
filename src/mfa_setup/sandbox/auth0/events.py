"""The entries that the Management API and the token endpoint add to the tenant's log."""

from http import HTTPStatus

from starlette.requests import Request

from mfa_setup.sandbox.auth0.state import Tenant

_PHONE = "/guardian/factors/phone"
_SMS = "/guardian/factors/sms"
_PROVIDERS = "/branding/phone/providers"
_TEMPLATES = "/branding/phone/templates"
_METHODS = "/users/{id}/authentication-methods"
_TITLES = {
    ("POST", _PROVIDERS): "Configure the phone provider",
    ("DELETE", _PROVIDERS + "/{id}"): "Deletes a Phone Provider",
    ("PATCH", _PROVIDERS + "/{id}"): "Update the phone provider",
    ("POST", _PROVIDERS + "/{id}/try"): "Send a test phone notification for the configured provider",
    ("POST", _TEMPLATES): "Create a phone notification template",
    ("DELETE", _TEMPLATES + "/{id}"): "Delete a phone notification template",
    ("PATCH", _TEMPLATES + "/{id}"): "Update a phone notification template",
    ("PATCH", _TEMPLATES + "/{id}/reset"): "Resets a phone notification template values",
    ("POST", _TEMPLATES + "/{id}/try"): "Send a test phone notification for the configured template",
    ("POST", "/client-grants"): "Create client grant",
    ("POST", "/clients"): "Create a client",
    ("DELETE", "/clients/{id}"): "Delete a client",
    ("PATCH", "/clients/{id}"): "Update a client",
    ("POST", "/connections"): "Create a connection",
    ("PATCH", "/connections/{id}/clients"): "Update enabled clients for a connection",
    ("POST", "/guardian/enrollments/ticket"): "Create a multi-factor authentication enrollment ticket",
    ("DELETE", "/guardian/enrollments/{id}"): "Delete a multi-factor authentication enrollment",
    ("PUT", f"{_PHONE}/message-types"): "Update the Enabled Phone Factors",
    ("PUT", f"{_PHONE}/providers/twilio"): "Update Twilio configuration",
    ("PUT", f"{_PHONE}/selected-provider"): "Update phone provider configuration",
    ("PUT", f"{_PHONE}/templates"): "Update Enrollment and Verification Phone Templates",
    ("PUT", f"{_SMS}/providers/twilio"): "Update Twilio SMS configuration",
    ("PUT", f"{_SMS}/selected-provider"): "Update SMS configuration",
    ("PUT", f"{_SMS}/templates"): "Update SMS enrollment and verification templates",
    ("PUT", "/guardian/factors/{name}"): "Update multi-factor authentication type",
    ("PUT", "/guardian/policies"): "Update multi-factor authentication policies",
    ("PATCH", "/tenants/settings"): "Update tenant settings",
    ("POST", "/users"): "Create a User",
    ("DELETE", "/users/{id}"): "Delete a User",
    ("PATCH", "/users/{id}"): "Update a User",
    ("DELETE", _METHODS): "Delete all authentication methods for the given user",
    ("POST", _METHODS): "Creates an authentication method for a given user",
    ("PUT", _METHODS): "Update all authentication methods by replacing them with the given ones",
}
"""The names of the operations in the OpenAPI document, by method and path."""


def api_operation(tenant: Tenant, request: Request, path: str, client_id: str | None, status: int) -> None:
    """Logs a write through the Management API: `sapi` if it succeeded, `fapi` if it failed.

    Reads are not logged, and neither are bodies, because they may hold secrets.
    """
    if request.method == "GET":
        return
    # not verified: descriptions and the layout of `details`; the types are those of the docs
    title = _TITLES.get((request.method, path), "API Operation")
    failed = status >= HTTPStatus.BAD_REQUEST
    tenant.log(
        "fapi" if failed else "sapi",
        title,
        _about(tenant, request, client_id),
        request={"method": request.method.lower(), "path": request.url.path},
        response={"statusCode": status},
    )


def token_exchange(tenant: Tenant, client_id: str | None, problem: str | None = None) -> None:
    """Logs a client-credentials exchange: `seccft` if it succeeded, `feccft` with the problem if it failed."""
    title = problem or "Client Credentials for Access Token"
    tenant.log("feccft" if problem else "seccft", title, _of_client(tenant, client_id))


def _about(tenant: Tenant, request: Request, client_id: str | None) -> dict[str, str]:
    found = {
        "ip": request.client.host if request.client else "",
        "user_agent": request.headers.get("user-agent", ""),
    }
    return _of_client(tenant, client_id) | {name: value for name, value in found.items() if value}


def _of_client(tenant: Tenant, client_id: str | None) -> dict[str, str]:
    client = tenant.clients.get(client_id or "")
    return {"client_id": client_id or ""} | ({"client_name": client["name"]} if client else {})
