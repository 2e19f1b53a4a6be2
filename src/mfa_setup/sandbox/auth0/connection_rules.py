"""The payloads of connections, and what the service refuses in their options (recorded)."""

from typing import Any

from mfa_setup.sandbox.auth0.connection_options import OPTIONS
from mfa_setup.sandbox.auth0.errors import ManagementError, invalid_body
from mfa_setup.sandbox.auth0.schemas import BOOLEAN, OBJECT, STRING, array, closed, one_of, words
from mfa_setup.sandbox.auth0.validation import Schema

STRATEGIES = words(
    """
    ad adfs amazon apple dropbox bitbucket auth0-oidc auth0 baidu bitly box custom daccount dwolla email
    evernote-sandbox evernote exact facebook fitbit github google-apps google-oauth2 instagram ip line
    linkedin oauth1 oauth2 office365 oidc okta paypal paypal-sandbox pingfederate planningcenter
    salesforce-community salesforce-sandbox salesforce samlp sharepoint shopify shop sms soundcloud
    thirtysevensignals twitter untappd vkontakte waad weibo windowslive wordpress yahoo yandex
    """
)
_PROPERTIES: dict[str, Schema] = {
    "display_name": {"type": "string", "maxLength": 128},
    "options": OPTIONS,
    "enabled_clients": array({"type": "string", "format": "client-id"}),
    "is_domain_connection": BOOLEAN,
    "show_as_button": BOOLEAN,
    "realms": array(STRING),
    "metadata": OBJECT | {"maxProperties": 10, "additionalProperties": {"type": ["string", "null"], "maxLength": 255}},
    "authentication": closed({"active": BOOLEAN}, "active"),
    "connected_accounts": closed({"active": BOOLEAN, "cross_app_access": BOOLEAN}, "active"),
    "cross_app_access_requesting_app": closed({"active": BOOLEAN}, "active"),
}
CREATE_CONNECTION = closed(
    _PROPERTIES
    | {
        "name": {"type": "string", "maxLength": 128, "pattern": "^[a-zA-Z0-9](-[a-zA-Z0-9]|[a-zA-Z0-9])*$"},
        "strategy": one_of(*STRATEGIES),
    },
    "name",
    "strategy",
)
UPDATE_CONNECTION = closed(_PROPERTIES)
# not verified: which connections may ask other applications for access; a database connection may not (recorded)
_CROSS_APP = ("oidc", "okta")


def check_connection(strategy: str, body: dict[str, Any], *, existing: bool) -> None:
    """Refuse what the schema lets through.

    Raises:
        ManagementError: 400 `operation_not_supported` or `invalid_body`.
    """
    if _part(body, "cross_app_access_requesting_app").get("active") and strategy not in _CROSS_APP:
        text = "Cross App Access Requesting App is not supported for this connection."
        raise ManagementError(400, text, "operation_not_supported")
    options = _part(body, "options")
    if _part(options, "attributes"):
        _check_attributes(options, _part(options, "attributes"), existing=existing)


def _check_attributes(options: dict[str, Any], attributes: dict[str, Any], *, existing: bool) -> None:
    # not verified: which of several mistakes is named
    for other in ("validation", "requires_username"):
        if options.get(other):
            raise invalid_body(f"Cannot set both options.attributes and options.{other}")
    for name in attributes:
        attribute = _part(attributes, name)
        if attribute.get("profile_required") and _part(attribute, "signup").get("status") == "inactive":
            raise invalid_body(f"attribute {name} must also be required on signup")
    if not any(_part(_part(attributes, name), "identifier").get("active") for name in attributes):
        raise invalid_body("attributes must contain one active identifier")
    if existing and _part(attributes, "email").get("unique") is False:
        raise invalid_body("cannot add non-unique email attribute")


def _part(value: dict[str, Any], name: str) -> dict[str, Any]:
    """An inner object; of options that the schema does not know, it may be anything."""
    part = value.get(name)
    return part if isinstance(part, dict) else {}
