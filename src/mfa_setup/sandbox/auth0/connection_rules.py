"""The payloads of connections, and the options that Auth0 rejects (recorded)."""

from typing import Any

from mfa_setup.sandbox.auth0.documents import properties_of
from mfa_setup.sandbox.auth0.errors import ManagementError, invalid_body
from mfa_setup.sandbox.auth0.schemas import closed, nullable
from mfa_setup.sandbox.auth0.validation import Schema

_CREATE = properties_of("POST /connections")
STRATEGIES: tuple[str, ...] = tuple(_CREATE["strategy"]["enum"])
_OPTIONS: dict[str, Schema] = _CREATE["options"]["properties"]
_CLEARABLE = ("token_endpoint_auth_method", "token_endpoint_auth_signing_alg")
UPDATE_CONNECTION = closed(
    {name: schema for name, schema in _CREATE.items() if name not in ("name", "strategy")}
    | {
        "options": _CREATE["options"]
        | {"properties": _OPTIONS | {name: nullable(_OPTIONS[name]) for name in _CLEARABLE}}
    }
)
# not verified: which connections may ask other applications for access; a database connection may not (recorded)
_CROSS_APP = ("oidc", "okta")


def check_connection(strategy: str, body: dict[str, Any], *, existing: bool) -> None:
    """Rejects invalid options that the schema accepts.

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
    # not verified: which of several mistakes is reported
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
    """Returns an inner object; an empty one if the value is no object, because the schema allows any unknown option."""
    part = value.get(name)
    return part if isinstance(part, dict) else {}
