"""Messages passed to a custom phone provider, whose code the sandbox does not run."""

import secrets
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any


@dataclass(frozen=True, slots=True)
class Notification:
    """A message passed to a custom phone provider.

    Attributes:
        to: The phone number of the recipient.
        body: The rendered text.
        channel: `text` or `voice`.
        sender: The template's own `from`, if it has one.
        id: The ID of the message.
        sent_at: The time of sending, in seconds since the epoch.
    """

    to: str
    body: str
    channel: str
    sender: str | None = None
    id: str = field(default_factory=lambda: f"custom-{secrets.token_hex(8)}")
    sent_at: float = field(default_factory=time.time)

    def as_json(self) -> dict[str, Any]:
        """Returns the message as `GET /_sandbox/notifications` answers it."""
        return {
            "id": self.id,
            "to": self.to,
            "from": self.sender,
            "body": self.body,
            "channel": self.channel,
            "provider": "custom",
            "date_created": formatdate(self.sent_at),
        }
