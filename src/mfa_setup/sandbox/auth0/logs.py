"""The tenant's log: `/api/v2/logs`."""

import re
from typing import Any

from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint, pick
from mfa_setup.sandbox.auth0.errors import not_found
from mfa_setup.sandbox.auth0.paging import PAGING, in_order, paged
from mfa_setup.sandbox.auth0.schemas import BOOLEAN, STRING
from mfa_setup.sandbox.auth0.state import JSON
from mfa_setup.sandbox.auth0.validation import Schema

_MOST = 100
_CLAUSE = re.compile(r'(?:(?P<field>[\w.]+):)?(?:"(?P<exact>[^"]*)"|(?P<start>[^\s"]+))')
_ANYWHERE = ("client_name", "connection", "user_name")
_NAMES = {"application": "client_name", "user": "user_name"}


def list_logs(call: Call) -> Any:
    """GET /logs: by search, newest first, or by checkpoint, which accepts only `from` and `take` (OpenAPI)."""
    events = list(call.tenant.logs)
    if "from" in call.query:
        later = [event for event in events if event["log_id"] > call.query["from"]]
        return later[: _taken(call.query)]
    for name in ("search", "q"):
        events = [event for event in events if _fits(event, call.query.get(name, ""))]
    if "take" in call.query:
        # not verified: the effect of `take` alone
        return events[::-1][: _taken(call.query)]
    picked = [pick(event, call.query) for event in in_order(events[::-1], call.query)]
    answer = paged(picked, call.query, "logs")
    return answer | {"length": len(answer["logs"])} if isinstance(answer, dict) else answer


def get_log(call: Call) -> JSON:
    """GET /logs/{id}."""
    for event in call.tenant.logs:
        if event["log_id"] == call.path["id"]:
            return event
    # not verified: text and errorCode
    raise not_found("The log does not exist.", "inexistent_log")


def _taken(query: dict[str, Any]) -> int:
    return max(0, min(int(query.get("take", 50)), _MOST))


def _fits(event: JSON, text: str) -> bool:
    """Whether the event matches `field:start` and `field:"whole"` terms, joined by AND, in any case (OpenAPI)."""
    clauses = [clause for clause in _CLAUSE.finditer(text) if clause[0] != "AND"]
    return all(_clause(event, clause) for clause in clauses)


def _clause(event: JSON, clause: re.Match[str]) -> bool:
    field = clause["field"]
    names = [_NAMES.get(field, field)] if field else _ANYWHERE
    values = [str(event.get(name, "")).lower() for name in names]
    if clause["exact"] is not None:
        return clause["exact"].lower() in values
    start = clause["start"].lower().rstrip("*")
    return any(value.startswith(start) for value in values if value)


def endpoints() -> list[Endpoint]:
    """Returns the endpoints under `/api/v2/logs`."""
    fields: dict[str, Schema] = {"fields": STRING, "include_fields": BOOLEAN}
    query = PAGING | fields | {"sort": STRING, "search": STRING, "q": STRING, "take": {"type": "integer"}}
    scopes = ("read:logs", "read:logs_users")
    return [
        Endpoint("GET", "/logs", scopes, list_logs, query=query),
        Endpoint("GET", "/logs/{id}", scopes, get_log),
    ]
