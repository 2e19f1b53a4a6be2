"""Where the OpenAPI documents are contradicted: by recordings, by docs/sources.md, or by themselves. These win."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_SWITCH = {"type": "boolean"}
_TEXT = {"type": "string"}
_ANY: dict[str, Any] = {}
_CLEARABLE = {"type": ["object", "null"]}


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change of a named schema.

    Attributes:
        reason: Where the contradiction was seen.
        properties: What the schema knows besides, or otherwise than documented.
        answered: The same, for answers only.
        not_required: What may be missing, although the document requires it.
        nulls: Whether every property may be null.
    """

    reason: str
    properties: dict[str, Any] = field(default_factory=dict)
    answered: dict[str, Any] = field(default_factory=dict)
    not_required: tuple[str, ...] = ()
    nulls: bool = False


_CREDENTIALS = Amendment(
    "Required, and not among the properties, of which there are no others. Recorded: missing, and null in a list.",
    {"credentials": {"type": "null"}},
    not_required=("credentials",),
)
_TIMES = Amendment("Recorded in every answer.", {"created_at": _TEXT, "updated_at": _TEXT})
_TEMPLATES = Amendment(
    "Recorded: {} of a tenant that has never set them.", not_required=("enrollment_message", "verification_message")
)
_LOGIN = Amendment("Recorded in every answer, and in requests.", {"universal_login": _CLEARABLE})
_LOGOUT = Amendment("Recorded: null clears it.", {"oidc_backchannel_logout": _CLEARABLE})
_TRIGGER = Amendment("Recorded: triggers that the document does not know, such as mcp-tool.", {"id": _TEXT})
_VERSION = Amendment(
    "Recorded: of each Action that has been deployed.", answered={"current_version": {"type": "object"}}
)
_LOOKUP = Amendment("The official examples have null for whatever is not known.", nulls=True)
AMENDMENTS: Final[dict[str, Amendment]] = {
    "PhoneProviderSchemaMasked": _CREDENTIALS,
    "CreateBrandingPhoneProviderResponseContent": _CREDENTIALS,
    "GetBrandingPhoneProviderResponseContent": _CREDENTIALS,
    "UpdateBrandingPhoneProviderResponseContent": _CREDENTIALS,
    "PhoneTemplate": _TIMES,
    "CreatePhoneTemplateResponseContent": _TIMES,
    "GetPhoneTemplateResponseContent": _TIMES,
    "UpdatePhoneTemplateResponseContent": _TIMES,
    "ResetPhoneTemplateResponseContent": _TIMES,
    "GetGuardianFactorPhoneTemplatesResponseContent": _TEMPLATES,
    "GetGuardianFactorSmsTemplatesResponseContent": _TEMPLATES,
    "GetTenantSettingsResponseContent": _LOGIN,
    "UpdateTenantSettingsResponseContent": _LOGIN,
    "UpdateTenantSettingsRequestContent": _LOGIN,
    "TenantSettingsFlags": Amendment(
        "Recorded in answers and in requests.",
        dict.fromkeys(("universal_login", "use_scope_descriptions_for_consent"), _SWITCH),
        answered=dict.fromkeys(
            (
                "allow_other_legacy_grant_types",
                "cannot_change_enforce_client_authentication_on_passwordless_start",
                "dashboard_new_onboarding",
                "enable_custom_domain_in_emails",
                "enable_legacy_logs_search_v2",
                "new_universal_login_experience_enabled",
            ),
            _SWITCH,
        ),
    ),
    "CreateClientRequestContent": _LOGOUT,
    "UpdateClientRequestContent": _LOGOUT,
    "ConnectionForList": Amendment(
        "Recorded: in lists, too, though deprecated.", {"enabled_clients": {"type": "array"}}
    ),
    "ListClientsOffsetPaginatedResponseContent": Amendment(
        "Recorded besides, of one tenant.", {"length": {"type": "integer"}, "next": _TEXT}
    ),
    "GuardianFactor": Amendment(
        "Recorded: with `include_settings`, which the document does not know.", {"settings": _ANY}
    ),
    "ActionTrigger": _TRIGGER,
    "ActionTriggerCompatibleTrigger": _TRIGGER,
    **dict.fromkeys(
        ("Action", "GetActionResponseContent", "CreateActionResponseContent", "UpdateActionResponseContent"), _VERSION
    ),
    "ActionBinding": Amendment("As above.", {"trigger_id": _TEXT}),
    **dict.fromkeys(
        (
            "CallForwardingInfo",
            "CallerNameInfo",
            "IdentityMatchInfo",
            "LastSimSwapInfo",
            "LineStatusInfo",
            "LineTypeIntelligenceInfo",
            "LookupResponse",
            "ReassignedNumberInfo",
            "SimSwapInfo",
            "SmsPumpingRiskInfo",
        ),
        _LOOKUP,
    ),
}
"""By the name of the schema, for requests and answers alike."""


STATUSES: Final[dict[str, dict[int, int]]] = {
    "POST /api/v2/actions/actions/{id}/deploy": {200: 202},
    "PATCH /api/v2/actions/actions/{id}": {201: 200},
}
"""Recorded statuses that the document does not know, and the documented one whose answer they have."""


