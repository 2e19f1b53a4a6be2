"""Buying, listing, changing and releasing numbers."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from mfa_setup.sandbox.config import TwilioAccountKind
from mfa_setup.sandbox.server import Sandbox

NUMBERS = "/IncomingPhoneNumbers"


@pytest.fixture
def api(sandbox: Sandbox, connect: Callable[..., httpx.Client]) -> httpx.Client:
    """Return a client with the account's credentials."""
    return client_of(sandbox, connect)


def client_of(sandbox: Sandbox, connect: Callable[..., httpx.Client]) -> httpx.Client:
    """Return a client with the credentials of a sandbox's account."""
    own = sandbox.world.twilio.credentials
    pair = (own.account_sid, own.auth_token)
    return connect(sandbox, base_url=f"{sandbox.url}/2010-04-01/Accounts/{own.account_sid}", auth=pair)


def offered(api: httpx.Client, where: str = "US/Local", **query: str) -> list[str]:
    """Return the numbers that a search offers."""
    answer = api.get(f"/AvailablePhoneNumbers/{where}.json", params=query).json()
    return [one["phone_number"] for one in answer["available_phone_numbers"]]


def buy(api: httpx.Client, number: str, **form: str) -> dict[str, Any]:
    """Buy a number and return it."""
    answer = api.post(f"{NUMBERS}.json", data={"PhoneNumber": number, **form})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def refusal(api: httpx.Client, **form: str) -> tuple[int, int]:
    """Return status and code of a purchase that is refused."""
    answer = api.post(f"{NUMBERS}.json", data=form)
    return answer.status_code, answer.json()["code"]


def listed(api: httpx.Client, **query: str) -> list[str]:
    """Return the numbers that a list holds."""
    answer = api.get(f"{NUMBERS}.json", params=query)
    assert answer.status_code == 200, answer.text
    return [one["phone_number"] for one in answer.json()["incoming_phone_numbers"]]


def test_a_bought_number_is_owned_and_leaves_the_stock(sandbox: Sandbox, api: httpx.Client) -> None:
    """A bought number is owned and leaves the stock."""
    number = offered(api, AreaCode="303")[0]
    bought = buy(api, number)
    assert bought["sid"].startswith("PN")
    assert bought["friendly_name"].startswith("(303) ")
    assert bought["capabilities"] == {"voice": True, "sms": True, "mms": True, "fax": False}
    assert bought["status"] == "in-use"
    assert number not in offered(api, AreaCode="303")
    assert api.get(f"{NUMBERS}/{bought['sid']}.json").json() == bought
    assert sandbox.world.snapshot()["twilio"]["numbers"] == [bought]
    assert sandbox.world.snapshot()["twilio"]["purchases"] == 1


def test_the_balance_falls_by_the_price(api: httpx.Client) -> None:
    """The balance falls by the price."""
    before = api.get("/Balance.json").json()
    buy(api, offered(api)[0])
    after = api.get("/Balance.json").json()
    assert (before["balance"], after["balance"]) == ("250.0000", "248.8500")
    assert after["currency"] == "USD"


def test_buying_an_owned_number_again_updates_it_and_buys_nothing(sandbox: Sandbox, api: httpx.Client) -> None:
    """Buying an owned number again updates it and buys nothing."""
    number = offered(api)[0]
    first = buy(api, number, FriendlyName="one")
    second = buy(api, number, FriendlyName="two")
    assert (second["sid"], second["friendly_name"]) == (first["sid"], "two")
    assert sandbox.world.twilio.purchases == 1
    assert listed(api) == [number]


def test_an_area_code_buys_another_number_each_time(sandbox: Sandbox, api: httpx.Client) -> None:
    """An area code buys another number each time."""
    bought = {api.post(f"{NUMBERS}.json", data={"AreaCode": "808"}).json()["phone_number"] for _ in range(2)}
    assert len(bought) == 2
    assert all(number.startswith("+1808") for number in bought)
    assert sandbox.world.twilio.purchases == 2


