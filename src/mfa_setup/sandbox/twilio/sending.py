"""POST Messages, and its immediate rejections (sources: twilio-message-codes, twilio-trial-rules)."""

import phonenumbers

from mfa_setup.sandbox import phones
from mfa_setup.sandbox.twilio.countries import COUNTRIES
from mfa_setup.sandbox.twilio.delivery import Sender, outcome
from mfa_setup.sandbox.twilio.errors import TwilioError
from mfa_setup.sandbox.twilio.forms import Fields, is_e164
from mfa_setup.sandbox.twilio.ids import new_sid
from mfa_setup.sandbox.twilio.message_records import Message
from mfa_setup.sandbox.twilio.people import Alert
from mfa_setup.sandbox.twilio.senders import Chosen, choose, is_short_code
from mfa_setup.sandbox.twilio.state import TwilioState
from mfa_setup.sandbox.twilio.templates import TEMPLATES, TRIAL_NUMBER

_LONGEST_BODY = 1600
_LONGEST_VALIDITY = 36000
# The documented parameters (OpenAPI) that a trial of 2026 must not set.
_NOT_ON_TRIAL = frozenset(
    (
        "ApplicationSid",
        "MaxPrice",
        "ProvideFeedback",
        "Attempt",
        "ValidityPeriod",
        "ForceDelivery",
        "ContentRetention",
        "AddressRetention",
        "SmartEncoded",
        "PersistentAction",
        "TrafficType",
        "ShortenUrls",
        "ScheduleType",
        "SendAt",
        "SendAsMms",
        "ContentVariables",
        "RiskCheck",
        "FallbackFrom",
        "MediaUrl",
        "ContentSid",
    )
)
_LEGACY_PREFIX = "Sent from your Twilio trial account - "


def send(state: TwilioState, form: Fields) -> Message:
    """Accept a message or reject it; a rejection also becomes an alert of the account."""
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
    # not verified: which synchronous errors the debugger lists
    state.alerts.append(Alert(new_sid("NO"), state.rank(), code, text, due, sid))


def _trial(state: TwilioState, form: Fields) -> Message:
    """Send as on a trial of 2026: templates only (sources: twilio-trial-templates, twilio-trial-regimes)."""
    to = _recipient(form)
    template = _body(form)
    if template not in TEMPLATES:
        text = "Invalid template name. Trial accounts can only use predefined SMS templates."
        raise TwilioError(400, 572006, text)
    if form.text("MessagingServiceSid") or form.text("From") not in {"", TRIAL_NUMBER}:
        # not verified: the code for a Messaging Service instead of a number
        raise TwilioError(400, 572002, "Invalid 'From' number. Trial accounts can only use the trial number.")
    if _NOT_ON_TRIAL & {name for name, _ in form.pairs()}:
        # Only To, Body and StatusCallback may be set (sources: twilio-trial-templates). not verified: the code
        raise TwilioError(400, 10002, "Trial accounts can only set To, Body and StatusCallback.")
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
    chosen = choose(state, form, country)
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
        # MediaUrl and ContentSid can replace a body on the service; the sandbox sends texts only.
        raise TwilioError(400, 21602, "Message body is required.")
    if len(body) > _LONGEST_BODY:
        raise TwilioError(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
    return body


def _country(to: str) -> str:
    """Return the country of a phone that can receive a text, or raise an error if it cannot."""
    if is_short_code(to):
        raise TwilioError(400, 21265, "'To' number cannot be a Short Code")  # not verified: the code
    refusal = TwilioError(400, 21211, f"Invalid 'To' Phone Number: {to}")
    if not is_e164(to):
        raise refusal
    try:
        parsed = phonenumbers.parse(to)
    except phonenumbers.NumberParseException:
        raise refusal from None
    if not phones.is_valid(parsed):
        raise refusal
    if phones.line(parsed) == phonenumbers.PhoneNumberType.FIXED_LINE:
        # not verified: rejected at once rather than undelivered with 30006
        raise TwilioError(400, 21614, f"'To' number is not a valid mobile number: {to}")
    return phones.country(parsed) or ""


def _check_geography(state: TwilioState, to: str, country: str) -> None:
    if country not in state.countries_on:
        text = f"Permission to send an SMS has not been enabled for the region of the 'To' number: {to}"
        raise TwilioError(400, 21408, text)


def _check_verified(state: TwilioState, to: str) -> None:
    if not state.is_verified(to):
        text = f"The number {to} is unverified. Trial accounts cannot send messages to unverified numbers."
        raise TwilioError(400, 21608, text)


def _check_recipient(state: TwilioState, to: str, chosen: Chosen, country: str) -> None:
    if to == chosen[0]:
        raise TwilioError(400, 21266, "'To' and 'From' number cannot be the same")  # not verified: the code
    if to in state.stopped:
        raise TwilioError(400, 21610, f"Attempt to send to unsubscribed recipient {to}")
    if state.config.twilio_account == "legacy-trial":
        _check_verified(state, to)
    elif state.compliance_status != "twilio-approved":
        # A Full account without an approved profile (sources: twilio-compliance-profile). not verified: status and text
        raise TwilioError(400, 21608, f"An approved compliance profile is required to send to {to} ({country}).")


def _message(state: TwilioState, to: str, body: str, chosen: Chosen, country: str, *, late: bool = False) -> Message:
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
