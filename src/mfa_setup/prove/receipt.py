"""Follows an SMS until Twilio reports its final status, for at most a minute, and describes the result."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mfa_setup.clock import Clock
from mfa_setup.errors import (
    MfaSetupError,
    OutcomeUnknownError,
    SmsUnconfirmedError,
    SmsUndeliveredError,
    UnreadableAnswerError,
)
from mfa_setup.model.observed import Message
from mfa_setup.model.outcome import Notice, Sms
from mfa_setup.ports import TwilioPort
from mfa_setup.twilio_codes import explain

LONGEST = 60.0
"""How many seconds an SMS is followed: where a carrier gives no receipt, `sent` stays its last word."""
FIRST_WAITS = (1.0, 2.0, 3.0)
LATER_WAIT = 5.0
"""Seconds between two polls (sources: twilio-message-polling)."""
ARRIVED = frozenset({"delivered", "read"})
LOST = frozenset({"undelivered", "failed", "canceled"})
REFUSED = "refused"
"""The status of a send that was refused immediately, so that Twilio has no message."""
LOST_ANSWERS = (OutcomeUnknownError, UnreadableAnswerError)
"""Errors after which the SMS may have been sent nevertheless."""

Find = Callable[[], Message | None]
"""Looks up the message; None if it does not exist (yet)."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Watches the delivery of an SMS.

    Attributes:
        on_status: Told of every new status, and of the last one before an error is raised.
        on_warning: Told of what stops nothing.
    """

    on_status: Callable[[Sms], None]
    on_warning: Callable[[Notice], None]


def follow(sms: Sms, find: Find, watch: Watch, clock: Clock, unseen: MfaSetupError | None = None) -> Sms:
    """Looks at the message again and again; returns it once it has arrived.

    Args:
        sms: What is known of it.
        find: Looks for it.
        watch: Who is told.
        clock: The time, and what waits.
        unseen: What is raised where it was never found.

    Raises:
        SmsUndeliveredError: Twilio says that it did not arrive.
        SmsUnconfirmedError: Nothing says so within a minute.
    """
    began = clock.now()
    seen = False
    for _ in _looks(clock, began):
        message = find()
        if message is None:
            continue
        before, seen = (sms.sid, sms.status), True
        sms = as_seen(sms, message, clock.now() - began)
        if (sms.sid, sms.status) != before:
            watch.on_status(sms)
        if message.status in ARRIVED:
            return sms
        if message.status in LOST:
            raise undelivered(sms)
    raise unconfirmed(sms) if seen or unseen is None else unseen


def _looks(clock: Clock, began: float) -> Iterator[None]:
    """Waits, and yields when it is time to look, until the minute is over."""
    waits = iter(FIRST_WAITS)
    while (left := began + LONGEST - clock.now()) > 0:
        clock.sleep(min(next(waits, LATER_WAIT), left))
        yield


def known_to(twilio: TwilioPort, to: str) -> frozenset[str]:
    """The SIDs of the messages to a phone, before one is sent."""
    return frozenset(message.sid for message in twilio.messages_to(to))


def newer(twilio: TwilioPort, to: str, known: frozenset[str], fits: Callable[[Message], bool]) -> Message | None:
    """The first message to the phone that fits and was not there before."""
    new = [message for message in twilio.messages_to(to) if message.sid not in known and fits(message)]
    return new[-1] if new else None


def as_seen(sms: Sms, message: Message, seconds: float) -> Sms:
    """The SMS with what a look at its message has shown."""
    return sms.model_copy(
        update={
            "sid": message.sid,
            "sender": message.sender or sms.sender,
            "messaging_service_sid": message.messaging_service_sid or sms.messaging_service_sid,
            "status": message.status,
            "error_code": message.error_code,
            "seconds": round(seconds, 1),
        }
    )


def undelivered(sms: Sms, told: str = "") -> SmsUndeliveredError:
    """The error of an SMS that did not arrive, with what its code means and what to do.

    Args:
        sms: The SMS.
        told: What the service said, for a code that the table does not have.
    """
    began = f"The SMS to {sms.to} was {'refused' if sms.status == REFUSED else 'not delivered'}"
    if sms.error_code is None:
        reason = f": {told.rstrip('.')}" if told else f" ({sms.status}), and Twilio gave no reason"
        return SmsUndeliveredError(f"{began}{reason}.", service="twilio")
    entry = explain(sms.error_code, told)
    hint = entry.fix if entry.link in entry.fix else f"{entry.fix} More: {entry.link}"
    error = SmsUndeliveredError(f"{began}: {entry.meaning} (Twilio {sms.error_code}).", hint=hint, service="twilio")
    error.twilio_code = sms.error_code
    return error


def unconfirmed(sms: Sms) -> SmsUnconfirmedError:
    """The error of an SMS of which nobody knows yet whether it arrived."""
    so_far = (
        "was sent, but no delivery receipt arrived within"
        if sms.status == "sent"
        else f"still has the status {sms.status} after"
    )
    message = f"The SMS to {sms.to} {so_far} {LONGEST:.0f} s, so its arrival is not confirmed."
    return SmsUnconfirmedError(message, service="twilio")


def never_found(to: str, lost: MfaSetupError) -> OutcomeUnknownError:
    """The error of a send without an answer whose message does not turn up either; it is never sent again."""
    return OutcomeUnknownError(
        f"{lost.message} Twilio listed no such SMS to {to} within {LONGEST:.0f} s.",
        hint="The SMS may still arrive. Running the command again sends another SMS.",
        service=lost.service,
        status=lost.status,
        request_id=lost.request_id,
    )
