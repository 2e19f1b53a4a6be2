"""IncomingPhoneNumbers: the numbers that the account owns (OpenAPI; sources: twilio-numbers)."""

import re
from collections.abc import Iterator

from starlette.responses import Response
from starlette.routing import BaseRoute

from mfa_setup.sandbox.twilio import magic, settings
from mfa_setup.sandbox.twilio.call import Call, Handler, answer, no_content, room
from mfa_setup.sandbox.twilio.countries import IN_PATH
from mfa_setup.sandbox.twilio.errors import TwilioError
from mfa_setup.sandbox.twilio.forms import INVALID, Fields
from mfa_setup.sandbox.twilio.ids import API
from mfa_setup.sandbox.twilio.numbers import OwnedNumber
from mfa_setup.sandbox.twilio.paging import Entry, page_2010
from mfa_setup.sandbox.twilio.purchase import buy


def lister(kind: str | None = None) -> Handler:
    """Return the handler that lists the account's numbers, of all kinds or of one, newest first."""

    def list_all(call: Call) -> Response:
        keep = _Filter(call.query)
        owned = [one for one in call.state.numbers.values() if kind in {None, one.stock.kind} and keep(one)]
        # not verified: the order
        entries = [Entry(one.rank, one.json(call.state.account_sid)) for one in reversed(owned)]
        return answer(page_2010(call.request, call.query, "incoming_phone_numbers", entries))

    return list_all


class _Filter:
    """The filter conditions of a list request."""

    def __init__(self, query: Fields) -> None:
        self.name = query.optional("FriendlyName")
        self.number = _partial(query.text("PhoneNumber"))
        self.beta = query.flag("Beta")
        self.origin = query.one_of("Origin", ("twilio", "hosted"))

    def __call__(self, one: OwnedNumber) -> bool:
        return all(self._answers(one))

    def _answers(self, one: OwnedNumber) -> Iterator[bool]:
        # not verified: that the name must match exactly
        yield not self.name or one.friendly_name == self.name
        yield self.number is None or self.number.search(one.phone_number) is not None
        yield self.beta is not False or not one.stock.beta
        yield self.origin in {None, "twilio"}


def _partial(text: str) -> re.Pattern[str] | None:
    """Compile a filter by a full or partial number, with * for any digit (OpenAPI, `PhoneNumber`)."""
    if not text:
        return None
    if not re.fullmatch(r"\+?[0-9*]+", text):
        raise TwilioError(400, INVALID, f"Invalid phone number filter: {text}")  # not verified: the code
    pattern = re.escape(text).replace(r"\*", r"\d")
    return re.compile(("^" if text.startswith("+") else "") + pattern)


def buyer(kind: str | None = None) -> Handler:
    """Return the handler that buys a number, of any kind or of a given one: 201."""

    def create(call: Call) -> Response:
        return answer(buy(call.state, call.form, kind).json(call.state.account_sid), 201)

    return create


def _one(call: Call) -> OwnedNumber:
    number = call.state.numbers.get(call.path["sid"])
    if number is None:
        raise call.absent()
    return number


def fetch(call: Call) -> Response:
    """Fetch one number."""
    return answer(_one(call).json(call.state.account_sid))


def update(call: Call) -> Response:
    """Update a number's name and settings: 200."""
    number = _one(call)
    if call.form.text("AccountSid") not in {"", call.state.account_sid}:
        # Moving a number to another account is not supported. not verified: the code
        raise TwilioError(400, INVALID, "Invalid AccountSid")
    settings.apply(number, call.form)
    return answer(number.json(call.state.account_sid))


def release(call: Call) -> Response:
    """Release a number: 204, at once and permanently (sources: twilio-numbers)."""
    call.state.release(_one(call))
    return no_content()


def routes() -> list[BaseRoute]:
    """Return the routes of this module."""
    base = API + "/{account_sid}/IncomingPhoneNumbers"
    return [
        room(base + ".json", {"GET": lister(), "POST": buyer()}, magic={"POST": magic.buy}),
        *(room(f"{base}/{path}.json", {"GET": lister(kind), "POST": buyer(kind)}) for path, kind in IN_PATH.items()),
        room(base + "/{sid}.json", {"GET": fetch, "POST": update, "DELETE": release}),
    ]
