"""twilio-python over every endpoint of Twilio's APIs that the sandbox serves, sync and async."""

import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pytest
from starlette.routing import Route
from twilio.base.exceptions import TwilioException, TwilioRestException

from mfa_setup.sandbox.twilio import routes as rooms
from support import scene
from support.lab import Lab
from support.sdk import Mode, Twilio, twilio_sdk

PHONE, OTHER = "+14155550123", "+14155550124"

# aiohttp warns of an argument that the SDK's async client passes.
pytestmark = pytest.mark.filterwarnings("ignore:.*auth:DeprecationWarning")


class Account:
    """What the calls work on; each thing is created manually when a call first needs it."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    @cached_property
    def sid(self) -> str:
        """The account."""
        return self.lab.env["TWILIO_ACCOUNT_SID"]

    @cached_property
    def on_sale(self) -> str:
        """A number on sale."""
        return scene.stock()[3].phone_number

    @cached_property
    def number(self) -> dict[str, Any]:
        """A number of the account."""
        return scene.number(self.lab)

    @cached_property
    def tollfree(self) -> dict[str, Any]:
        """A toll-free number of the account."""
        return scene.number(self.lab, scene.stock(kind="tollfree")[0].phone_number)

    @cached_property
    def service(self) -> str:
        """The Messaging Service with the verified campaign."""
        return self.lab.control_service_sid()

    @cached_property
    def pooled(self) -> str:
        """A number in that service's pool."""
        scene.into_pool(self.lab, self.service, self.number["sid"])
        return str(self.number["sid"])

    @cached_property
    def recipient(self) -> str:
        """A verified recipient."""
        return str(self.lab.control("twilio/verified-recipients", {"phone_number": OTHER})["sid"])

    @cached_property
    def short_code(self) -> str:
        """A short code of the account."""
        return str(self.lab.control("twilio/short-codes", {"short_code": "12345"})["sid"])

    @cached_property
    def pooled_short_code(self) -> str:
        """The same, in that service's pool."""
        made = self.lab.control("twilio/short-codes", {"short_code": "12345", "service_sid": self.service})
        return str(made["sid"])

    @cached_property
    def name(self) -> str:
        """An alphanumeric sender in that service's pool."""
        made = self.lab.control("twilio/alpha-senders", {"alpha_sender": "ACME", "service_sid": self.service})
        return str(made["sid"])

    def call(self, twilio: Twilio) -> str:
        """A call that speaks a code."""
        twiml = "<Response><Say>123456</Say></Response>"
        placed = twilio.ask(twilio.client.calls, "create", to=PHONE, from_=self.number["phone_number"], twiml=twiml)
        return str(placed.sid)

    def message(self, twilio: Twilio) -> str:
        """A message on its way."""
        sent = twilio.ask(
            twilio.client.messages, "create", to=PHONE, from_=self.number["phone_number"], body="123456 is your code"
        )
        return str(sent.sid)

    def alert(self, twilio: Twilio) -> str:
        """An alert: of a message that the carrier has dropped."""
        assert self.pooled
        self.lab.control("twilio/fates", {"phone_number": PHONE, "error_code": 30007})
        self.message(twilio)
        _later(self.lab)
        return str(twilio.ask(twilio.client.monitor.v1.alerts, "list")[0].sid)


@dataclass(frozen=True)
class Case:
    """One call of the SDK.

    Attributes:
        route: Method and path of the endpoint, as the sandbox names it.
        of: The resource, from the SDK's client and the account.
        verb: The method, by its name in the sync client.
        options: Its arguments.
        holds: What is true of the answer.
    """

    route: str
    of: Callable[[Twilio, Account], Any]
    verb: str
    options: Mapping[str, Any] | Callable[[Account], Mapping[str, Any]] = field(default_factory=dict)
    holds: Callable[[Any, Account], Any] = lambda found, _: found is not None


def _is_true(found: Any, _: Account) -> bool:
    return found is True


def _sid(wanted: Callable[[Account], str]) -> Callable[[Any, Account], Any]:
    return lambda found, account: found.sid == wanted(account)


def _among(wanted: Callable[[Account], str]) -> Callable[[Any, Account], Any]:
    return lambda found, account: wanted(account) in {item.sid for item in found}


def _purchase(kind: str, path: str, *, country: str = "US") -> Case:
    return Case(
        f"POST {_NUMBERS}/{path}.json",
        lambda t, _: getattr(t.client.incoming_phone_numbers, kind),
        "create",
        lambda _: {"phone_number": scene.stock(country, path.lower())[0].phone_number},
        lambda r, a: r.sid.startswith("PN") and a.lab.twilio["purchases"] == 1,
    )


