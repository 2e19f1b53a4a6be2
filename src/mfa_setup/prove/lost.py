"""A message whose SID nobody told us: it is looked for among the phone's new messages, and never sent again."""

from collections.abc import Callable

from mfa_setup.errors import MfaSetupError, OutcomeUnknownError, UnreadableAnswerError
from mfa_setup.model.observed import Message
from mfa_setup.ports import TwilioPort
from mfa_setup.prove.receipt import LONGEST

LOST_ANSWERS = (OutcomeUnknownError, UnreadableAnswerError)
"""A send that ends so may have had its effect."""


def known_to(twilio: TwilioPort, to: str) -> frozenset[str]:
    """The SIDs of the messages to a phone, before one is sent."""
    return frozenset(message.sid for message in twilio.messages_to(to))


def newer(twilio: TwilioPort, to: str, known: frozenset[str], fits: Callable[[Message], bool]) -> Message | None:
    """The first message to the phone that fits and was not there before."""
    new = [message for message in twilio.messages_to(to) if message.sid not in known and fits(message)]
    return new[-1] if new else None


def never_found(to: str, lost: MfaSetupError) -> OutcomeUnknownError:
    """The error of a send without an answer whose message does not turn up either."""
    return OutcomeUnknownError(
        f"{lost.message} Twilio shows no such SMS to {to} within {LONGEST:.0f} s.",
        hint="It may still arrive. Running the command again sends another SMS.",
        service=lost.service,
        status=lost.status,
        request_id=lost.request_id,
    )
