"""Messages (OpenAPI; sources: twilio-messages)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from starlette.responses import Response
from starlette.routing import BaseRoute

from mfa_setup.sandbox.twilio import magic
from mfa_setup.sandbox.twilio.call import Call, answer, no_content, room
from mfa_setup.sandbox.twilio.errors import TwilioError
from mfa_setup.sandbox.twilio.forms import Fields, invalid
from mfa_setup.sandbox.twilio.ids import API
from mfa_setup.sandbox.twilio.message_records import TERMINAL, Message
from mfa_setup.sandbox.twilio.paging import Entry, page_2010
from mfa_setup.sandbox.twilio.sending import send

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def create(call: Call) -> Response:
    """Accept a message: 201, not 202 (sources: twilio-messages)."""
    message = send(call.state, call.form)
    return answer(message.json(call.state.account_sid, message.born, call.state.timeline), 201)


def list_all(call: Call) -> Response:
    """List the messages, newest first."""
    state, clock = call.state, call.state.clock()
    days = {name: _moment(name, call.query.text(name)) for name in _COMPARISONS if call.query.text(name)}
    found = [one for one in state.message_log() if _matches(one, call.query, days)]
    entries = [Entry(one.order, one.json(state.account_sid, clock, state.timeline)) for one in found]
    return answer(page_2010(call.request, call.query, "messages", entries))


def _matches(message: Message, query: Fields, days: dict[str, datetime]) -> bool:
    if query.text("To") not in {"", message.to} or query.text("From") not in {"", message.sender}:
        return False
    return all(_COMPARISONS[name](message.created, given) for name, given in days.items())


_COMPARISONS: dict[str, Callable[[datetime, datetime], bool]] = {
    "DateSent": lambda sent, given: sent.date() == given.date(),
    "DateSent<": lambda sent, given: sent <= given,
    "DateSent>": lambda sent, given: sent >= given,
}


def _moment(name: str, value: str) -> datetime:
    """Parse a day or a time; a day as `DateSent<` includes its last second."""
    try:
        # The examples of the OpenAPI document contain RFC 2822 as well as ISO 8601 dates.
        given = parsedate_to_datetime(value) if "," in value else datetime.fromisoformat(value)
    except ValueError:
        raise invalid(name, value) from None
    given = given if given.tzinfo else given.replace(tzinfo=UTC)
    if name == "DateSent<" and _DAY.fullmatch(value):
        given = given.replace(hour=23, minute=59, second=59)
    return given


def _one(call: Call) -> Message:
    message = call.state.messages.get(call.path["sid"])
    if message is None:
        raise call.absent()
    return message


def fetch(call: Call) -> Response:
    """Fetch a message with its current status."""
    return answer(_one(call).json(call.state.account_sid, call.state.clock(), call.state.timeline))


def update(call: Call) -> Response:
    """Redact a message by an empty Body; only scheduled messages can be canceled (OpenAPI)."""
    message = _one(call)
    if call.form.one_of("Status", ("canceled",)):
        raise TwilioError(400, 30409, "Message is not scheduled and cannot be canceled")  # not verified: the code
    if call.form.text("Body"):
        raise invalid("Body", "only an empty body is allowed")
    if "Body" in call.form:
        _check_over(call, message)
        message.body = ""
    return fetch(call)


def delete(call: Call) -> Response:
    """Delete a message: 204; rejected while the message is in flight (sources: twilio-messages)."""
    message = _one(call)
    _check_over(call, message)
    del call.state.messages[message.sid]
    return no_content()


def _check_over(call: Call, message: Message) -> None:
    if message.status(call.state.clock(), call.state.timeline) not in TERMINAL:
        # not verified: status, code and text
        raise TwilioError(409, 20009, "Message is not complete: it cannot be changed yet")


def routes() -> list[BaseRoute]:
    """Return the routes of this module."""
    base = API + "/{account_sid}/Messages"
    return [
        room(base + ".json", {"GET": list_all, "POST": create}, magic={"POST": magic.send}),
        room(base + "/{sid}.json", {"GET": fetch, "POST": update, "DELETE": delete}),
    ]
