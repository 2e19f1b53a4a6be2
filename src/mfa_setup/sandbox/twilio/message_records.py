"""A message and its statuses (sources: twilio-messages; OpenAPI, `api.v2010.account.message`)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from mfa_setup.sandbox.twilio.delivery import ERROR_MESSAGES, Outcome, Timeline, status_after
from mfa_setup.sandbox.twilio.ids import API, now, rfc2822
from mfa_setup.sandbox.twilio.paging import chronological

STATUSES = (
    "accepted",
    "scheduled",
    "queued",
    "sending",
    "sent",
    "delivered",
    "undelivered",
    "failed",
    "canceled",
    "read",
    "partially_delivered",
)
"""The statuses of an outbound message (OpenAPI, `message_enum_status`)."""
TERMINAL = frozenset({"delivered", "undelivered", "failed", "canceled"})
_LEFT_TWILIO = frozenset({"sent", "delivered", "undelivered", "read", "partially_delivered"})
_GSM_SINGLE, _GSM_PART = 160, 153
_UCS_SINGLE, _UCS_PART = 70, 67
# GSM-7 without its extension table, whose characters count double: enough to tell one segment from two.
_GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


def segments(body: str) -> int:
    """Return the number of segments of a text (OpenAPI, `Body`: 160 GSM-7 or 70 UCS-2 characters)."""
    single, part = (_GSM_SINGLE, _GSM_PART) if set(body) <= _GSM_7 else (_UCS_SINGLE, _UCS_PART)
    return 1 if len(body) <= single else -(-len(body) // part)


@dataclass(slots=True)
class Message:
    """One outbound message.

    Attributes:
        sid: `SM` and 32 hex digits.
        rank: The position in the order of creation.
        to: The recipient's number.
        sender: The number or name that the message is sent from.
        body: The text of the message.
        ending: The final status and error code.
        born: The time of creation, on the state's monotonic clock.
        service_sid: The SID of the Messaging Service that sends the message; None if a number does.
        chosen_late: Whether the service chooses the sender, so that `from` is null at first.
        unit_price: The price of a segment.
        created: The time of creation, by the wall clock.
    """

    sid: str
    rank: int
    to: str
    sender: str
    body: str
    ending: Outcome
    born: float
    service_sid: str | None = None
    chosen_late: bool = False
    unit_price: str = "0.0083"
    created: datetime = field(default_factory=now)

    @property
    def order(self) -> int:
        """The position in the order of dates, the newest last."""
        return chronological(self.created, self.rank)

    def status(self, clock: float, timeline: Timeline) -> str:
        """Return the current status of the message."""
        return status_after(clock - self.born, self.ending, by_service=self.chosen_late, timeline=timeline)

    def json(self, account_sid: str, clock: float, timeline: Timeline) -> dict[str, Any]:
        """Return the message as the API answers it."""
        status = self.status(clock, timeline)
        uri = f"{API}/{account_sid}/Messages/{self.sid}"
        code = self.ending.error_code if status == self.ending.status else None
        left = status in _LEFT_TWILIO
        count = segments(self.body)
        changed = self.created + timedelta(seconds=int(min(clock - self.born, timeline.final)))
        return {
            "sid": self.sid,
            "account_sid": account_sid,
            "status": status,
            "to": self.to,
            "from": None if status == "accepted" else self.sender,
            "body": self.body,
            "messaging_service_sid": self.service_sid,
            "num_segments": str(count),
            "num_media": "0",
            "direction": "outbound-api",
            "error_code": code,
            "error_message": ERROR_MESSAGES.get(code) if code else None,
            "price": f"-{float(self.unit_price) * count:.5f}" if left else None,
            "price_unit": "USD",
            "api_version": "2010-04-01",
            "date_created": rfc2822(self.created),
            "date_sent": rfc2822(changed) if left else None,
            "date_updated": rfc2822(changed),
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "uri": f"{uri}.json",
        }
