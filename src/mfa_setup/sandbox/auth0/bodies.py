"""The schemas of request bodies: applications, grants and connections.

They are those of the OpenAPI document (June 2026), in short form; objects that the tool has no use for are
checked for their type only.
"""

from typing import Any

from mfa_setup.sandbox.auth0.validation import Schema

STRING: Schema = {"type": "string"}
BOOLEAN: Schema = {"type": "boolean"}
OBJECT: Schema = {"type": "object"}


def closed(properties: dict[str, Schema], *required: str, **rules: Any) -> Schema:
    """An object that refuses other properties."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    } | rules


def array(items: Schema, **rules: Any) -> Schema:
    """An array of `items`."""
    return {"type": "array", "items": items} | rules


def one_of(*values: str, **rules: Any) -> Schema:
    """A string out of `values`."""
    return {"type": "string", "enum": values} | rules


def words(text: str) -> tuple[str, ...]:
    """The words of a text, for lists that are too long to quote."""
    return tuple(text.split())


def nullable(schema: Schema) -> Schema:
    """The same, or null."""
    both = schema | {"type": [schema["type"], "null"]}
    return both | ({"enum": (*schema["enum"], None)} if "enum" in schema else {})


_ORIGINS = array({"type": "string", "format": "url-with-placeholders"})
_NAMES = array({"type": "string", "minLength": 1})
_APP_TYPES = words(
    """
    native spa regular_web non_interactive resource_server express_configuration rms box cloudbees
    concur dropbox mscrm echosign egnyte newrelic office365 salesforce sentry sharepoint slack springcm
    zendesk zoom sso_integration oag
    """
)

_REFRESH_TOKEN = closed(
    {
        "rotation_type": one_of("rotating", "non-rotating"),
        "expiration_type": one_of("expiring", "non-expiring"),
        "leeway": {"type": "integer", "minimum": 0},
        "token_lifetime": {"type": "integer", "minimum": 1, "maximum": 157788000},
        "infinite_token_lifetime": BOOLEAN,
        "idle_token_lifetime": {"type": "integer", "minimum": 1},
        "infinite_idle_token_lifetime": BOOLEAN,
        "policies": {"type": ["array", "null"]},
    },
    "rotation_type",
    "expiration_type",
)
_JWT = OBJECT | {
    "properties": {
        "lifetime_in_seconds": {"type": "integer"},
        "secret_encoded": BOOLEAN,
        "scopes": OBJECT,
        "alg": one_of("HS256", "RS256", "RS512", "PS256"),
    }
}
_SWITCH = closed({"enabled": BOOLEAN}, minProperties=1)
_METADATA = OBJECT | {
    "maxProperties": 10,
    "additionalProperties": {"type": ["string", "null"], "maxLength": 255},
}
_KEYS = closed(
    dict.fromkeys(("private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"), OBJECT),
    minProperties=1,
    maxProperties=1,
)

_CLIENT: dict[str, Schema] = {
    "name": {"type": "string", "pattern": "^[^<>]+$"},
    "description": {"type": "string", "maxLength": 140},
    "logo_uri": {"type": "string", "format": "absolute-uri-or-empty"},
    "callbacks": array({"type": "string", "format": "callback-url"}),
    "oidc_logout": nullable(OBJECT),
    "oidc_backchannel_logout": nullable(OBJECT),
    "session_transfer": nullable(OBJECT),
    "allowed_origins": _ORIGINS,
    "web_origins": _ORIGINS,
    "client_aliases": _NAMES,
    "allowed_clients": _NAMES,
    "allowed_logout_urls": _ORIGINS,
    "grant_types": _NAMES,
    "token_endpoint_auth_method": one_of("none", "client_secret_post", "client_secret_basic"),
    "is_token_endpoint_ip_header_trusted": BOOLEAN,
    "app_type": one_of(*_APP_TYPES),
    "is_first_party": BOOLEAN,
    "oidc_conformant": BOOLEAN,
    "jwt_configuration": _JWT,
    "encryption_key": nullable(OBJECT),
    "sso": BOOLEAN,
    "cross_origin_authentication": BOOLEAN,
    "cross_origin_loc": {"type": "string", "format": "url"},
    "sso_disabled": BOOLEAN,
    "custom_login_page_on": BOOLEAN,
    "custom_login_page": STRING,
    "custom_login_page_preview": STRING,
    "form_template": STRING,
    "addons": OBJECT,
    "client_metadata": _METADATA,
    "mobile": OBJECT,
    "initiate_login_uri": {"type": "string", "format": "absolute-https-uri-with-placeholders-or-empty"},
    "native_social_login": closed(dict.fromkeys(("apple", "facebook", "google"), _SWITCH), minProperties=1),
    "fedcm_login": OBJECT,
    "refresh_token": nullable(_REFRESH_TOKEN),
    "default_organization": nullable(
        closed({"organization_id": STRING, "flows": array(STRING)}, "organization_id", "flows")
    ),
    "organization_usage": one_of("deny", "allow", "require"),
    "organization_require_behavior": one_of("no_prompt", "pre_login_prompt", "post_login_prompt"),
    "organization_discovery_methods": array(one_of("email", "organization_name"), minItems=1),
    "client_authentication_methods": _KEYS,
    "require_pushed_authorization_requests": BOOLEAN,
    "require_proof_of_possession": BOOLEAN,
    "signed_request_object": OBJECT,
    "token_vault_privileged_access": OBJECT,
    "compliance_level": {"type": ["string", "null"]},
    "skip_non_verifiable_callback_uri_confirmation_prompt": BOOLEAN,
    "token_exchange": OBJECT,
    "par_request_expiry": {"type": ["integer", "null"], "minimum": 10, "maximum": 600},
    "token_quota": OBJECT,
    "third_party_security_mode": one_of("strict", "permissive"),
    "redirection_policy": one_of("allow_always", "open_redirect_protection"),
    "express_configuration": OBJECT,
    "my_organization_configuration": OBJECT,
    "async_approval_notification_channels": array(one_of("guardian-push", "email"), minItems=1),
}
_CLEARABLE = words(
    """
    cross_origin_loc token_endpoint_auth_method token_quota native_social_login fedcm_login
    organization_usage organization_require_behavior organization_discovery_methods
    client_authentication_methods token_exchange skip_non_verifiable_callback_uri_confirmation_prompt
    express_configuration my_organization_configuration async_approval_notification_channels
    """
)

CREATE_CLIENT = closed(
    _CLIENT | {"resource_server_identifier": {"type": "string", "minLength": 1, "maxLength": 600}}, "name"
)
UPDATE_CLIENT = closed(
    _CLIENT
    | {name: nullable(_CLIENT[name]) for name in _CLEARABLE}
    | {"client_secret": {"type": "string", "minLength": 1}}
)

ENABLED_CLIENTS = array(
    closed({"client_id": {"type": "string", "format": "client-id"}, "status": BOOLEAN}, "client_id", "status"),
    minItems=1,
)
CREATE_CONNECTION = OBJECT | {
    "required": ("name", "strategy"),
    "properties": {
        "name": {"type": "string", "maxLength": 128, "pattern": "^[a-zA-Z0-9](-?[a-zA-Z0-9])*$"},
        "strategy": STRING,
        "options": OBJECT,
        "enabled_clients": array(STRING),
        "is_domain_connection": BOOLEAN,
    },
}
CREATE_GRANT = closed(
    {
        "client_id": STRING,
        "audience": {"type": "string", "minLength": 1},
        "default_for": one_of("third_party_clients"),
        "organization_usage": one_of("deny", "allow", "require"),
        "allow_any_organization": BOOLEAN,
        "scope": array({"type": "string", "minLength": 1, "maxLength": 280}),
        "subject_type": one_of("client", "user"),
        "authorization_details_types": array({"type": "string", "minLength": 1, "maxLength": 255}),
        "allow_all_scopes": BOOLEAN,
    },
    "audience",
)