_ACCOUNT = "/2010-04-01/Accounts/{account_sid}"
_NUMBERS = f"{_ACCOUNT}/IncomingPhoneNumbers"
_AVAILABLE = f"{_ACCOUNT}/AvailablePhoneNumbers"
_SERVICE = "/v1/Services/{service}"

API = [
    Case("GET /2010-04-01/Accounts.json", lambda t, _: t.client.api.accounts, "list", {}, _among(lambda a: a.sid)),
    Case(f"GET {_ACCOUNT}.json", lambda t, a: t.client.api.accounts(a.sid), "fetch", {}, _sid(lambda a: a.sid)),
    Case(f"GET {_ACCOUNT}/Balance.json", lambda t, _: t.client.balance, "fetch", {}, lambda r, _: r.currency == "USD"),
    Case(
        f"GET {_ACCOUNT}/Usage/Records.json",
        lambda t, _: t.client.usage.records,
        "list",
        {"category": "sms-outbound"},
        lambda r, _: [(item.category, item.count) for item in r] == [("sms-outbound", "0")],
    ),
    Case(
        f"GET {_AVAILABLE}.json",
        lambda t, _: t.client.available_phone_numbers,
        "list",
        {},
        lambda r, _: "US" in {item.country_code for item in r},
    ),
    Case(
        f"GET {_AVAILABLE}/{{country}}.json",
        lambda t, _: t.client.available_phone_numbers("US"),
        "fetch",
        {},
        lambda r, _: r.country == "United States",
    ),
    Case(
        f"GET {_AVAILABLE}/{{country}}/{{kind}}.json",
        lambda t, _: t.client.available_phone_numbers("US").local,
        "list",
        {"area_code": 415, "sms_enabled": True, "limit": 2},
        lambda r, _: {item.capabilities["sms"] for item in r} == {True},
    ),
    Case(
        f"GET {_NUMBERS}.json",
        lambda t, _: t.client.incoming_phone_numbers,
        "list",
        lambda a: {"phone_number": a.number["phone_number"]},
        _among(lambda a: a.number["sid"]),
    ),
    Case(
        f"POST {_NUMBERS}.json",
        lambda t, _: t.client.incoming_phone_numbers,
        "create",
        lambda a: {"phone_number": a.on_sale, "friendly_name": "mine"},
        lambda r, a: (r.phone_number, r.friendly_name) == (a.on_sale, "mine"),
    ),
    Case(f"GET {_NUMBERS}/Local.json", lambda t, _: t.client.incoming_phone_numbers.local, "list"),
    Case(f"GET {_NUMBERS}/Mobile.json", lambda t, _: t.client.incoming_phone_numbers.mobile, "list"),
    Case(f"GET {_NUMBERS}/TollFree.json", lambda t, _: t.client.incoming_phone_numbers.toll_free, "list"),
    _purchase("local", "Local"),
    _purchase("mobile", "Mobile", country="SE"),
    _purchase("toll_free", "TollFree"),
    Case(
        f"GET {_NUMBERS}/{{sid}}.json",
        lambda t, a: t.client.incoming_phone_numbers(a.number["sid"]),
        "fetch",
        {},
        lambda r, _: r.capabilities["sms"] is True,
    ),
    Case(
        f"POST {_NUMBERS}/{{sid}}.json",
        lambda t, a: t.client.incoming_phone_numbers(a.number["sid"]),
        "update",
        {"friendly_name": "renamed"},
        lambda r, _: r.friendly_name == "renamed",
    ),
    Case(
        f"DELETE {_NUMBERS}/{{sid}}.json",
        lambda t, a: t.client.incoming_phone_numbers(a.number["sid"]),
        "delete",
        {},
        _is_true,
    ),
    Case(f"GET {_ACCOUNT}/Messages.json", lambda t, _: t.client.messages, "list", {"limit": 5}, lambda r, _: r == []),
    Case(
        f"POST {_ACCOUNT}/Messages.json",
        lambda t, _: t.client.messages,
        "create",
        lambda a: {"to": PHONE, "from_": a.number["phone_number"], "body": "hello"},
        lambda r, _: (r.status, r.to, r.body) == ("queued", PHONE, "hello"),
    ),
    Case(
        f"GET {_ACCOUNT}/Messages/{{sid}}.json",
        lambda t, a: t.client.messages(a.message(t)),
        "fetch",
        {},
        lambda r, _: r.direction == "outbound-api",
    ),
    Case(
        f"POST {_ACCOUNT}/Messages/{{sid}}.json",
        lambda t, a: t.client.messages(_delivered(t, a)),
        "update",
        {"body": ""},
        lambda r, _: r.body == "",
    ),
    Case(
        f"DELETE {_ACCOUNT}/Messages/{{sid}}.json",
        lambda t, a: t.client.messages(_delivered(t, a)),
        "delete",
        {},
        _is_true,
    ),
    Case(
        f"POST {_ACCOUNT}/Calls.json",
        lambda t, _: t.client.calls,
        "create",
        lambda a: {
            "to": PHONE,
            "from_": a.number["phone_number"],
            "twiml": "<Response><Say>123456</Say></Response>",
        },
        lambda r, _: r.sid.startswith("CA"),
    ),
    Case(
        f"GET {_ACCOUNT}/OutgoingCallerIds.json",
        lambda t, a: (a.recipient, t.client.outgoing_caller_ids)[1],
        "list",
        {},
        _among(lambda a: a.recipient),
    ),
    Case(
        f"POST {_ACCOUNT}/OutgoingCallerIds.json",
        lambda t, _: t.client.validation_requests,
        "create",
        {"phone_number": PHONE},
        lambda r, _: re.fullmatch(r"\d{6}", r.validation_code),
    ),
    Case(
        f"GET {_ACCOUNT}/OutgoingCallerIds/{{sid}}.json",
        lambda t, a: t.client.outgoing_caller_ids(a.recipient),
        "fetch",
        {},
        lambda r, _: r.phone_number == OTHER,
    ),
    Case(
        f"POST {_ACCOUNT}/OutgoingCallerIds/{{sid}}.json",
        lambda t, a: t.client.outgoing_caller_ids(a.recipient),
        "update",
        {"friendly_name": "me"},
        lambda r, _: r.friendly_name == "me",
    ),
    Case(
        f"DELETE {_ACCOUNT}/OutgoingCallerIds/{{sid}}.json",
        lambda t, a: t.client.outgoing_caller_ids(a.recipient),
        "delete",
        {},
        _is_true,
    ),
]

