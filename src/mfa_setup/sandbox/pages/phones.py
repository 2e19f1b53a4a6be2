"""Messages and calls, grouped by the phone that receives them, for the inbox page."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

from mfa_setup.sandbox.auth0.notifications import Notification
from mfa_setup.sandbox.twilio.call_records import VoiceCall

_CODE = re.compile(r"(?<!\d)\d{4,8}(?!\d)")
_ARRIVED = "delivered"
_LOST = frozenset({"undelivered", "failed", "canceled"})


@dataclass(frozen=True, slots=True)
class Text:
    """One message or call on a phone.

    Attributes:
        sid: The SID of the message or call.
        spoken: Whether it is a call.
        sender: The sender's number or name; for a custom provider without one, the provider's name.
        body: The text; empty if it has not been delivered, because the phone does not show it then.
        code: The first code in the text; empty if there is none.
        state: `arrived`, `coming` or `lost`.
        error_code: The error code of a lost message.
        moment: The time of creation, in ISO 8601.
        clock: The local time of day of creation.
    """

    sid: str
    spoken: bool
    sender: str
    body: str
    code: str
    state: str
    error_code: int | None
    moment: str
    clock: str


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone and the messages sent to it, newest first."""

    number: str
    texts: list[Text] = field(default_factory=list)


def heard(call: VoiceCall) -> dict[str, Any]:
    """Return a call in the form of a message: the body is the spoken text."""
    return call.json("") | {"body": call.text, "status": _ARRIVED, "error_code": None}


def taken(notification: Notification) -> dict[str, Any]:
    """Return a message that a custom phone provider accepted, in the form of a Twilio message."""
    shown = notification.as_json()
    return shown | {"sid": notification.id, "status": _ARRIVED, "error_code": None}


def phones(
    messages: list[dict[str, Any]], calls: Iterable[VoiceCall] = (), notifications: Iterable[Notification] = ()
) -> list[Phone]:
    """Group messages and calls by phone, newest first; the phone with the newest one comes first."""
    others = [taken(notification) for notification in notifications]
    every = [*reversed(others), *reversed([heard(call) for call in calls]), *messages]
    every.sort(key=lambda one: parsedate_to_datetime(one["date_created"]), reverse=True)
    found: dict[str, Phone] = {}
    for message in every:
        phone = found.setdefault(message["to"], Phone(message["to"]))
        phone.texts.append(_text(message))
    return list(found.values())


def _text(message: dict[str, Any]) -> Text:
    status = message["status"]
    state = "arrived" if status == _ARRIVED else "lost" if status in _LOST else "coming"
    body = message["body"] if state == "arrived" else ""
    code = _CODE.search(body)
    moment = parsedate_to_datetime(message["date_created"])
    return Text(
        sid=message["sid"],
        spoken=message["sid"].startswith("CA") or message.get("channel") == "voice",
        sender=message["from"] or message.get("provider") or "",
        body=body,
        code=code.group() if code else "",
        state=state,
        error_code=message["error_code"],
        moment=moment.isoformat(),
        clock=moment.astimezone().strftime("%H:%M:%S"),
    )
