"""The `options` in the payloads of `/api/v2/connections` (OpenAPI): what is known of them; others pass."""

from mfa_setup.sandbox.auth0.schemas import BOOLEAN, STRING, array, closed, nullable, one_of, opened, words
from mfa_setup.sandbox.auth0.validation import Schema

_SWITCH = closed({"enabled": BOOLEAN})
_ACTIVE = closed({"active": BOOLEAN})
_ENABLE: dict[str, Schema] = {"enable": BOOLEAN}
_LENGTH: Schema = {"type": "number", "minimum": 1, "maximum": 128}
_STATUS = one_of("required", "optional", "inactive")
_SIGNUP = closed({"status": _STATUS, "verification": _ACTIVE})
_ALGORITHMS = words("ES256 ES384 PS256 PS384 RS256 RS384 RS512")
_ALIASES = words(
    """
    acr_values audience client_id display id_token_hint login_hint max_age prompt resource response_mode response_type
    ui_locales
    """
)


def _identifier(method: str) -> Schema:
    return closed({"active": BOOLEAN, "default_method": one_of("password", method)})


def _words_of(longest: int) -> Schema:
    return array({"type": "string", "maxLength": longest})


ATTRIBUTES = closed(
    {
        "email": closed(
            {
                "identifier": _identifier("email_otp"),
                "unique": BOOLEAN,
                "profile_required": BOOLEAN,
                "verification_method": one_of("link", "otp"),
                "signup": _SIGNUP,
            }
        ),
        "phone_number": closed(
            {"identifier": _identifier("phone_otp"), "profile_required": BOOLEAN, "signup": _SIGNUP}
        ),
        "username": closed(
            {
                "identifier": _ACTIVE,
                "profile_required": BOOLEAN,
                "signup": closed({"status": _STATUS}),
                "validation": closed(
                    {
                        "min_length": _LENGTH,
                        "max_length": _LENGTH,
                        "allowed_types": closed({"email": BOOLEAN, "phone_number": BOOLEAN}),
                    }
                ),
            }
        ),
    },
    minProperties=1,
)
_PASSWORD_OPTIONS = closed(
    {
        "complexity": closed(
            {
                "min_length": {"type": "integer", "minimum": 1, "maximum": 72},
                "character_types": array(one_of("uppercase", "lowercase", "number", "special")),
                "character_type_rule": one_of("all", "three_of_four"),
                "identical_characters": one_of("allow", "block"),
                "sequential_characters": one_of("allow", "block"),
                "max_length_exceeded": one_of("truncate", "error"),
            }
        ),
        "dictionary": closed({"active": BOOLEAN, "custom": _words_of(50), "default": one_of("en_10k", "en_100k")}),
        "history": closed({"active": BOOLEAN, "size": {"type": "integer", "minimum": 1, "maximum": 24}}),
        "profile_data": closed({"active": BOOLEAN, "blocked_fields": _words_of(100)}),
    }
)
_USERNAME = closed({"min": {"type": "integer", "minimum": 1}, "max": {"type": "integer", "maximum": 128}}, "max", "min")
_UPSTREAM: Schema = {
    "type": "object",
    "anyOf": [closed({"alias": one_of(*_ALIASES)}), closed({"value": STRING})],
}
_GATEWAY = opened(
    dict.fromkeys(("method", "subject", "audience", "secret"), STRING) | {"secret_base64_encoded": BOOLEAN},
    "method",
    "audience",
    "secret",
)
_SWITCHES = words(
    """
    enable_script_context enabledDatabaseCustomization import_mode api_enable_users api_enable_groups basic_profile
    ext_admin ext_is_suspended ext_agreed_terms ext_groups ext_assigned_plans ext_profile
    disable_self_service_change_password id_token_session_expiry_supported
    """
)
_SCRIPT: Schema = {"type": "string", "minLength": 1}
_SCRIPTS = words("login get_user delete change_password verify create change_username change_email change_phone_number")

OPTIONS = opened(
    dict.fromkeys(_SWITCHES, BOOLEAN)
    | {
        "validation": nullable(closed({"username": nullable(_USERNAME)})),
        "non_persistent_attrs": nullable(array(STRING)),
        "precedence": array(one_of("email", "phone_number", "username"), minItems=3),
        "attributes": ATTRIBUTES,
        "configuration": nullable({"type": "object", "additionalProperties": nullable(STRING)}),
        "customScripts": opened(dict.fromkeys(_SCRIPTS, _SCRIPT)),
        "authentication_methods": nullable(
            closed(
                {
                    "password": closed(
                        {
                            "enabled": BOOLEAN,
                            "api_behavior": one_of("required", "optional"),
                            "signup_behavior": one_of("allow", "block"),
                        }
                    ),
                    **dict.fromkeys(("passkey", "email_otp", "phone_otp"), _SWITCH),
                }
            )
        ),
        "passkey_options": nullable(
            closed(
                {
                    "challenge_ui": one_of("both", "autofill", "button"),
                    "progressive_enrollment_enabled": BOOLEAN,
                    "local_enrollment_enabled": BOOLEAN,
                }
            )
        ),
        "passwordPolicy": nullable(one_of("none", "low", "fair", "good", "excellent")),
        "password_complexity_options": nullable(
            closed({"min_length": {"type": "integer", "minimum": 1, "maximum": 128}})
        ),
        "password_history": nullable(
            closed(_ENABLE | {"size": {"type": "integer", "minimum": 0, "maximum": 24}}, "enable")
        ),
        "password_no_personal_info": nullable(closed(_ENABLE, "enable")),
        "password_dictionary": nullable(closed(_ENABLE | {"dictionary": _words_of(50)}, "enable")),
        "password_options": _PASSWORD_OPTIONS,
        "upstream_params": nullable({"type": "object", "additionalProperties": _UPSTREAM}),
        "set_user_root_attributes": one_of("on_each_login", "on_first_login", "never_on_login"),
        "gateway_authentication": nullable(_GATEWAY),
        "federated_connections_access_tokens": nullable(_ACTIVE),
        "assertion_decryption_settings": closed(
            {
                "algorithm_profile": one_of("v2026-1"),
                "algorithm_exceptions": array({"type": "string", "minLength": 1, "maxLength": 100}),
            },
            "algorithm_profile",
        ),
        "id_token_signed_response_algs": nullable(array(one_of(*_ALGORITHMS))),
        "dpop_signing_alg": one_of("ES256", "ES384", "ES512", "Ed25519"),
        "token_endpoint_auth_method": nullable(one_of("client_secret_post", "private_key_jwt")),
        "token_endpoint_auth_signing_alg": nullable(one_of(*_ALGORITHMS)),
        "token_endpoint_jwtca_aud_format": one_of("issuer", "token_endpoint"),
    }
)