def test_a_released_number_returns_to_the_stock(api: httpx.Client) -> None:
    """A released number returns to the stock."""
    number = offered(api)[0]
    sid = buy(api, number)["sid"]
    assert api.delete(f"{NUMBERS}/{sid}.json").status_code == 204
    assert number in offered(api)
    for answer in (api.delete(f"{NUMBERS}/{sid}.json"), api.get(f"{NUMBERS}/{sid}.json")):
        assert (answer.status_code, answer.json()["code"]) == (404, 20404)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, 21421),
        ({"PhoneNumber": "4155550100"}, 21421),
        ({"PhoneNumber": "+1 415 555 0100"}, 21421),
        ({"PhoneNumber": "+15555555555"}, 21421),
        ({"PhoneNumber": "+14155550100"}, 21422),
        ({"AreaCode": "999"}, 21452),
        ({"AreaCode": "41"}, 21451),
    ],
)
def test_what_cannot_be_bought_is_refused(sandbox: Sandbox, api: httpx.Client, form: dict[str, str], code: int) -> None:
    """What cannot be bought is refused."""
    assert refusal(api, **form) == (400, code)
    assert sandbox.world.twilio.purchases == 0


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"FriendlyName": "x" * 65}, 20002),
        ({"SmsUrl": "ftp://example.com"}, 21402),
        ({"SmsMethod": "PUT"}, 20001),
        ({"TrunkSid": "TK1"}, 20001),
        ({"VoiceReceiveMode": "telex"}, 20001),
    ],
)
def test_a_bad_setting_refuses_the_purchase_as_a_whole(
    sandbox: Sandbox, api: httpx.Client, form: dict[str, str], code: int
) -> None:
    """A bad setting refuses the purchase as a whole."""
    number = offered(api)[0]
    assert refusal(api, PhoneNumber=number, **form) == (400, code)
    assert sandbox.world.snapshot()["twilio"]["numbers"] == []


def test_a_number_that_someone_else_bought_meanwhile_is_unavailable(sandbox: Sandbox, api: httpx.Client) -> None:
    """A number that someone else bought meanwhile is unavailable."""
    number = offered(api)[0]
    sandbox.world.twilio.taken.add(number)
    assert number in offered(api)
    assert refusal(api, PhoneNumber=number) == (400, 21422)


def test_papers_are_asked_for_where_they_are_needed(sandbox: Sandbox, api: httpx.Client) -> None:
    """Regulatory documents are required where the country needs them."""
    number = offered(api, "DE/Mobile")[0]
    state = sandbox.world.twilio
    address, bundle = state.add_paper("AD", "DE"), state.add_paper("BU", "DE")
    foreign, other = state.add_paper("AD", "US"), state.add_paper("BU", "FR")
    assert refusal(api, PhoneNumber=number) == (400, 21615)
    assert refusal(api, PhoneNumber=number, AddressSid=foreign) == (400, 21615)
    assert refusal(api, PhoneNumber=number, AddressSid=address) == (400, 21649)
    assert refusal(api, PhoneNumber=number, AddressSid=address, BundleSid=other) == (400, 21651)
    bought = buy(api, number, AddressSid=address, BundleSid=bundle)
    assert (bought["address_sid"], bought["bundle_sid"]) == (address, bundle)


def test_any_address_or_a_foreign_one_may_be_asked_for(sandbox: Sandbox, api: httpx.Client) -> None:
    """Any address or a foreign one may be asked for."""
    home, away = sandbox.world.twilio.add_paper("AD", "NL"), sandbox.world.twilio.add_paper("AD", "US")
    dutch = offered(api, "NL/Mobile")[0]
    assert refusal(api, PhoneNumber=dutch) == (400, 21631)
    assert refusal(api, PhoneNumber=dutch, AddressSid=home) == (400, 21615)
    assert buy(api, dutch, AddressSid=away)["address_requirements"] == "foreign"


