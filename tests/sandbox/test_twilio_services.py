"""Messaging Services, pools, and registration with the carriers."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from mfa_setup.sandbox.server import Sandbox
from mfa_setup.sandbox.twilio.stock import catalogue

LOCAL = next(one.phone_number for one in catalogue() if one.country == "US" and one.kind == "local" and one.sms)
TOLL_FREE = next(one.phone_number for one in catalogue() if one.country == "US" and one.kind == "tollfree")


@pytest.fixture
def api(sandbox: Sandbox, connect: Callable[..., httpx.Client]) -> httpx.Client:
    """Return a client with the account's credentials."""
    return client_of(sandbox, connect)


def client_of(sandbox: Sandbox, connect: Callable[..., httpx.Client]) -> httpx.Client:
    """Return a client with the credentials of a sandbox's account."""
    own = sandbox.world.twilio.credentials
    pair = (own.account_sid, own.auth_token)
    return connect(sandbox, base_url=f"{sandbox.url}/v1", auth=pair)


def create(api: httpx.Client, **form: str) -> dict[str, Any]:
    """Make a service and return it."""
    answer = api.post("/Services", data={"FriendlyName": "mine", **form})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_a_registered_account_has_one_service_with_a_verified_campaign(sandbox: Sandbox, api: httpx.Client) -> None:
    """A registered account has one service with a verified campaign."""
    (service,) = api.get("/Services").json()["services"]
    assert service["us_app_to_person_registered"] is True
    page = api.get(f"/Services/{service['sid']}/Compliance/Usa2p").json()
    (campaign,) = page["compliance"]
    assert page["meta"]["key"] == "compliance"
    assert campaign["campaign_status"] == "VERIFIED"
    assert campaign["us_app_to_person_usecase"] == "2FA"
    assert api.get(f"/Services/{service['sid']}/Compliance/Usa2p/{campaign['sid']}").json() == campaign
    (brand,) = api.get("/a2p/BrandRegistrations").json()["data"]
    assert (brand["sid"], brand["status"]) == (campaign["brand_registration_sid"], "APPROVED")
    assert api.get(f"/a2p/BrandRegistrations/{brand['sid']}").json() == brand
    assert service["links"]["phone_numbers"] == f"{sandbox.url}/v1/Services/{service['sid']}/PhoneNumbers"


def test_an_unregistered_account_has_nothing(
    start: Callable[..., Sandbox], connect: Callable[..., httpx.Client]
) -> None:
    """An unregistered account has nothing."""
    sandbox = start(number_registration="unregistered")
    api = client_of(sandbox, connect)
    sandbox.world.twilio.add_number(TOLL_FREE)
    assert api.get("/Services").json()["services"] == []
    assert api.get("/a2p/BrandRegistrations").json()["data"] == []
    assert api.get(f"/a2p/BrandRegistrations/{sandbox.world.twilio.brand_sid}").status_code == 404
    assert api.get("/Tollfree/Verifications").json()["verifications"] == []


def test_toll_free_numbers_of_a_registered_account_are_verified(sandbox: Sandbox, api: httpx.Client) -> None:
    """Toll free numbers of a registered account are verified."""
    number = sandbox.world.twilio.add_number(TOLL_FREE)
    sandbox.world.twilio.add_number(LOCAL)
    (found,) = api.get("/Tollfree/Verifications").json()["verifications"]
    assert (found["tollfree_phone_number_sid"], found["status"]) == (number.sid, "TWILIO_APPROVED")
    assert api.get(f"/Tollfree/Verifications/{found['sid']}").json() == found
    assert api.get("/Tollfree/Verifications/HH0").status_code == 404
    for query in ({"TollfreePhoneNumberSid": "PN" + "0" * 32}, {"Status": "IN_REVIEW"}):
        assert api.get("/Tollfree/Verifications", params=query).json()["verifications"] == []
    for query in ({"Status": "GOOD"}, {"TollfreePhoneNumberSid": "PN0"}):
        assert api.get("/Tollfree/Verifications", params=query).status_code == 400


def test_a_service_can_be_made_changed_and_deleted(api: httpx.Client) -> None:
    """A service can be made changed and deleted."""
    made = create(api, Usecase="verification", UseInboundWebhookOnNumber="true", ValidityPeriod="300")
    assert made["us_app_to_person_registered"] is False
    assert (made["usecase"], made["use_inbound_webhook_on_number"]) == ("verification", True)
    path = f"/Services/{made['sid']}"
    assert api.get(path).json() == made
    changed = api.post(path, data={"FriendlyName": "yours", "StickySender": "false", "StatusCallback": ""}).json()
    assert (changed["friendly_name"], changed["sticky_sender"]) == ("yours", False)
    assert changed["usecase"] == "verification"
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert api.delete(path).status_code == 404


