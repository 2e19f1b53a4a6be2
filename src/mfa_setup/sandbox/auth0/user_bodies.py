"""The schemas of the payloads of `/api/v2/users` and of users' second factors (OpenAPI)."""

from mfa_setup.sandbox.auth0.schemas import BOOLEAN, OBJECT, STRING, array, closed, nullable, one_of
from mfa_setup.sandbox.auth0.validation import Schema

_TEXT: Schema = {"type": "string", "minLength": 1}
_EMAIL: Schema = {"type": "string", "format": "email"}
_PROFILE: dict[str, Schema] = {
    "email": _EMAIL,
    "phone_number": {"type": "string", "pattern": r"^\+[0-9]{1,15}$"},
    "given_name": _TEXT | {"maxLength": 150},
    "family_name": _TEXT | {"maxLength": 150},
    "name": _TEXT | {"maxLength": 300},
    "nickname": _TEXT | {"maxLength": 300},
    "picture": {"type": "string", "format": "strict-uri"},
    "password": _TEXT,
    "username": _TEXT | {"maxLength": 128},
}
_COMMON: dict[str, Schema] = {
    "user_metadata": OBJECT,
    "app_metadata": OBJECT,
    "blocked": BOOLEAN,
    "email_verified": BOOLEAN,
    "phone_verified": BOOLEAN,
    "verify_email": BOOLEAN,
    "connection": _TEXT,
}
CREATE_USER = closed(
    _COMMON | _PROFILE | {"user_id": {"type": "string", "maxLength": 255, "pattern": r"^\S*$"}}, "connection"
)
UPDATE_USER: Schema = OBJECT | {
    "properties": _COMMON
    | {name: nullable(schema) for name, schema in _PROFILE.items()}
    | {"verify_phone_number": BOOLEAN, "client_id": _TEXT}
}

_PHONE: Schema = {"type": "string", "minLength": 2, "maxLength": 30}
_PREFERRED = one_of("voice", "sms")
_STRINGS = dict.fromkeys(
    ("name", "totp_secret", "email", "key_id", "public_key", "identity_user_id", "user_agent", "user_handle"), STRING
)
CREATE_METHOD = closed(
    _STRINGS
    | {
        "type": one_of("phone", "email", "totp", "webauthn-roaming", "passkey"),
        "phone_number": _PHONE,
        "preferred_authentication_method": _PREFERRED,
        "aaguid": {"type": "string", "format": "uuid"},
        "relying_party_identifier": {"type": "string", "format": "hostname"},
        "credential_device_type": one_of("single_device", "multi_device"),
        "credential_backed_up": BOOLEAN,
        "transports": array(STRING),
    },
    "type",
)
SET_METHODS = array(
    closed(
        {
            "type": one_of("phone", "email", "totp"),
            "preferred_authentication_method": _PREFERRED,
            "name": _TEXT | {"maxLength": 20},
            "phone_number": _PHONE,
            "email": _TEXT,
            "totp_secret": _TEXT,
        },
        "type",
    )
)
UPDATE_METHOD = closed({"name": _TEXT | {"maxLength": 20}, "preferred_authentication_method": _PREFERRED})

CREATE_TICKET = closed(
    {
        "user_id": {"type": "string", "format": "user-id"},
        "email": _EMAIL,
        "send_mail": BOOLEAN,
        "email_locale": STRING,
        "factor": one_of("push-notification", "phone", "email", "otp", "webauthn-roaming", "webauthn-platform"),
        "allow_multiple_enrollments": BOOLEAN,
    },
    "user_id",
)
