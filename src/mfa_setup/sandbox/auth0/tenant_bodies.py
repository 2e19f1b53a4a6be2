"""The schema of a change of the tenant's settings: that of the OpenAPI document (June 2026), in short form."""

from mfa_setup.sandbox.auth0.client_parts import QUOTA
from mfa_setup.sandbox.auth0.schemas import BOOLEAN, OBJECT, STRING, array, closed, nullable, one_of, opened, words
from mfa_setup.sandbox.auth0.validation import Schema

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
_EXTRA_FLAGS = ("use_scope_descriptions_for_consent", "universal_login")  # recorded; the document lacks them
_LOCALES = words(
    """
    am ar ar-EG ar-SA az bg bn bs ca-ES cnr cs cy da de el en en-CA es es-419 es-AR es-MX et eu-ES fa fi fr fr-CA fr-FR
    gl-ES gu he hi hr hu hy id is it ja ka kk kn ko lt lv mk ml mn mr ms my nb nl nn no pa pl pt pt-BR pt-PT ro ru sk sl
    so sq sr sv sw ta te th tl tr uk ur vi zgh zh-CN zh-HK zh-MO zh-TW
    """
)
_HOURS: Schema = {"type": "integer", "minimum": 1}
_LIFETIMES = (
    "session_lifetime",
    "idle_session_lifetime",
    "ephemeral_session_lifetime",
    "idle_ephemeral_session_lifetime",
)
_URI: Schema = {"type": "string", "format": "absolute-uri-or-empty"}
_VERSION: Schema = {"type": "string", "maxLength": 8}
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
_QUOTAS = opened({"client_credentials": QUOTA}, "client_credentials")
_POLICY = closed(
    {
        "mode": one_of("enforcing", "reporting"),
        "directives": OBJECT
        | {"maxProperties": 30, "additionalProperties": array({"type": "string", "maxLength": 2048})},
        "flags": array(one_of("upgrade-insecure-requests", "block-all-mixed-content")),
        "reporting": nullable(closed({"report_uri": STRING, "report_to_group": STRING})),
    }
)
_REPORTING = closed(
    {
        "report_to": nullable(
            closed(
                {
                    "group": STRING,
                    "max_age": {"type": "integer"},
                    "endpoints": array(closed({"url": STRING})),
                }
            )
        ),
        "reporting_endpoints": OBJECT | {"additionalProperties": STRING},
    }
)
_HEADERS = closed(
    {
        "content_security_policy": nullable(
            closed({"enabled": BOOLEAN, "policies": array(_POLICY), "reporting_infrastructure": nullable(_REPORTING)})
        ),
        "x_xss_protection": nullable(closed({"enabled": BOOLEAN, "mode": one_of("block"), "report_uri": STRING})),
    }
)
_COUNTRY: Schema = {"type": "string", "minLength": 2, "maxLength": 2, "pattern": "^[A-Z]{2}$"}

UPDATE_SETTINGS = closed(
    {
        "change_password": _PAGE,
        "guardian_mfa_page": _PAGE,
        "error_page": nullable(closed({"html": STRING, "show_log_link": BOOLEAN, "url": _URI})),
        "device_flow": nullable(
            closed({"charset": one_of("base20", "digits"), "mask": {"type": "string", "maxLength": 20}})
        ),
        "default_audience": STRING,
        "default_directory": STRING,
        "default_token_quota": nullable(closed({"clients": _QUOTAS, "organizations": _QUOTAS}, minProperties=1)),
        "flags": closed(dict.fromkeys([*_FLAGS, *_EXTRA_FLAGS], BOOLEAN)),
        "friendly_name": STRING,
        "picture_url": _URI,
        "support_email": {"type": "string", "format": "email-or-empty"},
        "support_url": _URI,
        "allowed_logout_urls": array({"type": "string", "format": "url-with-placeholders"}),
        "sandbox_version": _VERSION,
        "legacy_sandbox_version": _VERSION,
        "default_redirection_uri": {"type": "string", "format": "absolute-https-uri-or-empty"},
        "enabled_locales": array(one_of(*_LOCALES), minItems=1),
        "security_headers": nullable(_HEADERS),
        "session_cookie": nullable(closed({"mode": one_of("persistent", "non-persistent")}, "mode")),
        "sessions": nullable(closed({"oidc_logout_prompt_enabled": BOOLEAN})),
        "oidc_logout": closed({"rp_logout_end_session_endpoint_discovery": BOOLEAN}),
        "acr_values_supported": nullable(array(STRING)),
        "mtls": nullable(closed({"enable_endpoint_aliases": BOOLEAN})),
        "resource_parameter_profile": one_of("audience", "compatibility"),
        "dynamic_client_registration_security_mode": one_of("strict", "permissive"),
        "country_codes": nullable(closed({"list": array(_COUNTRY), "mode": one_of("allow", "deny")})),
        # Not in the OpenAPI document, but recorded.
        "universal_login": nullable(OBJECT),
    }
    | dict.fromkeys(_LIFETIMES, _HOURS)
    | {f"{name}_in_minutes": _HOURS for name in _LIFETIMES}
    | dict.fromkeys(_SWITCHES, nullable(BOOLEAN))
    | dict.fromkeys(_PLAIN_SWITCHES, BOOLEAN),
    minProperties=1,
)
