"""Alerts: the account's errors, including those that others cause with its token (sources: twilio-alerts)."""

from datetime import UTC, datetime, timedelta

from starlette.responses import Response
from starlette.routing import BaseRoute

from mfa_setup.sandbox.twilio.call import Call, answer, room
from mfa_setup.sandbox.twilio.forms import Fields, invalid
from mfa_setup.sandbox.twilio.paging import Entry, page_v1
from mfa_setup.sandbox.twilio.people import Alert

_LEVELS = ("error", "warning", "notice", "debug")
_DATE_LENGTH = len("YYYY-MM-DD")


def _shown(call: Call) -> list[Alert]:
    clock = call.state.clock()
    return [alert for alert in reversed(call.state.alerts) if alert.due <= clock]


def list_all(call: Call) -> Response:
    """List the alerts, newest first; all alerts of the sandbox have the level `error`."""
    level = call.query.one_of("LogLevel", _LEVELS)
    start, end = _date(call.query, "StartDate"), _date(call.query, "EndDate", last=True)
    found = [
        alert
        for alert in _shown(call)
        if level in {None, "error"}
        and (start is None or alert.created >= start)
        and (end is None or alert.created <= end)
    ]
    entries = [Entry(alert.rank, alert.json(call.state.account_sid, call.base)) for alert in found]
    return answer(page_v1(call.request, call.query, "alerts", entries))


def _date(query: Fields, name: str, *, last: bool = False) -> datetime | None:
    """Parse `YYYY-MM-DD`, or a time in GMT (OpenAPI); with `last`, a day means its last second."""
    value = query.text(name)
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise invalid(name, value) from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if last and len(value) == _DATE_LENGTH:
        return moment + timedelta(days=1, seconds=-1)
    return moment


def fetch(call: Call) -> Response:
    """Fetch an alert, with the request and the response that it is about."""
    for alert in _shown(call):
        if alert.sid == call.path["sid"]:
            details = dict.fromkeys(("request_variables", "request_headers", "response_body", "response_headers"), "")
            return answer(alert.json(call.state.account_sid, call.base) | details)
    raise call.absent()


def routes() -> list[BaseRoute]:
    """Return the routes of this module."""
    return [room("/v1/Alerts", {"GET": list_all}), room("/v1/Alerts/{sid}", {"GET": fetch})]
