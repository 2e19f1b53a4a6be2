"""The rules that decide whether messages are delivered; they keep no state.

Sources: twilio-messages, twilio-message-codes, twilio-a2p, twilio-toll-free (docs/sources.md).
"""

from dataclasses import dataclass
from typing import NamedTuple

import phonenumbers

# US A2P rules hold for the US and its territories; Canada is exempt (sources: twilio-a2p).
US_PHONES = frozenset({"US", "PR", "VI", "GU", "AS"})
TOLL_FREE_REACH = frozenset({"US", "CA"})

UNVERIFIED_TOLL_FREE = 30032
UNREGISTERED_LONG_CODE = 30034
# not verified: the code; the carriers drop the message, and users report this code (sources: twilio-uk)
UNPROVISIONED_SENDER = 30024
_NORTH_AMERICA, _BRITAIN = 1, 44  # calling codes

# The list example of the OpenAPI document has a text with its code; it is usually null (sources: twilio-messages).
ERROR_MESSAGES = {30004: "Message blocked"}


@dataclass(frozen=True, slots=True)
class Sender:
    """The properties of a sender that decide about delivery.

    Attributes:
        country: ISO code of the sender's country; empty for an alphanumeric sender or a short code.
        kind: `local`, `mobile`, `tollfree`, `shortcode` or `alpha`.
        in_campaign: Whether the sender is in the pool of a service with a verified campaign.
        verified: Whether the sender's toll-free verification is approved.
        registering: The code with which US carriers reject the sender while its registration is pending.
    """

    country: str
    kind: str
    in_campaign: bool = False
    verified: bool = False
    registering: int | None = None

    @property
    def calling_code(self) -> int:
        """The calling code of a long code's country; 0 for any other kind of sender."""
        return phonenumbers.country_code_for_region(self.country) if self.kind in {"local", "mobile"} else 0


class Outcome(NamedTuple):
    """The final status and error code of a message."""

    status: str
    error_code: int | None


DELIVERED = Outcome("delivered", None)


def outcome(sender: Sender, to_country: str, fate: int | None = None) -> Outcome:
    """Return the outcome of a message that Twilio has accepted.

    Args:
        sender: The sender of the message.
        to_country: ISO code of the recipient's country.
        fate: The error code that a test has set for messages to the recipient's phone.
    """
    code = _refusal(sender, to_country) or fate
    return Outcome("undelivered", code) if code else DELIVERED


def _refusal(sender: Sender, to_country: str) -> int | None:
    """Return the code with which the recipient's carriers drop the sender's messages; None if they accept them."""
    if sender.kind == "tollfree" and to_country in TOLL_FREE_REACH and not sender.verified:
        return UNVERIFIED_TOLL_FREE
    # not verified: that the rule covers numbers of Canada and of the Caribbean as it does those of the US
    if sender.calling_code == _NORTH_AMERICA and to_country in US_PHONES:
        return sender.registering if sender.in_campaign else UNREGISTERED_LONG_CODE
    # All carriers of the UK block long codes of other countries (sources: twilio-uk).
    if to_country == "GB" and sender.calling_code not in {0, _BRITAIN}:
        return UNPROVISIONED_SENDER
    return None


class Timeline(NamedTuple):
    """The seconds after which a message reaches each of its statuses."""

    queued: float = 0.1
    sending: float = 0.25
    sent: float = 0.45
    final: float = 0.8


def status_after(elapsed: float, ending: Outcome, *, by_service: bool, timeline: Timeline) -> str:
    """Return a message's status this many seconds after its creation (sources: twilio-messages).

    `accepted` comes first only if a Messaging Service has yet to choose the sender.
    """
    if elapsed >= timeline.final:
        return ending.status
    if elapsed >= timeline.sent:
        return "sent"
    if elapsed >= timeline.sending:
        return "sending"
    return "accepted" if by_service and elapsed < timeline.queued else "queued"
