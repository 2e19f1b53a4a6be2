"""Selects the sender of a message: a number, a short code, a name, or a Messaging Service's choice.

Sources: twilio-messages, twilio-senders, twilio-from-codes (docs/sources.md).
"""

import re
from collections.abc import Iterator

from mfa_setup.sandbox.twilio.delivery import TOLL_FREE_REACH, US_PHONES, Sender
from mfa_setup.sandbox.twilio.errors import TwilioError
from mfa_setup.sandbox.twilio.forms import Fields, is_e164
from mfa_setup.sandbox.twilio.numbers import OwnedNumber
from mfa_setup.sandbox.twilio.registration import sender_of
from mfa_setup.sandbox.twilio.sender_records import ShortCode
from mfa_setup.sandbox.twilio.service_records import Service
from mfa_setup.sandbox.twilio.state import TwilioState

Chosen = tuple[str, Sender, Service | None]

NAMELESS = frozenset({"US", "CA"})
"""The countries that alphanumeric senders cannot reach (sources: twilio-senders)."""
_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 +_&-]{1,11}")  # sources: twilio-sdk-types
_SHORT_CODE = re.compile(r"[0-9]{3,8}")
_ALPHA, _SHORT = Sender("", "alpha"), Sender("", "shortcode")


def is_name(value: str) -> bool:
    """Return whether a value has the form of an alphanumeric sender."""
    return _NAME.fullmatch(value) is not None


def is_short_code(value: str) -> bool:
    """Return whether a value has the form of a short code."""
    return _SHORT_CODE.fullmatch(value) is not None


def choose(state: TwilioState, form: Fields, country: str) -> Chosen:
    """Return the sender that a request names or that its Messaging Service chooses.

    Raises:
        TwilioError: The sender is invalid, or cannot send to the recipient's country.
    """
    name, service_sid = form.text("From"), form.text("MessagingServiceSid")
    if service_sid:
        service = _service(state, service_sid)
        return (*_of_pool(state, service, name, country), service)
    if is_name(name):
        if country in NAMELESS:
            raise _no_route(country)
        return name, _ALPHA, None
    if is_short_code(name):
        return name, _of_short_code(state, name, country), None
    if not is_e164(name):
        raise TwilioError(400, 21212, f"Invalid From Number (caller ID): {name}")
    return name, _reach(state, _capable(state, name), country), None


def _of_short_code(state: TwilioState, code: str, country: str) -> Sender:
    """Return the sender of a short code; it is rejected outside its country (sources: twilio-short-codes)."""
    if not any(one.code == code and _is_at_home(one, country) for one in state.short_codes.values()):
        raise _foreign(code)
    return _SHORT


def _is_at_home(short_code: ShortCode, country: str) -> bool:
    # not verified: that a short code of the US reaches the territories
    return short_code.country == ("US" if country in US_PHONES else country)


def _foreign(name: str) -> TwilioError:
    # sources: twilio-from-codes
    text = f"'From' {name} is not a Twilio phone number or Short Code country mismatch"
    return TwilioError(400, 21659, text)


def _capable(state: TwilioState, phone_number: str) -> OwnedNumber:
    number = state.owned(phone_number)
    if number is None and _is_elsewhere(state, phone_number):
        # not verified: that a number of another account is answered with 21660 and not 21659
        text = f"Mismatch between the 'From' number {phone_number} and the account {state.account_sid}"
        raise TwilioError(400, 21660, text)
    if number is None:
        raise _foreign(phone_number)
    if not number.stock.sms:
        text = f"The 'From' phone number ({phone_number}) is not a message-capable number of your account."
        raise TwilioError(400, 21606, text)
    return number


def _is_elsewhere(state: TwilioState, phone_number: str) -> bool:
    if state.parent is not None and state.parent.owned(phone_number) is not None:
        return True
    return phone_number in state.taken or phone_number in state.sold


def _reach(state: TwilioState, number: OwnedNumber, country: str) -> Sender:
    sender = sender_of(state, number)
    if sender.kind == "tollfree" and country not in TOLL_FREE_REACH:
        raise _no_route(country)
    return sender


def _no_route(country: str) -> TwilioError:
    return TwilioError(400, 21612, f"'To' ({country}) cannot be reached from this 'From'.")


def _service(state: TwilioState, sid: str) -> Service:
    # not verified: which of 21705 and 21701 is which (sources: twilio-message-codes)
    if not re.fullmatch(r"MG[0-9a-fA-F]{32}", sid):
        raise TwilioError(400, 21705, f"The Messaging Service SID is invalid: {sid}")
    service = state.services.get(sid)
    if service is None:
        raise TwilioError(400, 21701, f"The Messaging Service does not exist: {sid}")
    return service


def _of_pool(state: TwilioState, service: Service, name: str, country: str) -> tuple[str, Sender]:
    """Return the service's sender: the named one, or the best one for the recipient's country."""
    capable = [entry.number for entry in service.pool.values() if entry.number.stock.sms]
    short_codes = state.short_codes_of(service)
    names = [one.name for one in service.names.values()]
    if not capable and not short_codes and not names:
        raise TwilioError(400, 21703, "The Messaging Service contains no phone numbers.")
    if name and name not in {*names, *(one.code for one in short_codes), *(one.phone_number for one in capable)}:
        if is_e164(name):
            _capable(state, name)
        # not verified: the code for a From that is not in the service's pool
        raise TwilioError(400, 21606, f"The 'From' phone number ({name}) is not in the Messaging Service.")
    # Twilio "selects the optimal sender" (OpenAPI). not verified: the order, except names before numbers
    # (sources: twilio-alpha-senders).
    offers = (
        *((one.code, _SHORT) for one in short_codes if _is_at_home(one, country)),
        *((one, _ALPHA) for one in names if country not in NAMELESS),
        *_numbers(state, capable, country),
    )
    found = next((offer for offer in offers if name in {"", offer[0]}), None)
    if found is None:
        raise _no_route(country)
    return found


def _numbers(state: TwilioState, capable: list[OwnedNumber], country: str) -> Iterator[tuple[str, Sender]]:
    """Yield the numbers that have a route to a country, those of the country itself first."""
    for number in sorted(capable, key=lambda one: one.stock.country != country):
        sender = sender_of(state, number)
        if sender.kind != "tollfree" or country in TOLL_FREE_REACH:
            yield number.phone_number, sender
