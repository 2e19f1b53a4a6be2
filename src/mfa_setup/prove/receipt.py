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
"""How long an SMS is followed, in seconds: if the carrier sends no delivery receipt, the status stays `sent`."""
FIRST_WAITS = (1.0, 2.0, 3.0)
LATER_WAIT = 5.0
"""Seconds between two polls (sources: twilio-message-polling)."""
ARRIVED = frozenset({"delivered", "read"})
LOST = frozenset({"undelivered", "failed", "canceled"})
REFUSED = "refused"
"""The status of an SMS that was refused immediately, so that Twilio created no message."""
LOST_ANSWERS = (OutcomeUnknownError, UnreadableAnswerError)
"""Errors after which the SMS may have been sent nevertheless."""

Find = Callable[[], Message | None]
"""Looks up the message; returns None if it does not exist (yet)."""


@dataclass(frozen=True, slots=True)
class Watch:
    """The callbacks that observe the delivery of an SMS.

    Attributes:
        on_status: Called with every new status; the last status is reported before an error is raised.
        on_warning: Called with warnings, which do not stop the run.
    """

    on_status: Callable[[Sms], None]
    on_warning: Callable[[Notice], None]


def follow(sms: Sms, find: Find, watch: Watch, clock: Clock, unseen: MfaSetupError | None = None) -> Sms:
    """Polls the status of an SMS until it has arrived, and returns the SMS with that status.

    Args:
        sms: The SMS as it is known so far.
        find: Looks up the message.
        watch: The callbacks that receive each new status.
        clock: The clock that provides the time and the waits.
        unseen: The error to raise if the message was never found; by default a `SmsUnconfirmedError`.

    Raises:
        SmsUndeliveredError: Twilio reports that the SMS did not arrive.
        SmsUnconfirmedError: Twilio did not report a final status within a minute.
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
    """Waits before each poll and then yields, until the minute is over."""
    waits = iter(FIRST_WAITS)
    while (left := began + LONGEST - clock.now()) > 0:
        clock.sleep(min(next(waits, LATER_WAIT), left))
        yield


def known_to(twilio: TwilioPort, to: str) -> frozenset[str]:
    """Returns the SIDs of the present messages to a phone, for comparison once another one is sent."""
    return frozenset(message.sid for message in twilio.messages_to(to))


def newer(twilio: TwilioPort, to: str, known: frozenset[str], fits: Callable[[Message], bool]) -> Message | None:
    """Returns the oldest message to the phone that is not in `known` and for which `fits` is true; None if none is."""
    new = [message for message in twilio.messages_to(to) if message.sid not in known and fits(message)]
    return new[-1] if new else None


def as_seen(sms: Sms, message: Message, seconds: float) -> Sms:
    """Returns the SMS updated with the values of its message at Twilio."""
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
    """Returns the error for an SMS that did not arrive, with the meaning of its error code and how to fix the problem.

    Args:
        sms: The SMS.
        told: The service's error message, used if there is no error code or the table of codes does not contain it.
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
    """Returns the error for an SMS whose arrival is not confirmed."""
    so_far = (
        "was sent, but no delivery receipt arrived within"
        if sms.status == "sent"
        else f"still has the status {sms.status} after"
    )
    message = f"The SMS to {sms.to} {so_far} {LONGEST:.0f} s, so its arrival is not confirmed."
    return SmsUnconfirmedError(message, service="twilio")


def never_found(to: str, lost: MfaSetupError) -> OutcomeUnknownError:
    """Returns the error for a send request that got no answer and whose message Twilio does not list either.

    mfa-setup never repeats such a request, because the SMS may still arrive.
    """
    return OutcomeUnknownError(
        f"{lost.message} Twilio listed no such SMS to {to} within {LONGEST:.0f} s.",
        hint="The SMS may still arrive. Running the command again sends another SMS.",
        service=lost.service,
        status=lost.status,
        request_id=lost.request_id,
    )
