"""A call that speaks a code.

not verified: the OpenAPI extracts do not cover Calls; the form follows the SDK's types (sources: twilio-sdk-types).
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mfa_setup.sandbox.twilio.delivery import Timeline
from mfa_setup.sandbox.twilio.ids import API, now, rfc2822
from mfa_setup.sandbox.twilio.paging import chronological
from mfa_setup.sandbox.twilio.stock import formatted

STATUSES = ("queued", "ringing", "in-progress", "canceled", "completed", "failed", "busy", "no-answer")
_ABSENT = (
    "parent_call_sid",
    "answered_by",
    "forwarded_from",
    "group_sid",
    "caller_name",
    "stir_verstat",
    "trunk_sid",
    "price",
)
_SECONDS = "5"  # the duration of every call, in seconds


@dataclass(frozen=True, slots=True)
class VoiceCall:
    """A call that speaks a code.

    Attributes:
        sid: `CA` and 32 hex digits.
        rank: The position in the order of creation.
        to: The called number.
        sender: The calling number.
        text: The spoken text.
        number_sid: The SID of the calling number.
        born: The time at which the call was placed, on the state's monotonic clock.
        created: The time at which the call was placed, by the wall clock.
    """

    sid: str
    rank: int
    to: str
    sender: str
    text: str
    number_sid: str = ""
    born: float = 0
    created: datetime = field(default_factory=now)

    def status(self, clock: float, timeline: Timeline) -> str:
        """Return the status of the call; every call is answered."""
        elapsed = clock - self.born
        if elapsed >= timeline.final:
            return "completed"
        if elapsed >= timeline.sent:
            return "in-progress"
        return "ringing" if elapsed >= timeline.sending else "queued"

    @property
    def order(self) -> int:
        """The position in the order of dates, the newest last."""
        return chronological(self.created, self.rank)

    def json(self, account_sid: str, status: str = "completed") -> dict[str, Any]:
        """Return the call with this status as the API answers it."""
        moment = rfc2822(self.created)
        uri = f"{API}/{account_sid}/Calls/{self.sid}"
        return {
            "sid": self.sid,
            "account_sid": account_sid,
            "status": status,
            "to": self.to,
            "to_formatted": formatted(self.to),
            "from": self.sender,
            "from_formatted": formatted(self.sender),
            "phone_number_sid": self.number_sid or None,
            "direction": "outbound-api",
            "api_version": "2010-04-01",
            "date_created": moment,
            "date_updated": moment,
            "start_time": None if status in {"queued", "ringing"} else moment,
            "end_time": moment if status == "completed" else None,
            "duration": _SECONDS if status == "completed" else None,
            "queue_time": "0",
            "price_unit": "USD",
            **dict.fromkeys(_ABSENT),
            "uri": f"{uri}.json",
            "subresource_uris": {"recordings": f"{uri}/Recordings.json"},
        }
