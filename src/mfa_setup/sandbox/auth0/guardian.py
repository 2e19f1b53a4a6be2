"""Guardian: factors, message types, policies and settings (`/api/v2/guardian`)."""

from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint
from mfa_setup.sandbox.auth0.errors import ManagementError
from mfa_setup.sandbox.auth0.factor_settings import OTP
from mfa_setup.sandbox.auth0.schemas import BOOLEAN, closed
from mfa_setup.sandbox.auth0.state import FACTORS, JSON
from mfa_setup.sandbox.auth0.validation import Schema

DELIVERY = {"sms": "text", "voice": "voice"}
"""The delivery method of a phone provider for each message type (docs)."""

_NAME: dict[str, Schema] = {"name": {"type": "string", "enum": FACTORS}}


def list_factors(call: Call) -> list[JSON]:
    """GET /guardian/factors: always these eight, in this order (recorded)."""
    return [
        {"name": name, "enabled": call.tenant.factors[name], "trial_expired": False}
        | (_settings(call) if name == "sms" and call.query.get("include_settings") else {})
        for name in FACTORS
    ]


def _settings(call: Call) -> JSON:
    # not verified: which factors include settings
    return {"settings": dict(call.tenant.phone_settings)}


def set_factor(call: Call) -> JSON:
    """PUT /guardian/factors/{name}: returns the body (recorded). The last factor may be disabled (recorded)."""
    name, enabled = call.path["name"], call.body["enabled"]
    if name == "sms" and enabled and call.tenant.site.config.auth0_plan == "free":
        # not verified: status and text on the Free plan; verified: its tenants cannot use SMS (support article)
        message = "Please upgrade your subscription to use SMS multi-factor authentication"
        raise ManagementError(403, message, "insufficient_entitlement")
    call.tenant.factors[name] = enabled
    return {"enabled": enabled}


def get_message_types(call: Call) -> JSON:
    """GET /guardian/factors/phone/message-types (recorded); works on both phone stacks."""
    return {"message_types": call.tenant.message_types}


def set_message_types(call: Call) -> JSON:
    """PUT /guardian/factors/phone/message-types: 409 if a unified provider does not support the channel (docs)."""
    wanted = call.body["message_types"]
    if call.tenant.unified:
        for provider in call.tenant.providers.values():
            methods = provider["configuration"].get("delivery_methods", ())
            if any(DELIVERY[kind] not in methods for kind in wanted):
                # not verified: the errorCode; the text is that of the docs
                raise ManagementError(409, "Message Type is not supported by the configured phone provider")
    call.tenant.message_types = wanted
    return {"message_types": wanted}


def get_policies(call: Call) -> list[str]:
    """GET /guardian/policies: a bare array; `[]` means never (recorded)."""
    return call.tenant.policies


def set_policies(call: Call) -> list[str]:
    """PUT /guardian/policies: returns the body, even with every factor disabled (recorded)."""
    call.tenant.policies = call.body
    return call.tenant.policies


def get_phone_settings(call: Call) -> JSON:
    """GET /guardian/factors/phone/settings (recorded on an unreleased branch of a client)."""
    return call.tenant.phone_settings


def set_phone_settings(call: Call) -> JSON:
    """PUT /guardian/factors/phone/settings: returns the body (recorded: 4/30, 6/300 and 8/600)."""
    call.tenant.phone_settings = call.body
    return call.tenant.phone_settings


def get_settings(call: Call) -> JSON:
    """GET /guardian/settings (recorded on an unreleased branch of a client)."""
    return call.tenant.guardian_settings


def set_settings(call: Call) -> JSON:
    """PUT /guardian/settings: returns the body (recorded)."""
    call.tenant.guardian_settings = call.body
    return call.tenant.guardian_settings


def endpoints() -> list[Endpoint]:
    """Returns the endpoints under `/api/v2/guardian` that both phone stacks have."""
    read, update = ("read:guardian_factors",), ("update:guardian_factors",)
    settings = closed(
        {
            "display_remember_me_checkbox": BOOLEAN,
            "remember_me_default_value": BOOLEAN,
            "mfa_session_inactivity_timeout": {"type": "integer", "minimum": 1},
            "mfa_session_overall_timeout": {"type": "integer", "minimum": 1},
        },
        "display_remember_me_checkbox",
        "remember_me_default_value",
        "mfa_session_inactivity_timeout",
        "mfa_session_overall_timeout",
    )
    base = "/guardian/factors"
    return [
        Endpoint("GET", base, read, list_factors, query={"include_settings": BOOLEAN}),
        Endpoint("GET", f"{base}/phone/message-types", read, get_message_types),
        Endpoint("PUT", f"{base}/phone/message-types", update, set_message_types),
        Endpoint("GET", f"{base}/phone/settings", read, get_phone_settings),
        Endpoint("PUT", f"{base}/phone/settings", update, set_phone_settings, OTP),
        Endpoint("GET", "/guardian/settings", read, get_settings),
        Endpoint("PUT", "/guardian/settings", update, set_settings, settings),
        Endpoint("GET", "/guardian/policies", ("read:mfa_policies",), get_policies),
        Endpoint("PUT", "/guardian/policies", ("update:mfa_policies",), set_policies),
        Endpoint("PUT", base + "/{name}", update, set_factor, params=_NAME),
    ]
