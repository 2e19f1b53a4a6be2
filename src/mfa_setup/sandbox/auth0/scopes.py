"""The scopes of the Management API, as the recorded grant of an administrator's client lists them."""

_RESOURCES = {
    "blacklist": ("tokens"),
    "create": ("user_tickets guardian_enrollment_tickets"),
    "create delete": ("passwords_checking_job sso_access_tickets"),
    "create delete read": (
        "user_custom_blocks role_members organization_members organization_member_roles "
        "organization_invitations scim_token organization_client_grants"
    ),
    "create delete read update": (
        "client_grants users users_app_metadata clients client_keys connections resource_servers "
        "device_credentials rules hooks actions email_provider shields custom_domains roles "
        "log_streams organizations organization_connections client_credentials authentication_methods "
        "organization_discovery_domains scim_config phone_providers phone_templates encryption_keys "
        "self_service_profiles forms flows flows_vault_connections network_acls vdcs_templates "
        "custom_signing_keys user_attribute_profiles event_streams connection_profiles "
        "token_exchange_profiles"
    ),
    "create read update": ("email_templates signing_keys connections_keys"),
    "delete read": ("anomaly_blocks grants guardian_enrollments flows_executions federated_connections_tokens"),
    "delete read update": ("rules_configs branding sessions refresh_tokens"),
    "read": (
        "stats insights logs logs_users user_idp_tokens entitlements organizations_summary "
        "flows_vault security_metrics client_summary"
    ),
    "read update": (
        "tenant_settings triggers guardian_factors mfa_policies prompts limits attack_protection "
        "connections_options self_service_profile_custom_texts event_deliveries"
    ),
}

ALL_SCOPES: tuple[str, ...] = tuple(
    f"{verb}:{resource}"
    for verbs, resources in _RESOURCES.items()
    for resource in resources.split()
    for verb in verbs.split()
)
"""Every scope; the sandbox's own client has them all unless `POST /_sandbox/grants` reduces them."""
