"""The rules for the fields of an application, and which fields a token may read."""

from mfa_setup.sandbox.auth0.endpoint import Call
from mfa_setup.sandbox.auth0.errors import ManagementError, invalid_body
from mfa_setup.sandbox.auth0.state import JSON, Tenant

_ALIASES = (("oidc_logout", "oidc_backchannel_logout"), ("cross_origin_authentication", "cross_origin_auth"))
"""Names of the same property; the second one is deprecated (OpenAPI)."""

_SUMMARY = ("client_id", "app_type", "name", "description")


def shown(call: Call, client: JSON) -> JSON:
    """The client as far as the token may see it: the secret needs `read:client_keys`."""
    full = call.scopes & {"read:clients", "read:client_keys", "create:clients", "update:clients"}
    if not full and "read:client_summary" in call.scopes:
        return {name: client[name] for name in _SUMMARY if name in client}
    if "read:client_keys" in call.scopes:
        return client
    return {name: value for name, value in client.items() if name not in ("client_secret", "encryption_key")}


def with_aliases(body: JSON) -> JSON:
    """The body with each deprecated name next to its current one, so that responses show both."""
    # not verified: that every tenant mirrors them; recorded clients that set neither have neither
    mirrored = {
        alias: body[name]
        for pair in _ALIASES
        for name, alias in (pair, pair[::-1])
        if name in body and alias not in body
    }
    return body | mirrored


def check_aliases(tenant: Tenant, body: JSON, but: JSON | None = None) -> None:
    """Refuse an alias that another client has.

    Raises:
        ManagementError: 409.
    """
    wanted = set(body.get("client_aliases") or ())
    for client in tenant.clients.values():
        if client is not but and wanted & set(client.get("client_aliases") or ()):
            # not verified: the errorCode; the text is the OpenAPI document's
            raise ManagementError(409, "Another client exists with the same alias.", "conflict")


def check_grants(client: JSON) -> None:
    """Refuse grant types that the way of authentication rules out.

    Raises:
        ManagementError: 400 `invalid_body`.
    """
    public = client.get("token_endpoint_auth_method") == "none"
    if public and "client_credentials" in (client.get("grant_types") or ()):
        # The text is that of a public issue thread; not verified: the errorCode.
        raise invalid_body("Invalid grant types: client_credentials")


def check_profiles(body: JSON) -> None:
    """Refuse a reference to a profile; the sandbox has no profiles, so there is nothing to refer to.

    Raises:
        ManagementError: 400 `invalid_body`.
    """
    express = body.get("express_configuration") or {}
    for name in ("user_attribute_profile_id", "connection_profile_id"):
        if express.get(name):
            # The status is recorded; not verified: that this is its cause, and the text, which the recorder lost.
            raise invalid_body(f"express_configuration.{name}: there is no such profile")
