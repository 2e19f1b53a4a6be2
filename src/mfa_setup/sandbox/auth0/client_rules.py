"""The rules for the fields of an application, and which of the fields a token may read."""

from mfa_setup.sandbox.auth0.endpoint import Call
from mfa_setup.sandbox.auth0.errors import ManagementError, invalid_body
from mfa_setup.sandbox.auth0.state import JSON, Tenant

_ALIASES = (("oidc_logout", "oidc_backchannel_logout"), ("cross_origin_authentication", "cross_origin_auth"))
"""Pairs of names of the same property; the second name is deprecated (OpenAPI)."""

_SUMMARY = ("client_id", "app_type", "name", "description")


def shown(call: Call, client: JSON) -> JSON:
    """Returns the fields of the client that the token may see: the secret needs `read:client_keys`."""
    full = call.scopes & {"read:clients", "read:client_keys", "create:clients", "update:clients"}
    if not full and "read:client_summary" in call.scopes:
        return {name: client[name] for name in _SUMMARY if name in client}
    if "read:client_keys" in call.scopes:
        return client
    return {name: value for name, value in client.items() if name not in ("client_secret", "encryption_key")}


def with_aliases(body: JSON) -> JSON:
    """Returns the body with both the current and the deprecated name of each property, so that responses show both."""
    # not verified: that every tenant mirrors them; recorded clients that set neither have neither
    mirrored = {
        alias: body[name]
        for pair in _ALIASES
        for name, alias in (pair, pair[::-1])
        if name in body and alias not in body
    }
    return body | mirrored


def check_aliases(tenant: Tenant, body: JSON, but: JSON | None = None) -> None:
    """Rejects an alias that another client has.

    Raises:
        ManagementError: 409: another client has the alias.
    """
    wanted = set(body.get("client_aliases") or ())
    for client in tenant.clients.values():
        if client is not but and wanted & set(client.get("client_aliases") or ()):
            # not verified: the errorCode; the text is the OpenAPI document's
            raise ManagementError(409, "Another client exists with the same alias.", "conflict")


def check_grants(client: JSON) -> None:
    """Rejects grant types that the client's authentication method rules out.

    Raises:
        ManagementError: 400 `invalid_body`.
    """
    public = client.get("token_endpoint_auth_method") == "none"
    if public and "client_credentials" in (client.get("grant_types") or ()):
        # The text is that of a public issue thread; not verified: the errorCode.
        raise invalid_body("Invalid grant types: client_credentials")


def check_profiles(body: JSON) -> None:
    """Rejects a profile ID: the sandbox has no profiles, so every ID is unknown.

    Raises:
        ManagementError: 400 `invalid_body`.
    """
    express = body.get("express_configuration") or {}
    for name in ("user_attribute_profile_id", "connection_profile_id"):
        if express.get(name):
            # The status is recorded; not verified: that this is its cause, and the text, which was not recorded.
            raise invalid_body(f"express_configuration.{name}: there is no such profile")
