"""The schemas of the payloads of `/api/v2/clients`: those of the OpenAPI document (June 2026), in short form."""

from mfa_setup.sandbox.auth0 import client_parts as parts
from mfa_setup.sandbox.auth0.client_addons import ADDONS
from mfa_setup.sandbox.auth0.client_keys import credentials
from mfa_setup.sandbox.auth0.schemas import BOOLEAN, STRING, array, closed, nullable, one_of, words
from mfa_setup.sandbox.auth0.validation import Schema

_ORIGINS = array({"type": "string", "format": "url-with-placeholders"})
_FILLED: Schema = {"type": "string", "minLength": 1}
_NAMES = array(_FILLED)
_APP_TYPES = words(
    """
    native spa regular_web non_interactive resource_server express_configuration rms box cloudbees
    concur dropbox mscrm echosign egnyte newrelic office365 salesforce sentry sharepoint slack springcm
    zendesk zoom sso_integration oag
    """
)
_PAGES = ("custom_login_page", "custom_login_page_preview", "form_template")
_LEVELS = words("none fapi1_adv_pkj_par fapi1_adv_mtls_par fapi2_sp_pkj_mtls fapi2_sp_mtls_mtls")
_SWITCHES = words(
    """
    is_token_endpoint_ip_header_trusted is_first_party oidc_conformant sso cross_origin_authentication sso_disabled
    custom_login_page_on require_pushed_authorization_requests require_proof_of_possession
    skip_non_verifiable_callback_uri_confirmation_prompt
    """
)

_CLIENT: dict[str, Schema] = dict.fromkeys(_SWITCHES, BOOLEAN) | {
    "name": {"type": "string", "pattern": "^[^<>]+$"},
    "description": {"type": "string", "maxLength": 140},
    "logo_uri": {"type": "string", "format": "absolute-uri-or-empty"},
    "callbacks": array({"type": "string", "format": "callback-url"}),
    "oidc_logout": parts.BACKCHANNEL_LOGOUT,
    "oidc_backchannel_logout": nullable(parts.BACKCHANNEL_LOGOUT),  # null clears it (recorded)
    "session_transfer": nullable(parts.SESSION_TRANSFER),
    "allowed_origins": _ORIGINS,
    "web_origins": _ORIGINS,
    "client_aliases": _NAMES,
    "allowed_clients": _NAMES,
    "allowed_logout_urls": _ORIGINS,
    "grant_types": _NAMES,
    "token_endpoint_auth_method": one_of("none", "client_secret_post", "client_secret_basic"),
    "app_type": one_of(*_APP_TYPES),
    "jwt_configuration": parts.JWT,
    "encryption_key": nullable(parts.ENCRYPTION_KEY),
    "cross_origin_loc": {"type": "string", "format": "url"},
    "addons": ADDONS,
    "client_metadata": parts.METADATA,
    "mobile": parts.MOBILE,
    "initiate_login_uri": {"type": "string", "format": "absolute-https-uri-with-placeholders-or-empty"},
    "refresh_token": nullable(parts.REFRESH_TOKEN),
    "default_organization": nullable(parts.DEFAULT_ORGANIZATION),
    "organization_usage": one_of("deny", "allow", "require"),
    "organization_require_behavior": one_of("no_prompt", "pre_login_prompt", "post_login_prompt"),
    "organization_discovery_methods": array(one_of("email", "organization_name"), minItems=1),
    "compliance_level": nullable(one_of(*_LEVELS)),
    "token_exchange": parts.TOKEN_EXCHANGE,
    "par_request_expiry": {"type": ["integer", "null"], "minimum": 10, "maximum": 600},
    "token_quota": parts.TOKEN_QUOTA,
    "third_party_security_mode": one_of("strict", "permissive"),
    "redirection_policy": one_of("allow_always", "open_redirect_protection"),
    "express_configuration": parts.EXPRESS_CONFIGURATION,
    "my_organization_configuration": parts.MY_ORGANIZATION,
    "async_approval_notification_channels": array(one_of("guardian-push", "email"), minItems=1),
}
_MADE = credentials(patch=False) | {
    "native_social_login": parts.social_login(patch=False),
    "fedcm_login": parts.fedcm_login(patch=False),
    "resource_server_identifier": {"type": "string", "minLength": 1, "maxLength": 600},
    **dict.fromkeys(_PAGES, _FILLED),
}
_CHANGED = credentials(patch=True) | {
    "native_social_login": nullable(parts.social_login(patch=True)),
    "fedcm_login": nullable(parts.fedcm_login(patch=True)),
    "client_secret": _FILLED,
    **dict.fromkeys(_PAGES, STRING),
}
_CLEARABLE = words(
    """
    cross_origin_loc token_endpoint_auth_method token_quota organization_usage organization_require_behavior
    organization_discovery_methods token_exchange skip_non_verifiable_callback_uri_confirmation_prompt
    express_configuration my_organization_configuration async_approval_notification_channels
    """
)

CREATE_CLIENT = closed(_CLIENT | _MADE, "name")
UPDATE_CLIENT = closed(
    _CLIENT
    | _CHANGED
    | {name: nullable((_CLIENT | _CHANGED)[name]) for name in (*_CLEARABLE, "client_authentication_methods")},
    minProperties=1,
)