MESSAGING = [
    Case("GET /v1/Services", lambda t, _: t.client.messaging.v1.services, "list", {}, _among(lambda a: a.service)),
    Case(
        "POST /v1/Services",
        lambda t, _: t.client.messaging.v1.services,
        "create",
        {"friendly_name": "Codes", "usecase": "verification"},
        lambda r, _: (r.friendly_name, r.sid[:2]) == ("Codes", "MG"),
    ),
    Case(f"GET {_SERVICE}", lambda t, a: t.client.messaging.v1.services(a.service), "fetch"),
    Case(
        f"POST {_SERVICE}",
        lambda t, a: t.client.messaging.v1.services(a.service),
        "update",
        {"friendly_name": "Renamed"},
        lambda r, _: r.friendly_name == "Renamed",
    ),
    Case(f"DELETE {_SERVICE}", lambda t, a: t.client.messaging.v1.services(a.service), "delete", {}, _is_true),
    Case(
        f"GET {_SERVICE}/PhoneNumbers",
        lambda t, a: (a.pooled, t.client.messaging.v1.services(a.service).phone_numbers)[1],
        "list",
        {},
        _among(lambda a: a.pooled),
    ),
    Case(
        f"POST {_SERVICE}/PhoneNumbers",
        lambda t, a: t.client.messaging.v1.services(a.service).phone_numbers,
        "create",
        lambda a: {"phone_number_sid": a.number["sid"]},
        _sid(lambda a: a.number["sid"]),
    ),
    Case(
        f"GET {_SERVICE}/PhoneNumbers/{{sid}}",
        lambda t, a: t.client.messaging.v1.services(a.service).phone_numbers(a.pooled),
        "fetch",
        {},
        lambda r, _: r.country_code == "US",
    ),
    Case(
        f"DELETE {_SERVICE}/PhoneNumbers/{{sid}}",
        lambda t, a: t.client.messaging.v1.services(a.service).phone_numbers(a.pooled),
        "delete",
        {},
        _is_true,
    ),
    Case(
        f"GET {_SERVICE}/Compliance/Usa2p",
        lambda t, a: t.client.messaging.v1.services(a.service).us_app_to_person,
        "list",
        {},
        lambda r, _: [item.campaign_status for item in r] == ["VERIFIED"],
    ),
    Case(
        f"GET {_SERVICE}/Compliance/Usa2p/Usecases",
        lambda t, a: t.client.messaging.v1.services(a.service).us_app_to_person_usecases,
        "fetch",
        lambda a: {"brand_registration_sid": a.lab.sandbox.world.twilio.brand_sid},
    ),
    Case(
        f"GET {_SERVICE}/Compliance/Usa2p/{{sid}}",
        lambda t, a: t.client.messaging.v1.services(a.service).us_app_to_person(_campaign(t, a)),
        "fetch",
        {},
        lambda r, _: r.us_app_to_person_usecase is not None,
    ),
    Case(
        "GET /v1/a2p/BrandRegistrations",
        lambda t, _: t.client.messaging.v1.brand_registrations,
        "list",
        {},
        lambda r, _: [item.status for item in r] == ["APPROVED"],
    ),
    Case(
        "GET /v1/a2p/BrandRegistrations/{sid}",
        lambda t, a: t.client.messaging.v1.brand_registrations(a.lab.sandbox.world.twilio.brand_sid),
        "fetch",
    ),
    Case(
        "GET /v1/Tollfree/Verifications",
        lambda t, _: t.client.messaging.v1.tollfree_verifications,
        "list",
        lambda a: {"tollfree_phone_number_sid": a.tollfree["sid"]},
        lambda r, _: [item.status for item in r] == ["TWILIO_APPROVED"],
    ),
    Case(
        "GET /v1/Tollfree/Verifications/{sid}",
        lambda t, a: t.client.messaging.v1.tollfree_verifications(_verification(t, a)),
        "fetch",
        {},
        lambda r, a: r.tollfree_phone_number_sid == a.tollfree["sid"],
    ),
]

