"""The objects in the payloads of `/api/v2/clients` (OpenAPI, June 2026)."""

from mfa_setup.sandbox.auth0.schemas import BOOLEAN, OBJECT, STRING, array, closed, nullable, one_of, opened, words
from mfa_setup.sandbox.auth0.validation import Schema

_COUNT: Schema = {"type": "integer", "minimum": 1, "maximum": 2147483647}
_CLIENT_ID: Schema = {"type": "string", "format": "client-id"}
_PROFILES: dict[str, Schema] = {
    name: {"type": "string", "format": name.removesuffix("_id").replace("_", "-") + "-id"}
    for name in ("user_attribute_profile_id", "connection_profile_id")
}

REFRESH_TOKEN = closed(
    {
        "rotation_type": one_of("rotating", "non-rotating"),
        "expiration_type": one_of("expiring", "non-expiring"),
        "leeway": {"type": "integer", "minimum": 0},
        "token_lifetime": {"type": "integer", "minimum": 1, "maximum": 157788000},
        "infinite_token_lifetime": BOOLEAN,
        "idle_token_lifetime": {"type": "integer", "minimum": 1},
        "infinite_idle_token_lifetime": BOOLEAN,
        "policies": nullable(
            array(
                closed(
                    {
                        "audience": {"type": "string", "minLength": 1, "maxLength": 600},
                        "scope": array({"type": "string", "minLength": 1, "maxLength": 280}),
                    },
                    "audience",
                    "scope",
                ),
                minItems=1,
            )
        ),
    },
    "rotation_type",
    "expiration_type",
)
JWT = opened(
    {
        "lifetime_in_seconds": {"type": "integer"},
        "secret_encoded": BOOLEAN,
        "scopes": OBJECT,
        "alg": one_of("HS256", "RS256", "RS512", "PS256"),
    }
)
ENCRYPTION_KEY = opened(dict.fromkeys(("pub", "cert", "subject"), STRING))
METADATA = OBJECT | {"maxProperties": 10, "additionalProperties": {"type": ["string", "null"], "maxLength": 255}}
MOBILE = opened(
    {
        "android": opened(
            {
                "app_package_name": STRING,
                "sha256_cert_fingerprints": array({"type": "string", "minLength": 1}, minItems=1),
            }
        ),
        "ios": opened(dict.fromkeys(("team_id", "app_bundle_identifier"), STRING)),
    }
)
BACKCHANNEL_LOGOUT = opened(
    {
        "backchannel_logout_urls": array({"type": "string", "format": "absolute-https-uri-with-placeholders-or-empty"}),
        "backchannel_logout_initiators": opened(
            {
                "mode": one_of("custom", "all"),
                "selected_initiators": array(
                    one_of(
                        *words(
                            """
                            rp-logout idp-logout password-changed session-expired session-revoked account-deleted
                            email-identifier-changed mfa-phone-unenrolled account-deactivated
                            """
                        )
                    )
                ),
            }
        ),
        "backchannel_logout_session_metadata": nullable(opened({"include": BOOLEAN})),
    }
)
SESSION_TRANSFER = closed(
    {
        "can_create_session_transfer_token": BOOLEAN,
        "enforce_cascade_revocation": BOOLEAN,
        "allowed_authentication_methods": nullable(array(one_of("cookie", "query"))),
        "enforce_device_binding": one_of("ip", "asn", "none"),
        "allow_refresh_token": BOOLEAN,
        "enforce_online_refresh_tokens": BOOLEAN,
        "delegation": nullable(
            closed({"allow_delegated_access": BOOLEAN, "enforce_device_binding": one_of("ip", "asn")})
        ),
    }
)
DEFAULT_ORGANIZATION = closed(
    {
        "organization_id": {"type": "string", "format": "organization-id"},
        "flows": array(one_of("client_credentials")),
    },
    "organization_id",
    "flows",
)
TOKEN_EXCHANGE = closed(
    {"allow_any_profile_of_type": array(one_of("custom_authentication", "on_behalf_of_token_exchange"))}
)
QUOTA = closed({"enforce": BOOLEAN, "per_day": _COUNT, "per_hour": _COUNT}, minProperties=1)
TOKEN_QUOTA = closed({"client_credentials": QUOTA}, "client_credentials")
EXPRESS_CONFIGURATION = closed(
    {
        "initiate_login_uri_template": STRING,  # not verified: what its format accepts
        **_PROFILES,
        "enable_client": BOOLEAN,
        "enable_organization": BOOLEAN,
        "linked_clients": array(closed({"client_id": _CLIENT_ID}, "client_id")),
        "okta_oin_client_id": _CLIENT_ID,
        "admin_login_domain": {"type": "string", "minLength": 1},
        "oin_submission_id": {"type": "string", "minLength": 1, "maxLength": 200},
    },
    "initiate_login_uri_template",
    *_PROFILES,
    "enable_client",
    "enable_organization",
    "okta_oin_client_id",
    "admin_login_domain",
)
MY_ORGANIZATION = closed(
    {
        **_PROFILES,
        "allowed_strategies": array(one_of("pingfederate", "adfs", "waad", "google-apps", "okta", "oidc", "samlp")),
        "connection_deletion_behavior": one_of("allow", "allow_if_empty"),
        "invitation_landing_client_id": _CLIENT_ID,
    },
    "allowed_strategies",
    "connection_deletion_behavior",
)


def social_login(*, patch: bool) -> Schema:
    """`native_social_login`; a change may null its parts."""
    switch = closed({"enabled": BOOLEAN}, minProperties=1)
    return closed(
        dict.fromkeys(("apple", "facebook", "google"), nullable(switch) if patch else switch), minProperties=1
    )


def fedcm_login(*, patch: bool) -> Schema:
    """`fedcm_login`; a change may null its parts."""
    switch = closed({"is_enabled": BOOLEAN}, minProperties=1)
    return closed({"google": nullable(switch) if patch else switch}, minProperties=1)
