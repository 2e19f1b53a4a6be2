"""Tenant settings and the tenant's log: `/api/v2/tenants/settings`, `/api/v2/logs`."""

from typing import Any

from mfa_setup.sandbox.auth0.bodies import BOOLEAN, OBJECT, STRING, array, closed, nullable, one_of, words
from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint, pick
from mfa_setup.sandbox.auth0.paging import PAGING, paged
from mfa_setup.sandbox.auth0.state import JSON
from mfa_setup.sandbox.auth0.validation import Schema

_FIELDS: dict[str, Schema] = {"fields": STRING, "include_fields": BOOLEAN}
_FLAGS = words(
    """
    change_pwd_flow_v1 enable_apis_section disable_impersonation enable_client_connections
    enable_pipeline2 allow_legacy_delegation_grant_types allow_legacy_ro_grant_types
    allow_legacy_tokeninfo_endpoint enable_legacy_profile enable_idtoken_api2
    enable_public_signup_user_exists_error enable_sso allow_changing_enable_sso
    disable_clickjack_protection_headers no_disclose_enterprise_connections
    enforce_client_authentication_on_passwordless_start enable_adfs_waad_email_verification
    revoke_refresh_token_grant dashboard_log_streams_next dashboard_insights_view disable_fields_map_fix
    mfa_show_factor_list_on_enrollment remove_alg_from_jwks improved_signup_bot_detection_in_classic
    genai_trial enable_dynamic_client_registration disable_management_api_sms_obfuscation
    trust_azure_adfs_email_verified_connection_property custom_domains_provisioning
    """
)
_EXTRA_FLAGS = ("use_scope_descriptions_for_consent", "universal_login")
_HOURS: Schema = {"type": "integer", "minimum": 1}
_LIFETIMES = (
    "session_lifetime",
    "idle_session_lifetime",
    "ephemeral_session_lifetime",
    "idle_ephemeral_session_lifetime",
)
_URI: Schema = {"type": "string", "format": "absolute-uri-or-empty"}
_SWITCHES = words(
    """
    customize_mfa_in_postlogin_action allow_organization_name_in_authentication_api
    pushed_authorization_requests_supported authorization_response_iss_parameter_supported
    skip_non_verifiable_callback_uri_confirmation_prompt
    """
)
_PLAIN_SWITCHES = words(
    """
    client_id_metadata_document_supported enable_ai_guide phone_consolidated_experience
    include_session_metadata_in_tenant_logs
    """
)
_PAGE = nullable(closed({"enabled": BOOLEAN, "html": STRING}))

UPDATE_SETTINGS = closed(
    {
        "change_password": _PAGE,
        "guardian_mfa_page": _PAGE,
        "error_page": nullable(closed({"html": STRING, "show_log_link": BOOLEAN, "url": _URI})),
        "device_flow": nullable(OBJECT),
        "default_audience": STRING,
        "default_directory": STRING,
        "default_token_quota": nullable(OBJECT),
        "flags": closed(dict.fromkeys([*_FLAGS, *_EXTRA_FLAGS], BOOLEAN)),
        "friendly_name": STRING,
        "picture_url": _URI,
        "support_email": {"type": "string", "format": "email-or-empty"},
        "support_url": _URI,
        "allowed_logout_urls": array({"type": "string", "format": "url-with-placeholders"}),
        "sandbox_version": {"type": "string", "maxLength": 8},
        "legacy_sandbox_version": {"type": "string", "maxLength": 8},
        "default_redirection_uri": {"type": "string", "format": "absolute-https-uri-or-empty"},
        "enabled_locales": array(STRING, minItems=1),
        "security_headers": nullable(OBJECT),
        "session_cookie": nullable(closed({"mode": one_of("persistent", "non-persistent")}, "mode")),
        "sessions": nullable(closed({"oidc_logout_prompt_enabled": BOOLEAN})),
        "oidc_logout": closed({"rp_logout_end_session_endpoint_discovery": BOOLEAN}),
        "acr_values_supported": nullable(array(STRING)),
        "mtls": nullable(closed({"enable_endpoint_aliases": BOOLEAN})),
        "resource_parameter_profile": one_of("audience", "compatibility"),
        "dynamic_client_registration_security_mode": one_of("strict", "permissive"),
        "country_codes": nullable(
            closed({"list": array({"type": "string", "pattern": "^[A-Z]{2}$"}), "mode": one_of("allow", "deny")})
        ),
        # Not in the OpenAPI document, but recorded.
        "universal_login": nullable(OBJECT),
    }
    | dict.fromkeys(_LIFETIMES, _HOURS)
    | {f"{name}_in_minutes": _HOURS for name in _LIFETIMES}
    | dict.fromkeys(_SWITCHES, nullable(BOOLEAN))
    | dict.fromkeys(_PLAIN_SWITCHES, BOOLEAN),
    minProperties=1,
)


def get_settings(call: Call) -> JSON:
    """GET /tenants/settings (recorded)."""
    return pick(call.tenant.settings, call.query)


def update_settings(call: Call) -> JSON:
    """PATCH /tenants/settings: merges, flags one by one, and answers the whole (recorded)."""
    # not verified: whether every tenant may flip `phone_consolidated_experience`, and back
    settings = call.tenant.settings
    for name, value in call.body.items():
        if value is None:
            settings.pop(name, None)
        elif name == "flags":
            settings[name] = settings[name] | value
        else:
            settings[name] = value
    return settings


def list_logs(call: Call) -> Any:
    """GET /logs, newest first; the sandbox logs only what it sends to phones."""
    events = [pick(event, call.query) for event in reversed(call.tenant.logs)]
    if "take" in call.query or "from" in call.query:
        return events[: call.query.get("take", 50)]
    answer = paged(events, call.query, "logs")
    return answer | {"length": len(answer["logs"])} if isinstance(answer, dict) else answer


def endpoints() -> list[Endpoint]:
    """The endpoints for the tenant's settings and log."""
    read, update = ("read:tenant_settings",), ("update:tenant_settings",)
    logs = PAGING | _FIELDS | {"sort": STRING, "search": STRING}
    return [
        Endpoint("GET", "/tenants/settings", read, get_settings, query=_FIELDS),
        Endpoint("PATCH", "/tenants/settings", update, update_settings, UPDATE_SETTINGS),
        Endpoint("GET", "/logs", ("read:logs", "read:logs_users"), list_logs, query=logs),
    ]
