"""Who sends a message: a number, a name, or a service's choice (sources: twilio-messages, twilio-message-codes)."""

import re

from mfa_setup.sandbox.twilio.delivery import TOLL_FREE_REACH, Sender
from mfa_setup.sandbox.twilio.errors import TwilioError
from mfa_setup.sandbox.twilio.forms import Fields, is_e164
from mfa_setup.sandbox.twilio.numbers import OwnedNumber
from mfa_setup.sandbox.twilio.service_records import Service
from mfa_setup.sandbox.twilio.state import TwilioState

Chosen = tuple[str, Sender, Service | None]

_ALPHANUMERIC = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")


def choose(state: TwilioState, form: Fields, country: str) -> Chosen:
    """Return the sender that a request names or its Messaging Service chooses, or refuse it."""
    name, service_sid = form.text("From"), form.text("MessagingServiceSid")
    if service_sid:
        return _from_pool(state, service_sid, name, country)
    if _ALPHANUMERIC.fullmatch(name):
        if country in TOLL_FREE_REACH:  # sources: twilio-senders
            raise _no_route(country)
        return name, Sender("", "alpha"), None
    if not is_e164(name):
        raise TwilioError(400, 21212, f"Invalid From Number (caller ID): {name}")
    return name, _reach(state, _capable(state, name), country), None


def _capable(state: TwilioState, phone_number: str) -> OwnedNumber:
    number = state.owned(phone_number)
    if number is None or not number.stock.sms:
        text = f"The 'From' phone number ({phone_number}) is not a message-capable number of your account."
        raise TwilioError(400, 21606, text)
    return number


def _reach(state: TwilioState, number: OwnedNumber, country: str) -> Sender:
    sender = state.sender(number)
    if sender.kind == "tollfree" and country not in TOLL_FREE_REACH:
        raise _no_route(country)
    return sender


def _no_route(country: str) -> TwilioError:
    return TwilioError(400, 21612, f"'To' ({country}) cannot be reached from this 'From'.")


def _from_pool(state: TwilioState, sid: str, name: str, country: str) -> Chosen:
    # not verified: 21705, 21701 and 21703 as to which is which (sources: twilio-message-codes)
    if not re.fullmatch(r"MG[0-9a-fA-F]{32}", sid):
        raise TwilioError(400, 21705, f"The Messaging Service SID is invalid: {sid}")
    service = state.services.get(sid)
    if service is None:
        raise TwilioError(400, 21701, f"The Messaging Service does not exist: {sid}")
    capable = [entry.number for entry in service.pool.values() if entry.number.stock.sms]
    if not capable:
        raise TwilioError(400, 21703, "The Messaging Service contains no phone numbers.")
    if name:
        capable = [number for number in capable if number.phone_number == name]
    if not capable:
        # not verified: the code for a From that is not in the service's pool
        raise TwilioError(400, 21606, f"The 'From' phone number ({name}) is not in the Messaging Service.")
    # Twilio "selects the optimal sender" (OpenAPI): one of the recipient's own country, if there is one.
    best = min(capable, key=lambda number: number.stock.country != country)
    return best.phone_number, _reach(state, best, country), service