def test_names_are_not_unique(api: httpx.Client) -> None:
    """Names are not unique."""
    assert create(api)["sid"] != create(api)["sid"]


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"FriendlyName": ""},
        {"FriendlyName": "x" * 65},
        {"FriendlyName": "x", "Usecase": "2FA"},
        {"FriendlyName": "x", "ValidityPeriod": "36001"},
        {"FriendlyName": "x", "StickySender": "maybe"},
        {"FriendlyName": "x", "InboundMethod": "PUT"},
    ],
)
def test_a_bad_service_is_refused(sandbox: Sandbox, api: httpx.Client, form: dict[str, str]) -> None:
    """A bad service is refused."""
    assert api.post("/Services", data=form).status_code == 400
    assert len(sandbox.world.twilio.services) == 1


def test_a_number_is_in_one_pool_at_most(sandbox: Sandbox, api: httpx.Client) -> None:
    """A number is in one pool at most."""
    number = sandbox.world.twilio.add_number(LOCAL)
    first, second = create(api)["sid"], create(api)["sid"]
    entry = api.post(f"/Services/{first}/PhoneNumbers", data={"PhoneNumberSid": number.sid})
    assert entry.status_code == 201
    assert (entry.json()["sid"], entry.json()["service_sid"]) == (number.sid, first)
    assert entry.json()["capabilities"] == ["Voice", "SMS", "MMS"]
    assert api.get(f"/Services/{first}/PhoneNumbers/{number.sid}").json() == entry.json()
    assert api.get(f"/Services/{first}/PhoneNumbers").json()["phone_numbers"] == [entry.json()]
    codes = {
        sid: api.post(f"/Services/{sid}/PhoneNumbers", data={"PhoneNumberSid": number.sid}).json()["code"]
        for sid in (first, second)
    }
    assert codes == {first: 21710, second: 21712}


def test_a_number_can_leave_a_pool_and_stays_in_the_account(sandbox: Sandbox, api: httpx.Client) -> None:
    """A number can leave a pool and stays in the account."""
    state = sandbox.world.twilio
    (service,) = state.services.values()
    number = state.add_number(LOCAL)
    state.add_to_pool(service, number)
    path = f"/Services/{service.sid}/PhoneNumbers/{number.sid}"
    assert api.delete(path).status_code == 204
    assert api.delete(path).status_code == 404
    assert api.get(path).status_code == 404
    assert number.sid in state.numbers


def test_a_released_number_leaves_its_pool(sandbox: Sandbox, api: httpx.Client) -> None:
    """A released number leaves its pool."""
    state = sandbox.world.twilio
    (service,) = state.services.values()
    number = state.add_number(LOCAL)
    state.add_to_pool(service, number)
    state.release(number)
    assert api.get(f"/Services/{service.sid}/PhoneNumbers").json()["phone_numbers"] == []


def test_only_the_accounts_own_numbers_go_into_a_pool(sandbox: Sandbox, api: httpx.Client) -> None:
    """Only the account's own numbers go into a pool."""
    (sid,) = sandbox.world.twilio.services
    for form, code in (({"PhoneNumberSid": "PN" + "0" * 32}, 21421), ({}, 20001)):
        answer = api.post(f"/Services/{sid}/PhoneNumbers", data=form)
        assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_service_that_is_not_there_is_404(api: httpx.Client) -> None:
    """A service that is not there is 404."""
    for path in (
        "",
        "/PhoneNumbers",
        "/Compliance/Usa2p",
        "/Compliance/Usa2p/QE0",
        "/Compliance/Usa2p/Usecases",
    ):
        answer = api.get(f"/Services/MG{'0' * 32}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, 20404), path


def test_the_use_case_of_codes_is_offered(sandbox: Sandbox, api: httpx.Client) -> None:
    """The use case of codes is offered."""
    (sid,) = sandbox.world.twilio.services
    codes = api.get(f"/Services/{sid}/Compliance/Usa2p/Usecases").json()["us_app_to_person_usecases"]
    assert [one["code"] for one in codes] == ["2FA"]


def test_a_service_without_a_campaign_says_so(api: httpx.Client) -> None:
    """A service without a campaign says so."""
    sid = create(api)["sid"]
    assert api.get(f"/Services/{sid}/Compliance/Usa2p").json()["compliance"] == []
    assert api.get(f"/Services/{sid}/Compliance/Usa2p/QE0").status_code == 404


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/PhoneNumbers/Countries/US", "phone_number_prices"),
        ("/Messaging/Countries/US", "outbound_sms_prices"),
    ],
)
def test_prices_are_strings(api: httpx.Client, path: str, key: str) -> None:
    """Prices are strings."""
    body = api.get(path).json()
    prices = body[key][0]["prices"] if key == "outbound_sms_prices" else body[key]
    assert all(isinstance(one["current_price"], str) for one in prices)
    assert [one["number_type"] for one in prices] == ["local", "toll free"]
    assert (body["iso_country"], body["price_unit"]) == ("US", "USD")
    assert api.get(path[:-2] + "XX").status_code == 404
