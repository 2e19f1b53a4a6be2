"""The rules of POST Messages: what is refused at once, what is accepted (reference sections 5 and 6.1)."""

import re

import phonenumbers

from mfa_setup.sandbox.twilio.countries import COUNTRIES
from mfa_setup.sandbox.twilio.delivery import TOLL_FREE_REACH, Sender, outcome
from mfa_setup.sandbox.twilio.errors import TwilioError
from mfa_setup.sandbox.twilio.forms import Fields, is_e164
from mfa_setup.sandbox.twilio.ids import new_sid
from mfa_setup.sandbox.twilio.message_records import Message
from mfa_setup.sandbox.twilio.numbers import OwnedNumber
from mfa_setup.sandbox.twilio.people import Alert
from mfa_setup.sandbox.twilio.service_records import Service
from mfa_setup.sandbox.twilio.state import TwilioState
from mfa_setup.sandbox.twilio.templates import TEMPLATES, TRIAL_NUMBER

_LONGEST_BODY = 1600
_LONGEST_VALIDITY = 36000
_LEGACY_PREFIX = "Sent from your Twilio trial account - "
_ALPHANUMERIC = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
_Chosen = tuple[str, Sender, Service | None]


def send(state: TwilioState, form: Fields) -> Message:
    """Accept a message or refuse it; a refusal also becomes an alert of the account."""
    try:
        message = _trial(state, form) if state.config.twilio_account == "trial" else _ordinary(state, form)
    except TwilioError as refusal:
        _alert(state, refusal.code, refusal.message, state.clock(), None)
        raise
    state.messages[message.sid] = message
    if message.ending.error_code:
        due = message.born + state.timeline.final
        _alert(state, message.ending.error_code, "Message delivery failed", due, message.sid)
    return message


def _alert(state: TwilioState, code: int, text: str, due: float, sid: str | None) -> None:
    # not verified: which synchronous refusals the debugger lists
    state.alerts.append(Alert(new_sid("NO"), state.rank(), code, text, due, sid))


def _trial(state: TwilioState, form: Fields) -> Message:
    """Send as a trial of 2026 does: templates only, from the shared number (reference 0.1, 0.2 and 5)."""
    to = _recipient(form)
    template = _body(form)
    if template not in TEMPLATES:
        text = "Invalid template name. Trial accounts can only use predefined SMS templates."
        raise TwilioError(400, 572006, text)
    if form.text("MessagingServiceSid") or form.text("From") not in {"", TRIAL_NUMBER}:
        # not verified: the code for a Messaging Service instead of a number
        raise TwilioError(400, 572002, "Invalid 'From' number. Trial accounts can only use the trial number.")
    country = _country(to)
    _check_geography(state, to, country)
    _check_verified(state, to)
    # not verified: that the shared number is registered, so that a template arrives
    sender = Sender("US", "tollfree", verified=True)
    return _message(state, to, TEMPLATES[template], (TRIAL_NUMBER, sender, None), country)


def _ordinary(state: TwilioState, form: Fields) -> Message:
    to = _recipient(form)
    if not form.text("From") and not form.text("MessagingServiceSid"):
        raise TwilioError(400, 21603, "A 'From' phone number or a MessagingServiceSid is required.")
    body = _body(form)
    form.integer("ValidityPeriod", 1, _LONGEST_VALIDITY)
    country = _country(to)
    chosen = _sender(state, form, country)
    _check_geography(state, to, country)
    _check_recipient(state, to, chosen, country)
    if state.config.twilio_account == "legacy-trial":
        body = _LEGACY_PREFIX + body
    return _message(state, to, body, chosen, country, late=not form.text("From"))


def _recipient(form: Fields) -> str:
    to = form.text("To")
    if not to:
        raise TwilioError(400, 21604, "A 'To' phone number is required.")
    return to


def _body(form: Fields) -> str:
    body = form.text("Body")
    if not body:
        # MediaUrl and ContentSid can stand in for a body; the sandbox sends texts only.
        raise TwilioError(400, 21602, "Message body is required.")
    if len(body) > _LONGEST_BODY:
        raise TwilioError(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
    return body


def _country(to: str) -> str:
    """Return the country of a phone that can get a text, or refuse it."""
    refusal = TwilioError(400, 21211, f"Invalid 'To' Phone Number: {to}")
    if not is_e164(to):
        raise refusal
    try:
        parsed = phonenumbers.parse(to)
    except phonenumbers.NumberParseException:
        raise refusal from None
    if not phonenumbers.is_valid_number(parsed):
        raise refusal
    if phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.FIXED_LINE:
        # not verified: refused at once rather than undelivered with 30006
        raise TwilioError(400, 21614, f"'To' number is not a valid mobile number: {to}")
    return phonenumbers.region_code_for_number(parsed) or ""


def _sender(state: TwilioState, form: Fields, country: str) -> _Chosen:
    name, service_sid = form.text("From"), form.text("MessagingServiceSid")
    if service_sid:
        return _from_pool(state, service_sid, name, country)
    if _ALPHANUMERIC.fullmatch(name):
        if country in TOLL_FREE_REACH:  # Reference 10: impossible in US and CA
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


def _from_pool(state: TwilioState, sid: str, name: str, country: str) -> _Chosen:
    # not verified: 21705, 21701 and 21703 as to which is which (reference 6.1)
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


def _check_geography(state: TwilioState, to: str, country: str) -> None:
    if country not in state.countries_on:
        text = f"Permission to send an SMS has not been enabled for the region of the 'To' number: {to}"
        raise TwilioError(400, 21408, text)


def _check_verified(state: TwilioState, to: str) -> None:
    if not state.is_verified(to):
        text = f"The number {to} is unverified. Trial accounts cannot send messages to unverified numbers."
        raise TwilioError(400, 21608, text)


def _check_recipient(state: TwilioState, to: str, chosen: _Chosen, country: str) -> None:
    if to == chosen[0]:
        raise TwilioError(400, 21266, "'To' and 'From' number cannot be the same")  # not verified: the code
    if to in state.stopped:
        raise TwilioError(400, 21610, f"Attempt to send to unsubscribed recipient {to}")
    if state.config.twilio_account == "legacy-trial":
        _check_verified(state, to)
    elif state.profile_status != "twilio-approved":
        # Reference 0.3: a Full account without an approved profile. not verified: status and text here
        raise TwilioError(400, 21608, f"An approved compliance profile is required to send to {to} ({country}).")


def _message(state: TwilioState, to: str, body: str, chosen: _Chosen, country: str, *, late: bool = False) -> Message:
    name, sender, service = chosen
    return Message(
        sid=new_sid("SM"),
        rank=state.rank(),
        to=to,
        sender=name,
        body=body,
        ending=outcome(sender, country, state.fates.get(to)),
        born=state.clock(),
        service_sid=service.sid if service else None,
        chosen_late=late and service is not None,
        unit_price=COUNTRIES[country].outbound if country in COUNTRIES else "0.1000",
    )