THE_REST = [
    Case("GET /v1/PhoneNumbers/Countries", lambda t, _: t.client.pricing.v1.phone_numbers.countries, "list"),
    Case(
        "GET /v1/PhoneNumbers/Countries/{country}",
        lambda t, _: t.client.pricing.v1.phone_numbers.countries("US"),
        "fetch",
        {},
        lambda r, _: "1.15" in {price["current_price"] for price in r.phone_number_prices},
    ),
    Case("GET /v1/Messaging/Countries", lambda t, _: t.client.pricing.v1.messaging.countries, "list"),
    Case(
        "GET /v1/Messaging/Countries/{country}",
        lambda t, _: t.client.pricing.v1.messaging.countries("US"),
        "fetch",
        {},
        lambda r, _: r.iso_country == "US",
    ),
    Case(
        "GET /v1/Messaging/GeoPermissions",
        lambda t, _: t.client.accounts.v1.messaging_geopermissions,
        "fetch",
        {"country_code": "DE"},
        lambda r, _: r.permissions[0]["enabled"] is False,
    ),
    Case(
        "PATCH /v1/Messaging/GeoPermissions",
        lambda t, _: t.client.accounts.v1.messaging_geopermissions,
        "update",
        {"permissions": [{"country_code": "DE", "type": "country", "enabled": True}]},
        lambda r, _: r.permissions[0]["error_code"] == 0,
    ),
    Case(
        "GET /v1/CustomerProfiles",
        lambda t, _: t.client.trusthub.v1.customer_profiles,
        "list",
        {},
        lambda r, _: [item.status for item in r] == ["twilio-approved"],
    ),
    Case(
        "GET /v1/CustomerProfiles/{sid}",
        lambda t, _: t.client.trusthub.v1.customer_profiles(
            t.ask(t.client.trusthub.v1.customer_profiles, "list")[0].sid
        ),
        "fetch",
    ),
    Case("GET /v1/Alerts", lambda t, _: t.client.monitor.v1.alerts, "list", {"log_level": "error"}),
    Case(
        "GET /v1/Alerts/{sid}",
        lambda t, a: t.client.monitor.v1.alerts(a.alert(t)),
        "fetch",
        {},
        lambda r, _: (r.error_code, r.log_level) == ("30007", "error"),
    ),
    Case(
        "GET /v2/PhoneNumbers/{number}",
        lambda t, _: t.client.lookups.v2.phone_numbers(PHONE),
        "fetch",
        {},
        lambda r, _: (r.valid, r.country_code) == (True, "US"),
    ),
]

_SHORT_CODES, _NAMES = f"{_SERVICE}/ShortCodes", f"{_SERVICE}/AlphaSenders"


def _short_codes(twilio: Twilio, account: Account) -> Any:
    return twilio.client.messaging.v1.services(account.service).short_codes


