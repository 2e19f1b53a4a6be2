"""Registration with the carriers: campaigns and brands (OpenAPI, messaging v1; sources: twilio-a2p)."""

from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from mfa_setup.sandbox.twilio.call import Call, answer, room
from mfa_setup.sandbox.twilio.campaign_records import SOLE_PROPRIETOR
from mfa_setup.sandbox.twilio.ids import fixed_sid, iso
from mfa_setup.sandbox.twilio.paging import Entry, page_v1
from mfa_setup.sandbox.twilio.services import service_of


def campaigns(call: Call) -> Response:
    """List a service's campaigns: at most one."""
    service = service_of(call)
    bodies = [service.campaign.json(call.state.account_sid, service.sid, call.base)] if service.campaign else []
    return answer(page_v1(call.request, call.query, "compliance", [Entry(1, body) for body in bodies]))


def campaign(call: Call) -> Response:
    """Fetch a campaign."""
    service = service_of(call)
    if service.campaign is None or service.campaign.sid != call.path["sid"]:
        raise call.absent()
    return answer(service.campaign.json(call.state.account_sid, service.sid, call.base))


def usecases(call: Call) -> Response:
    """List the use cases that a campaign can have (OpenAPI, example): only the one for codes."""
    service_of(call)
    call.query.sid("BrandRegistrationSid", "BN")  # every brand may use it
    text = "Two-Factor authentication, one-time use password, password reset"
    code = {
        "code": "2FA",
        "name": "Two-Factor authentication (2FA)",
        "description": text,
        "post_approval_required": False,
    }
    return answer({"us_app_to_person_usecases": [code]})


def _brand_json(call: Call) -> dict[str, Any]:
    sid, account = call.state.brand_sid, call.state.account_sid
    created = iso(call.state.created)
    url = f"{call.base}/v1/a2p/BrandRegistrations/{sid}"
    return {
        "sid": sid,
        "account_sid": account,
        "customer_profile_bundle_sid": fixed_sid("BU", account, "profile"),
        "a2p_profile_bundle_sid": fixed_sid("BU", account, "a2p"),
        "date_created": created,
        "date_updated": created,
        "brand_type": SOLE_PROPRIETOR if _is_sole_proprietor(call) else "STANDARD",
        "status": "APPROVED",
        "tcr_id": "BSANDBX",
        "failure_reason": None,
        "errors": [],
        "url": url,
        "brand_score": 42,
        "brand_feedback": [],
        "identity_status": "VERIFIED",
        "russell_3000": False,
        "government_entity": False,
        "tax_exempt_status": None,
        "skip_automatic_sec_vet": False,
        "mock": False,
        "links": {"brand_vettings": f"{url}/Vettings", "brand_registration_otps": f"{url}/SmsOtp"},
    }


def _is_sole_proprietor(call: Call) -> bool:
    campaigns = [service.campaign for service in call.state.services.values() if service.campaign]
    return any(campaign.usecase == SOLE_PROPRIETOR for campaign in campaigns)


def _has_brand(call: Call) -> bool:
    return any(service.campaign for service in call.state.services.values())


def brands(call: Call) -> Response:
    """List the account's brands: one if the account has a campaign. The key is `data` (OpenAPI, example)."""
    entries = [Entry(1, _brand_json(call))] if _has_brand(call) else []
    return answer(page_v1(call.request, call.query, "data", entries))


def brand(call: Call) -> Response:
    """Fetch a brand."""
    if not _has_brand(call) or call.path["sid"] != call.state.brand_sid:
        raise call.absent()
    return answer(_brand_json(call))


def routes() -> list[BaseRoute]:
    """Return the routes of this module."""
    usa2p = "/v1/Services/{service}/Compliance/Usa2p"
    return [
        room(usa2p, {"GET": campaigns}),
        room(usa2p + "/Usecases", {"GET": usecases}),
        room(usa2p + "/{sid}", {"GET": campaign}),
        room("/v1/a2p/BrandRegistrations", {"GET": brands}),
        room("/v1/a2p/BrandRegistrations/{sid}", {"GET": brand}),
    ]