RULES: Final[list[tuple[str, str, str]]] = [
    (
        "GET /api/v2/users",
        "You can only page through the first 1000 records.*",
        "Public threads; the document's prose says it of the search.",
    ),
    (
        "POST /api/v2/actions/actions/{id}/deploy",
        "A draft must be in the 'built' state before it can be deployed.",
        "Public threads.",
    ),
    (
        "PATCH /api/v2/actions/triggers/{triggerId}/bindings",
        "Trying to create a binding between an incompatible action and trigger.",
        "A public thread.",
    ),
    (
        "POST /api/v2/branding/phone/providers | PATCH /api/v2/branding/phone/providers/{id}",
        "Bad Operation on Notification Resource",
        "Recorded: a Twilio provider without a sender.",
    ),
    (
        "GET /api/v2/clients",
        "Query validation error: 'Invalid value' on property q.",
        "The document's prose: only together with checkpoint paging.",
    ),
    (
        "POST /api/v2/clients | PATCH /api/v2/clients/{id}",
        "Invalid grant types: client_credentials",
        "A public thread: a client without a secret has no client credentials.",
    ),
    (
        "POST /api/v2/clients | PATCH /api/v2/clients/{id}",
        "express_configuration.*: there is no such profile",
        "Recorded: 400 for profiles that the tenant does not have; the sandbox has none.",
    ),
    (
        "POST /api/v2/clients | PATCH /api/v2/clients/{id}",
        "Payload validation error: .* on property client_metadata.*",
        "The document's prose: the values are strings of up to 255 characters.",
    ),
    (
        "POST /api/v2/connections",
        "Cross App Access Requesting App is not supported for this connection.",
        "Recorded.",
    ),
    ("POST /api/v2/connections", "attribute.* must .*|Cannot set both .*", "Recorded: rules between attributes."),
    (
        "POST /api/v2/users/{id}/authentication-methods | PUT /api/v2/users/{id}/authentication-methods",
        "Payload validation error: 'Missing required property: .*'.",
        "The document's prose: what each type of method needs.",
    ),
    (
        "PATCH /api/v2/users/{id}",
        "PasswordStrengthError: .*",
        "The policy of the connection decides, not the schema.",
    ),
]
"""Refusals with 400 of requests that the document allows: the operations, the message as a pattern, and the reason."""

TWILIO_RULES: Final[dict[int, str]] = {
    20001: "A parameter that needs another one: InRateCenter needs InLata (OpenAPI, prose).",
    21212: "The form of a sender that is no number of the account.",
    21421: "A number that nobody can have, or none named (OpenAPI, `conditional`).",
    21422: "A number that the account owns or somebody else has.",
    21450: "A recipient that is verified already.",
    21451: "An area code that is none.",
    21452: "No number in that area.",
    21602: "A message without text or media (OpenAPI, `conditional`).",
    21603: "A message without a sender (OpenAPI, `conditional`).",
    21606: "A sender that cannot send SMS.",
    21659: "A sender that is no number of the account.",
    21660: "A sender that is somebody else's.",
    21608: "A recipient that a trial may not write to.",
    21701: "A Messaging Service that is not there.",
    21703: "A Messaging Service without numbers.",
    21714: "A pool that is full.",
    30409: "Only a scheduled message can be canceled (OpenAPI, prose).",
}
"""Twilio's refusals with 400 that speak of the account and not of the form."""

UNSERVED: Final[dict[str, str]] = {
    "GET /api/v2/attack-protection/phone-provider-protection": "An add-on that limits how many codes are sent.",
    "PATCH /api/v2/attack-protection/phone-provider-protection": "An add-on that limits how many codes are sent.",
    "POST /api/v2/jobs/users-exports": "Exports of users: the tool counts with the list of users.",
    "GET /api/v2/jobs/{id}": "Exports of users: the tool counts with the list of users.",
    "GET /api/v2/jobs/{id}/errors": "Exports of users: the tool counts with the list of users.",
    "GET /api/v2/stats/active-users": "Statistics of a real tenant.",
    "GET /api/v2/stats/daily": "Statistics of a real tenant.",
    "GET /api/v2/users/{id}/logs": "Authentication methods serve for this.",
    "POST /api/v2/users/{id}/multifactor/actions/invalidate-remember-browser": "Authentication methods serve for this.",
    "DELETE /api/v2/users/{id}/multifactor/{provider}": "Authentication methods serve for this.",
    "POST /api/v2/users/{id}/recovery-code-regeneration": "Authentication methods serve for this.",
    "GET /v1/Policies": "Nothing of this tool looks at the policies of Trust Hub.",
    "GET /v1/SafeList/Numbers": "Twilio's lists against pumping are set up manually.",
    "POST /v1/SafeList/Numbers": "As above.",
    "DELETE /v1/SafeList/Numbers": "As above.",
    "POST /v1/Services/{MessagingServiceSid}/Compliance/Usa2p": "A campaign takes weeks and documents: not for a tool.",
    "POST /v1/Tollfree/Verifications": "Likewise.",
}
"""Operations of the documents that the sandbox answers as it answers what does not exist; they may get fewer."""


def is_rule(operation: str, service: str, refusal: Mapping[str, Any]) -> bool:
    """Whether a refusal with 400 is one of a valid request."""
    if service == "twilio":
        return refusal["code"] in TWILIO_RULES
    return any(
        operation in names.split(" | ") and re.fullmatch(message, refusal["message"]) for names, message, _ in RULES
    )
