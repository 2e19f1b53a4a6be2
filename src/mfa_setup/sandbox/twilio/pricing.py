"""Prices of numbers and messages (OpenAPI, pricing v1; sources: twilio-prices)."""

from collections.abc import Callable
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from mfa_setup.sandbox.twilio.call import Call, Handler, answer, room
from mfa_setup.sandbox.twilio.countries import COUNTRIES, IN_PRICES
from mfa_setup.sandbox.twilio.paging import Entry, page_v1

_NUMBERS, _MESSAGES = "/v1/PhoneNumbers/Countries", "/v1/Messaging/Countries"


def _head(call: Call, path: str, code: str) -> dict[str, Any]:
    return {"country": COUNTRIES[code].name, "iso_country": code, "url": f"{call.base}{path}/{code}"}


def _price(kind: str, amount: str) -> dict[str, str]:
    # `current_price` includes the account's discounts (sources: twilio-prices); the sandbox gives none.
    return {"number_type": kind, "base_price": amount, "current_price": amount}


def number_prices(call: Call, code: str) -> dict[str, Any]:
    """Return the monthly price of each kind of number in a country."""
    changed = {kind: amount for (where, kind), amount in call.state.settings.prices.items() if where == code}
    known = COUNTRIES[code].prices | changed
    # not verified: that a price that Twilio does not publish is left out
    prices = [_price(IN_PRICES[kind], amount) for kind, amount in known.items() if amount is not None]
    return _head(call, _NUMBERS, code) | {"phone_number_prices": prices, "price_unit": "USD"}


def message_prices(call: Call, code: str) -> dict[str, Any]:
    """Return the price of an SMS segment to and from a country."""
    country = COUNTRIES[code]
    kinds = [IN_PRICES[kind] for kind in country.prices]
    carrier = {
        "carrier": "Other",
        "mcc": "",
        "mnc": "",
        "prices": [_price(kind, country.outbound) for kind in kinds],
    }
    return _head(call, _MESSAGES, code) | {
        "outbound_sms_prices": [carrier],
        "inbound_sms_prices": [_price(kind, country.inbound) for kind in kinds],
        "price_unit": "USD",
    }


def _lister(path: str) -> Handler:
    def list_all(call: Call) -> Response:
        entries = [Entry(-index, _head(call, path, code)) for index, code in enumerate(COUNTRIES, 1)]
        # A page token holds a rank, which must not be negative: the first country has the highest rank.
        ranked = [Entry(entry.rank + len(COUNTRIES), entry.body) for entry in entries]
        return answer(page_v1(call.request, call.query, "countries", ranked))

    return list_all


def _fetcher(prices: Callable[[Call, str], dict[str, Any]]) -> Handler:
    def fetch(call: Call) -> Response:
        code = call.path["country"].upper()
        if code not in COUNTRIES:
            raise call.absent()
        return answer(prices(call, code))

    return fetch


def routes() -> list[BaseRoute]:
    """Return the routes of this module."""
    return [
        room(_NUMBERS, {"GET": _lister(_NUMBERS)}),
        room(_NUMBERS + "/{country}", {"GET": _fetcher(number_prices)}),
        room(_MESSAGES, {"GET": _lister(_MESSAGES)}),
        room(_MESSAGES + "/{country}", {"GET": _fetcher(message_prices)}),
    ]