def test_a_path_of_one_kind_sells_and_lists_that_kind(api: httpx.Client) -> None:
    """A path of one kind sells and lists that kind."""
    toll_free, local = offered(api, "US/TollFree")[0], offered(api)[0]
    assert api.post(f"{NUMBERS}/TollFree.json", data={"PhoneNumber": local}).status_code == 400
    assert api.post(f"{NUMBERS}/TollFree.json", data={"PhoneNumber": toll_free}).status_code == 201
    buy(api, local)
    kinds = {
        kind: [one["phone_number"] for one in api.get(f"{NUMBERS}/{kind}.json").json()["incoming_phone_numbers"]]
        for kind in ("Local", "Mobile", "TollFree")
    }
    assert kinds == {"Local": [local], "Mobile": [], "TollFree": [toll_free]}


def test_lists_can_be_filtered(api: httpx.Client) -> None:
    """Lists can be filtered."""
    first, second = offered(api, AreaCode="415", SmsEnabled="true", Beta="false")[:2]
    buy(api, first, FriendlyName="mfa-setup:1")
    buy(api, second, FriendlyName="mfa-setup:2")
    assert listed(api) == [second, first]
    assert listed(api, FriendlyName="mfa-setup:1") == [first]
    assert listed(api, FriendlyName="mfa-setup") == []
    assert listed(api, PhoneNumber=second) == [second]
    assert listed(api, PhoneNumber=first[:-1] + "*") != []
    assert listed(api, PhoneNumber="415") == [second, first]
    assert listed(api, Beta="false") == [second, first]
    assert listed(api, Origin="hosted") == []
    assert api.get(f"{NUMBERS}.json", params={"PhoneNumber": "abc"}).status_code == 400
    assert api.get(f"{NUMBERS}.json", params={"Origin": "other"}).status_code == 400


def test_an_update_changes_what_it_names(api: httpx.Client) -> None:
    """An update changes what it names."""
    sid = buy(api, offered(api)[0], FriendlyName="old", SmsUrl="https://example.com/a")["sid"]
    changed = api.post(
        f"{NUMBERS}/{sid}.json", data={"FriendlyName": "new", "SmsUrl": "", "VoiceCallerIdLookup": "true"}
    ).json()
    assert (changed["friendly_name"], changed["sms_url"]) == ("new", "")
    assert changed["voice_caller_id_lookup"] is True
    reset = api.post(f"{NUMBERS}/{sid}.json", data={"FriendlyName": "", "EmergencyStatus": "Active"}).json()
    assert reset["friendly_name"].startswith("(")
    assert reset["emergency_status"] == "Active"
    moved = api.post(f"{NUMBERS}/{sid}.json", data={"AccountSid": "AC" + "0" * 32})
    assert moved.status_code == 400


@pytest.mark.parametrize(("kind", "first", "second"), [("trial", 10002, 10002), ("legacy-trial", None, 21404)])
def test_trials_own_one_number_or_none(
    kind: TwilioAccountKind,
    first: int | None,
    second: int,
    start: Callable[..., Sandbox],
    connect: Callable[..., httpx.Client],
) -> None:
    """Trials own one number or none."""
    sandbox = start(twilio_account=kind)
    api = client_of(sandbox, connect)
    numbers = offered(api)
    answer = api.post(f"{NUMBERS}.json", data={"PhoneNumber": numbers[0]})
    assert answer.json().get("code") == first
    assert refusal(api, PhoneNumber=numbers[1]) == (400, second)


def test_a_form_is_needed_json_is_not_read(api: httpx.Client) -> None:
    """A form is needed JSON is not read."""
    answer = api.post(f"{NUMBERS}.json", json={"PhoneNumber": offered(api)[0]})
    assert (answer.status_code, answer.json()["code"]) == (400, 21421)


def test_a_reset_brings_back_the_start(sandbox: Sandbox, api: httpx.Client) -> None:
    """A reset brings back the start."""
    services = list(sandbox.world.twilio.services)
    buy(api, offered(api)[0])
    sandbox.world.reset()
    assert listed(api) == []
    assert sandbox.world.twilio.purchases == 0
    assert list(sandbox.world.twilio.services) == services
