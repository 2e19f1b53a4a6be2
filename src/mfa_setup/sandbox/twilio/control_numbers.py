"""Control calls about numbers: the account's numbers, their registration and their past messages."""

from dataclasses import replace

from mfa_setup.sandbox.twilio import control_bodies as read
from mfa_setup.sandbox.twilio.control_bodies import Body
from mfa_setup.sandbox.twilio.delivery import Outcome
from mfa_setup.sandbox.twilio.ids import LONG, ago, new_sid
from mfa_setup.sandbox.twilio.message_records import STATUSES, Message
from mfa_setup.sandbox.twilio.numbers import OwnedNumber
from mfa_setup.sandbox.twilio.senders import is_name, is_short_code
from mfa_setup.sandbox.twilio.state import TwilioState
from mfa_setup.sandbox.twilio.stock import stranger
from mfa_setup.sandbox.twilio.tollfree_records import STATUSES as VERIFICATION_STATUSES
from mfa_setup.sandbox.twilio.tollfree_records import Verification

REGISTERING = (30034, 30035)
_BASE = "https://messaging.twilio.com"
_TEXT = "123456 is your verification code"


def number(state: TwilioState, body: Body) -> Body:
    """Add a number to the account without a purchase, and to the pool of the service `service_sid`, if given.

    The number counts as bought long ago. `sms` and `voice` set its capabilities, `sms_url` and `voice_url` its
    webhooks.
    """
    phone, name, service = read.phone(body), read.name(body, required=False), read.optional_service(state, body)
    sms, voice = read.flag(body, "sms"), read.flag(body, "voice")
    urls = {key: url for key in ("sms_url", "voice_url") if (url := read.text(body, key)) is not None}
    found = state.add_number(phone, name)
    if sms is not None:
        found.stock = replace(found.stock, sms=sms, mms=sms and found.stock.mms)
    if voice is not None:
        found.stock = replace(found.stock, voice=voice)
    found.settings.update(urls)
    if service is not None and state.service_of(found) is None:
        state.add_to_pool(service, found, LONG)
    return found.json(state.account_sid)


def _owned(state: TwilioState, body: Body) -> OwnedNumber:
    found = state.owned(read.phone(body))
    if found is None:
        raise ValueError("phone_number is no number of the account")
    return found


def registering(state: TwilioState, body: Body) -> Body:
    """Keep a number's registration with the carriers pending, with `error_code`, until it is set to null."""
    phone, code = read.phone(body), read.code(body)
    if code is None:
        state.registering.pop(phone, None)
    elif code in REGISTERING:
        state.registering[phone] = code
    else:
        raise ValueError("error_code must be 30034, 30035 or null")
    return {"phone_number": phone, "error_code": code}


def pool(state: TwilioState, body: Body) -> Body:
    """Set the time at which a number was added to its pool."""
    found, seconds = _owned(state, body), read.seconds_ago(body)
    service = state.service_of(found)
    if service is None:
        raise ValueError("phone_number is in no pool")
    entry = replace(service.pool[found.sid], created=ago(seconds))
    service.pool[found.sid] = entry
    return entry.json(state.account_sid, service.sid, _BASE)


def verification(state: TwilioState, body: Body) -> Body:
    """Add a toll-free verification of a number; the first one replaces the automatic one."""
    phone, seconds = read.phone(body), read.seconds_ago(body)
    status = read.choice(body, "status", VERIFICATION_STATUSES)
    if stranger(phone).kind != "tollfree":
        raise ValueError("phone_number must be a toll-free number")
    found = Verification(new_sid("HH"), state.rank(), status, ago(seconds))
    state.toll_free.setdefault(phone, []).append(found)
    return {"sid": found.sid, "phone_number": phone, "status": status}


def message(state: TwilioState, body: Body) -> Body:
    """Add a past message to the account's log."""
    seconds, code, text = read.seconds_ago(body), read.code(body), read.text(body, "body") or _TEXT
    status = read.choice({"status": "delivered"} | body, "status", STATUSES)
    service = read.text(body, "messaging_service_sid")
    if service is not None:
        read.matching(body, "messaging_service_sid", "MG[0-9a-fA-F]{32}", "the SID of a Messaging Service")
    sent = Message(
        sid=new_sid("SM"),
        rank=state.rank(),
        to=read.phone(body, "to"),
        sender=_sender(body),
        body=text,
        ending=Outcome(status, code),
        born=state.clock() - max(float(seconds), state.timeline.final),
        service_sid=service,
        created=ago(seconds),
    )
    state.messages[sent.sid] = sent
    return sent.json(state.account_sid, state.clock(), state.timeline)


def _sender(body: Body) -> str:
    value = body.get("from")
    if isinstance(value, str) and (is_name(value) or is_short_code(value)):
        return value
    return read.phone(body, "from")
