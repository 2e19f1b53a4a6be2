"""The settings of single factors under `/api/v2/guardian/factors`, which the sandbox stores but does not act on."""

from dataclasses import dataclass, field
from functools import partial

from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint
from mfa_setup.sandbox.auth0.schemas import BOOLEAN, STRING, closed, nullable, one_of
from mfa_setup.sandbox.auth0.state import JSON
from mfa_setup.sandbox.auth0.validation import Schema

_TEXT = nullable(STRING)
_URL = nullable({"type": "string", "minLength": 1})


@dataclass(frozen=True, slots=True)
class Document:
    """Settings that are read and replaced as a whole.

    Attributes:
        path: The path under `/guardian/factors`.
        schema: Schema of the payload.
        default: The answer to a read before any settings have been stored.
        hidden: The secret keys, which no answer shows.
        readable: Whether the API can read the settings.
    """

    path: str
    schema: Schema
    default: JSON = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    readable: bool = True

    def shown(self, kept: JSON) -> JSON:
        """Returns the settings without the hidden keys."""
        return {name: value for name, value in kept.items() if name not in self.hidden}


# not verified: the limits of the code's length and lifetime; the recordings hold 4/30 and 10/3600 as the extremes
OTP = closed(
    {
        "otp_length": {"type": "integer", "minimum": 4, "maximum": 10},
        "otp_expiration_time": {"type": "integer", "minimum": 30, "maximum": 3600},
    },
    "otp_length",
    "otp_expiration_time",
)
_SNS = closed(
    dict.fromkeys(
        (
            "aws_access_key_id",
            "aws_secret_access_key",
            "aws_region",
            "sns_apns_platform_application_arn",
            "sns_gcm_platform_application_arn",
        ),
        _TEXT,
    )
)
_RELYING_PARTY: dict[str, Schema] = {"overrideRelyingParty": BOOLEAN, "relyingPartyIdentifier": _TEXT}
_VERIFICATION = one_of("discouraged", "preferred", "required")

# The answers are recorded, except those of Duo, APNs, FCM and custom-app; not verified: which secrets these show.
DOCUMENTS = (
    Document("email/settings", OTP, {"otp_length": 6, "otp_expiration_time": 300}),
    Document(
        "push-notification/selected-provider",
        closed({"provider": one_of("guardian", "sns", "direct")}, "provider"),
        {"provider": "guardian"},
    ),
    Document("push-notification/providers/sns", _SNS),
    Document(
        "push-notification/providers/apns",
        closed({"bundle_id": _TEXT, "p12": _TEXT, "sandbox": BOOLEAN}),
        hidden=("p12",),
    ),
    Document(
        "push-notification/providers/fcm",
        closed({"server_key": _TEXT}),
        hidden=("server_key",),
        readable=False,
    ),
    Document(
        "push-notification/providers/fcmv1",
        closed({"server_credentials": _TEXT}),
        hidden=("server_credentials",),
        readable=False,
    ),
    Document(
        "push-notification/settings/custom-app",
        closed({"app_name": _TEXT, "apple_app_link": _URL, "google_app_link": _URL}),
    ),
    Document("duo/settings", closed({"ikey": _TEXT, "skey": _TEXT, "host": _TEXT})),
    Document(
        "webauthn-roaming/settings",
        closed(_RELYING_PARTY | {"userVerification": _VERIFICATION}),
        {"userVerification": "required", "overrideRelyingParty": False},
    ),
    Document("webauthn-platform/settings", closed(_RELYING_PARTY), {"overrideRelyingParty": False}),
)


def _get(document: Document, call: Call) -> JSON:
    return document.shown(call.tenant.factor_settings.get(document.path, document.default))


def _set(document: Document, call: Call) -> JSON:
    """Replaces the settings; the answer returns the body (recorded)."""
    # not verified: whether a field that the body omits is kept; here it is removed
    call.tenant.factor_settings[document.path] = call.body
    return document.shown(call.body)


def endpoints() -> list[Endpoint]:
    """Returns an endpoint that replaces each of the settings, and one that reads it if it is readable."""
    read, update = ("read:guardian_factors",), ("update:guardian_factors",)
    found: list[Endpoint] = []
    for document in DOCUMENTS:
        path = f"/guardian/factors/{document.path}"
        if document.readable:
            found.append(Endpoint("GET", path, read, partial(_get, document)))
        found.append(Endpoint("PUT", path, update, partial(_set, document), document.schema))
    return found
