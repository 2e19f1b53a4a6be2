"""The initial settings of a tenant (recorded)."""

from typing import Any

from mfa_setup.sandbox.auth0.state import JSON


def tenant_settings(*, unified: bool) -> JSON:
    """Returns a tenant's initial settings (recorded); an older tenant has no `phone_consolidated_experience`."""
    settings: JSON = {
        "allowed_logout_urls": [],
        "change_password": {"enabled": False},
        "default_audience": "",
        "default_directory": "",
        "enabled_locales": ["en"],
        "flags": _flags(),
        "friendly_name": "Sandbox",
        "guardian_mfa_page": {"enabled": False},
        "idle_session_lifetime": 72,
        "picture_url": "",
        "sandbox_version": "22",
        "session_lifetime": 168,
        "support_email": "",
        "support_url": "",
        "oidc_logout": {"rp_logout_end_session_endpoint_discovery": True},
        "universal_login": {},
        "resource_parameter_profile": "audience",
        "session_cookie": {"mode": "non-persistent"},
        "sandbox_versions_available": ["22", "18"],
    }
    return settings | (_newer_settings() if unified else {})


def _newer_settings() -> JSON:
    """Returns the additional keys of the recorded newer tenants; the recorded older tenant has none of them."""
    return {
        "acr_values_supported": [],
        "allow_organization_name_in_authentication_api": False,
        "client_id_metadata_document_supported": False,
        "customize_mfa_in_postlogin_action": False,
        "dynamic_client_registration_security_mode": "permissive",
        "ephemeral_session_lifetime": 72,
        "idle_ephemeral_session_lifetime": 24,
        "mtls": {"enable_endpoint_aliases": False},
        "phone_consolidated_experience": True,
        "pushed_authorization_requests_supported": False,
        "sessions": {"oidc_logout_prompt_enabled": True},
    }


def _flags() -> dict[str, Any]:
    on = ("disable_impersonation", "enable_public_signup_user_exists_error", "enable_sso", "universal_login")
    off = (
        "allow_changing_enable_sso",
        "allow_legacy_delegation_grant_types",
        "allow_legacy_ro_grant_types",
        "change_pwd_flow_v1",
        "disable_clickjack_protection_headers",
        "enable_apis_section",
        "enable_client_connections",
        "enable_dynamic_client_registration",
        "enable_pipeline2",
        "revoke_refresh_token_grant",
        "use_scope_descriptions_for_consent",
    )
    return dict.fromkeys(on, True) | dict.fromkeys(off, False)
