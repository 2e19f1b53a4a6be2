"""The phone stack of older tenants: `/api/v2/guardian/factors/phone` and its older name `sms`."""

from collections.abc import Callable
from typing import Any, TypeVar

from starlette.responses import Response

from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint
from mfa_setup.sandbox.auth0.errors import ManagementError
from mfa_setup.sandbox.auth0.state import JSON

ENROLLMENT = (
    "{{code}} is your verification code for {{tenant.friendly_name}}. Please enter this code to verify your enrollment."
)
VERIFICATION = "{{code}} is your verification code for {{tenant.friendly_name}}"

_Answer = TypeVar("_Answer")

_DEPRECATED = (
    "Insufficient privileges to use this deprecated feature. "
    "To handle Phone Provider/Templates refer to Tenant Phone Settings"
)


def _legacy_only(handler: Callable[[Call], _Answer]) -> Callable[[Call], _Answer]:
    """Rejects a tenant on the Unified Phone Experience, even for reads (public threads quote the text)."""

    def refuse_or_answer(call: Call) -> _Answer:
        if call.tenant.unified:
            # The errorCode is that of a client's unit tests; not verified: it was never recorded.
            raise ManagementError(403, _DEPRECATED, "legacy_mfa_phone_provider_not_allowed")
        return handler(call)

    return refuse_or_answer


def get_provider(call: Call) -> JSON:
    """GET .../selected-provider (recorded)."""
    return {"provider": call.tenant.legacy.provider}


def set_provider(call: Call) -> JSON:
    """PUT .../selected-provider: returns the body (recorded)."""
    call.tenant.legacy.provider = call.body["provider"]
    return {"provider": call.tenant.legacy.provider}


def get_twilio(call: Call) -> JSON:
    """GET .../providers/twilio: `{}` until configured, then with the token in clear text (recorded 2022-23)."""
    # not verified: whether the service still shows the token today
    return call.tenant.legacy.twilio


def set_twilio(call: Call) -> JSON:
    """PUT .../providers/twilio: replaces the settings, returns the token too, validates no value (recorded)."""
    # not verified: whether the service keeps a field that the body omits; here it is removed
    # not verified: that a body with only nulls resets the settings; there is no DELETE
    call.tenant.legacy.twilio = call.body if any(value is not None for value in call.body.values()) else {}
    return dict(call.body)


def get_templates(call: Call) -> Any:
    """GET .../templates: 200 with `{}` until they are set (recorded; another recorded tenant: 204)."""
    return call.tenant.legacy.templates or {}


def get_templates_sms(call: Call) -> Any:
    """GET sms/templates: 204 if the tenant has never set them (recorded, and in the OpenAPI document)."""
    templates = call.tenant.legacy.templates
    return Response(status_code=204) if templates is None else templates


def set_templates(call: Call) -> JSON:
    """PUT .../templates: returns the body (recorded)."""
    call.tenant.legacy.templates = call.body
    return dict(call.body)


def endpoints() -> list[Endpoint]:
    """Returns the endpoints of the legacy phone stack, under both names."""
    read, update = ("read:guardian_factors",), ("update:guardian_factors",)
    found: list[Endpoint] = []
    for factor, read_templates in (("phone", get_templates), ("sms", get_templates_sms)):
        base = f"/guardian/factors/{factor}"
        found += [
            Endpoint("GET", f"{base}/selected-provider", read, _legacy_only(get_provider)),
            Endpoint("PUT", f"{base}/selected-provider", update, _legacy_only(set_provider)),
            Endpoint("GET", f"{base}/providers/twilio", read, _legacy_only(get_twilio)),
            Endpoint("PUT", f"{base}/providers/twilio", update, _legacy_only(set_twilio)),
            Endpoint("GET", f"{base}/templates", read, _legacy_only(read_templates)),
            Endpoint("PUT", f"{base}/templates", update, _legacy_only(set_templates)),
        ]
    return found
