"""Reads Twilio's message log: which messages were delivered and which carriers refused, by Twilio's clock.

Source: twilio-message-log (docs/sources.md).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from mfa_setup.checks.context import CheckContext
from mfa_setup.checks.senders import Sender
from mfa_setup.model.observed import Message
from mfa_setup.phone import US_PHONES, country_of
from mfa_setup.snapshot.parts import known_or

LOOKBACK = timedelta(days=30)
"""How old a delivery may be to prove that a sender reaches a country."""
A_DAY = timedelta(hours=24)
UNREGISTERED = frozenset({30034, 30035})
DELIVERED = frozenset({"delivered", "read"})


def delivered(given: CheckContext, now: datetime | None) -> Iterator[Message]:
    """Yields the messages that were delivered recently, the newest first; none if Twilio's time is unknown."""
    return (message for message in _recent(given, now) if message.status in DELIVERED)


def by_sender(given: CheckContext, now: datetime | None, sender: Sender) -> Iterator[Message]:
    """Yields the delivered messages of a sender, and those of the Messaging Service that chooses the sender."""
    service = sender.service.sid if sender.pooled and sender.service else None
    for message in delivered(given, now):
        if message.sender == sender.name or (service and message.messaging_service_sid == service):
            yield message


def since_added(given: CheckContext, now: datetime | None, sender: Sender) -> Iterator[Message]:
    """Yields a sender's messages to US phones since it was added to its sender pool; none if that time is unknown."""
    for message in _recent(given, now):
        late_enough = sender.added and message.created_at and message.created_at >= sender.added
        if late_enough and message.sender == sender.name and country_of(message.to, "") in US_PHONES:
            yield message


def refusal(given: CheckContext, now: datetime | None, sender: Sender) -> Message | None:
    """Returns the newest message since the sender was added that carriers dropped because it is not registered.

    Returns None if a newer message was delivered.
    """
    for message in since_added(given, now, sender):
        if message.status in DELIVERED:
            return None
        if message.error_code in UNREGISTERED:
            return message
    return None


def is_of_today(message: Message, now: datetime | None) -> bool:
    """Whether a message is less than a day old."""
    return now is not None and message.created_at is not None and now - message.created_at < A_DAY


def _recent(given: CheckContext, now: datetime | None) -> Iterator[Message]:
    for message in known_or(given.snapshot.messages, ()):
        if now and message.created_at and now - message.created_at <= LOOKBACK:
            yield message