def _names(twilio: Twilio, account: Account) -> Any:
    return twilio.client.messaging.v1.services(account.service).alpha_senders


SENDERS = [
    Case(
        f"GET {_ACCOUNT}/SMS/ShortCodes.json",
        lambda t, _: t.client.short_codes,
        "list",
        lambda a: {"short_code": a.short_code and "12345"},
        _among(lambda a: a.short_code),
    ),
    Case(
        f"GET {_ACCOUNT}/SMS/ShortCodes/{{sid}}.json",
        lambda t, a: t.client.short_codes(a.short_code),
        "fetch",
        {},
        lambda r, _: r.short_code == "12345",
    ),
    Case(f"GET {_SHORT_CODES}", _short_codes, "list", lambda a: {"limit": len(a.pooled_short_code)}),
    Case(f"POST {_SHORT_CODES}", _short_codes, "create", lambda a: {"short_code_sid": a.short_code}),
    Case(f"GET {_SHORT_CODES}/{{sid}}", lambda t, a: _short_codes(t, a)(a.pooled_short_code), "fetch"),
    Case(f"DELETE {_SHORT_CODES}/{{sid}}", lambda t, a: _short_codes(t, a)(a.pooled_short_code), "delete"),
    Case(f"GET {_NAMES}", _names, "list", lambda a: {"limit": len(a.name)}, _among(lambda a: a.name)),
    Case(f"POST {_NAMES}", _names, "create", {"alpha_sender": "ACME"}, lambda r, _: r.alpha_sender == "ACME"),
    Case(f"GET {_NAMES}/{{sid}}", lambda t, a: _names(t, a)(a.name), "fetch", {}, _sid(lambda a: a.name)),
    Case(f"DELETE {_NAMES}/{{sid}}", lambda t, a: _names(t, a)(a.name), "delete", {}, _is_true),
    Case(
        f"GET {_ACCOUNT}/Calls.json",
        lambda t, a: a.call(t) and t.client.calls,
        "list",
        {"to": PHONE},
        lambda r, _: [item.to for item in r] == [PHONE],
    ),
    Case(f"GET {_ACCOUNT}/Calls/{{sid}}.json", lambda t, a: t.client.calls(a.call(t)), "fetch"),
    Case(
        "GET /v1/DialingPermissions/Countries",
        lambda t, _: t.client.voice.v1.dialing_permissions.countries,
        "list",
        {"low_risk_numbers_enabled": True},
        lambda r, _: [item.iso_code for item in r] == ["CA", "US"],
    ),
    Case(
        "GET /v1/DialingPermissions/Countries/{country}",
        lambda t, _: t.client.voice.v1.dialing_permissions.countries("DE"),
        "fetch",
        {},
        lambda r, _: r.low_risk_numbers_enabled is False,
    ),
]

CASES = [*API, *MESSAGING, *THE_REST, *SENDERS]


def _delivered(twilio: Twilio, account: Account) -> str:
    sid = account.message(twilio)
    _later(account.lab)
    return sid


def _later(lab: Lab) -> None:
    """A minute on, at once: every message has come to its end."""
    clock = lab.sandbox.world.twilio.clock() + 60
    lab.sandbox.world.twilio.clock = lambda: clock


def _campaign(twilio: Twilio, account: Account) -> str:
    found = twilio.ask(twilio.client.messaging.v1.services(account.service).us_app_to_person, "list")
    return str(found[0].sid)


def _verification(twilio: Twilio, account: Account) -> str:
    assert account.tollfree
    return str(twilio.ask(twilio.client.messaging.v1.tollfree_verifications, "list")[0].sid)


@pytest.fixture(params=["sync", "async"])
def twilio(request: pytest.FixtureRequest, unified: Lab) -> Iterator[Twilio]:
    """The SDK, with each of its two HTTP clients."""
    mode: Mode = request.param
    with twilio_sdk(unified, mode) as sdk:
        yield sdk


def served() -> set[str]:
    """Every endpoint of Twilio that the sandbox serves, as `METHOD /path`."""
    routes = [route for route in rooms.routes() if isinstance(route, Route)]
    return {
        f"{method} {route.path}"
        for route in routes
        for method in inspect.getclosurevars(route.endpoint).nonlocals["methods"]
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.route)
def test_the_sdk_understands_every_endpoint(unified: Lab, twilio: Twilio, case: Case) -> None:
    account = Account(unified)
    resource = case.of(twilio, account)
    options = case.options(account) if callable(case.options) else case.options
    found = twilio.ask(resource, case.verb, **options)
    assert case.holds(found, account), found
    method, _, template = case.route.partition(" ")
    path = re.compile(re.sub(r"\{\w+\}", "[^/]+", template).replace(".json", r"\.json"))
    assert any(entry["method"] == method and path.fullmatch(entry["path"]) for entry in unified.log())


