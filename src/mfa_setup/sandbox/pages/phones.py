"""Messages as a person with all these phones on the desk would see them."""

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
    """One message on a phone.

    Attributes:
        sid: The message's SID.
        spoken: Whether it was a call.
        sender: Where it came from.
        body: Its text; empty where it did not arrive, for then the phone has never seen it.
        code: The first code in it, if there is one.
        state: `arrived`, `coming` or `lost`.
        error_code: Why it was lost.
        moment: When it was created, in ISO 8601.
        clock: The same as a time of day.
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
    """A phone and what was sent to it, newest first."""

    number: str
    texts: list[Text] = field(default_factory=list)


def heard(call: VoiceCall) -> dict[str, Any]:
    """Return a call in the form of a message: what was said is its body."""
    return call.json("") | {"body": call.text, "status": _ARRIVED, "error_code": None}


def taken(notification: Notification) -> dict[str, Any]:
    """Return what a custom phone provider took in the form of a message."""
    shown = notification.as_json()
    return shown | {"sid": notification.id, "status": _ARRIVED, "error_code": None}


def phones(
    messages: list[dict[str, Any]], calls: Iterable[VoiceCall] = (), notifications: Iterable[Notification] = ()
) -> list[Phone]:
    """Sort messages and calls by phone, newest first; the phone with the newest one comes first."""
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
