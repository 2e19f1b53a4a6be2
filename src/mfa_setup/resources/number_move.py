"""Moving a number that is in use to a Messaging Service, and the effect on its incoming messages."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from mfa_setup.model.observed import MessagingService, Number, TwilioInventory
from mfa_setup.model.outcome import Notice
from mfa_setup.model.write import Write
from mfa_setup.resources.number_pool import POOL, home_of

CONSENT = "number_moves"
"""The ID of the check for consent to a move, as used with `--override`."""
SMS_WEBHOOKS = frozenset({"sms_url", "sms_application_sid"})


@dataclass(frozen=True, slots=True)
class Move:
    """The move of a number to a Messaging Service.

    Attributes:
        number: The number that is moved.
        service: The Messaging Service that the number is added to.
        home: The Messaging Service that the number is removed from; None if it is in none.
    """

    number: Number
    service: MessagingService
    home: MessagingService | None = None

    @property
    def concerns_others(self) -> bool:
        """Whether something else uses the number: a Messaging Service, or a program that receives its messages."""
        return self.home is not None or bool(SMS_WEBHOOKS & {*self.number.webhooks})

    @property
    def evidence(self) -> str:
        """Describes the move, and what happens to the number's incoming messages (sources: twilio-inbound)."""
        phone, there = self.number.phone_number, f"the Messaging Service {self.service.sid} ({self.service.name})"
        where = f"{phone} is added to {there}."
        if self.home:
            where = f"{phone} is moved from the Messaging Service {self.home.sid} ({self.home.name}) to {there}."
        return f"{where} {self._incoming}"

    @property
    def _incoming(self) -> str:
        hooks = ", ".join(name for name in self.number.webhooks if name in SMS_WEBHOOKS)
        if self.service.keeps_webhooks and hooks:
            return f"Its incoming messages still go to its own webhook ({hooks})."
        if not self.service.keeps_webhooks and (url := self.service.inbound_request_url):
            instead = f", no longer to its own ({hooks})" if hooks else ""
            return f"Its incoming messages go to the webhook of that service at {urlsplit(url).hostname}{instead}."
        instead = f", although it has one of its own ({hooks})" if hooks else ""
        return f"Its incoming messages are dropped: that service has no webhook for them{instead}."


def moves(writes: Iterable[Write], account: TwilioInventory) -> Iterator[Move]:
    """Yields the moves of numbers in use to a Messaging Service."""
    for write in writes:
        number = next((item for item in account.numbers if item.sid == write.target), None)
        service = next((item for item in account.services if item.sid == write.after.get(POOL)), None)
        if write.action == "add_to_pool" and number and service:
            move = Move(number, service, home_of(account, number))
            if move.concerns_others:
                yield move


def notice(move: Move) -> Notice:
    """Returns the plan's warning about a move."""
    return Notice(
        code=CONSENT,
        message=move.evidence,
        hint="To leave that number where it is, pass another number with --from, or pass --buy.",
    )