def test_no_endpoint_is_left_out() -> None:
    assert served() == {case.route for case in CASES}


def test_the_whole_of_a_numbers_life(unified: Lab, twilio: Twilio) -> None:
    client, ask = twilio.client, twilio.ask
    offers = ask(client.available_phone_numbers("US").local, "list", area_code=206, sms_enabled=True, limit=3)
    number = ask(client.incoming_phone_numbers, "create", phone_number=offers[0].phone_number, friendly_name="mine")
    (owned,) = ask(client.incoming_phone_numbers, "list", friendly_name="mine")
    assert (owned.sid, unified.twilio["purchases"]) == (number.sid, 1)
    (service,) = ask(client.messaging.v1.services, "list")
    ask(client.messaging.v1.services(service.sid).phone_numbers, "create", phone_number_sid=number.sid)
    message = ask(client.messages, "create", to=PHONE, from_=number.phone_number, body="123456 is your code")
    _later(unified)
    assert ask(message, "fetch").status == "delivered"
    assert ask(message, "delete") is ask(number, "delete") is True
    assert ask(client.incoming_phone_numbers, "list") == []


# --- pagers --------------------------------------------------------------------------------------------------------

LISTS = [
    pytest.param(lambda t: t.client.incoming_phone_numbers, "phone_number", id="v2010"),
    pytest.param(lambda t: t.client.messaging.v1.services, "sid", id="v1"),
]


def _fill(lab: Lab, count: int) -> None:
    for index in range(count):
        scene.number(lab, scene.stock()[index].phone_number)
        scene.service(lab, f"service {index}")


@pytest.mark.parametrize(("resource", "key"), LISTS)
@pytest.mark.parametrize("verb", ["list", "stream"])
def test_pages_are_followed_to_the_end_and_stay_on_the_sandbox(
    unified: Lab, twilio: Twilio, resource: Callable[[Twilio], Any], key: str, verb: str
) -> None:
    _fill(unified, 7)
    there = len(unified.twilio["numbers"]) if key == "phone_number" else len(unified.twilio["services"])
    before = unified.mark()
    found = twilio.ask(resource(twilio), verb, page_size=3)
    assert len({getattr(item, key) for item in found}) == len(found) == there
    assert len(unified.log(before)) == -(-there // 3)


@pytest.mark.parametrize(("resource", "key"), LISTS)
def test_single_pages_link_to_the_next(
    unified: Lab, twilio: Twilio, resource: Callable[[Twilio], Any], key: str
) -> None:
    _fill(unified, 4)
    first = twilio.ask(resource(twilio), "page", page_size=2)
    assert first.next_page_url.startswith(f"{unified.sandbox.url}/")
    second = twilio.ask(resource(twilio), "get_page", target_url=first.next_page_url)
    both = [getattr(item, key) for page in (first, second) for item in page]
    assert len(set(both)) == len(both) == 4


def test_a_limit_ends_a_list_early(unified: Lab, twilio: Twilio) -> None:
    _fill(unified, 5)
    before = unified.mark()
    assert len(twilio.ask(twilio.client.incoming_phone_numbers, "list", limit=2)) == 2
    assert len(unified.log(before)) == 1


# --- refusals ------------------------------------------------------------------------------------------------------


def test_refusals_arrive_as_the_sdk_raises_them(twilio: Twilio) -> None:
    with pytest.raises(TwilioRestException) as refused:
        twilio.ask(twilio.client.incoming_phone_numbers, "create", phone_number="+14155550100")
    assert (refused.value.status, refused.value.code) == (400, 21422)
    with pytest.raises(TwilioException) as failed:
        twilio.ask(twilio.client.available_phone_numbers("US").mobile, "list")
    answer = failed.value.args[1]
    assert (answer.status_code, json.loads(answer.text)["code"]) == (404, 20404)


def test_a_rotated_token_arrives_as_20003(unified: Lab, twilio: Twilio) -> None:
    scene.rotate_token(unified)
    with pytest.raises(TwilioRestException) as refused:
        twilio.ask(twilio.client.balance, "fetch")
    assert (refused.value.status, refused.value.code) == (401, 20003)
