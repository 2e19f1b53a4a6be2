"""The three ways in which the Management API pages a list."""

import re
from typing import Any

from mfa_setup.sandbox.auth0.validation import Schema

PAGING: dict[str, Schema] = {
    "page": {"type": "integer", "minimum": 0},
    "per_page": {"type": "integer", "minimum": 0, "maximum": 100},
    "include_totals": {"type": "boolean"},
    "from": {"type": "string"},
    "take": {"type": "integer", "minimum": 1, "maximum": 100},
}
PAGING_FROM_ONE: dict[str, Schema] = PAGING | {"per_page": {"type": "integer", "minimum": 1, "maximum": 100}}
"""The paging parameters of lists whose pages cannot be empty (OpenAPI)."""

_CURSOR = re.compile(r"[0-9a-z]{1,10}")


def paged(items: list[Any], query: dict[str, Any], name: str) -> Any:
    """Returns `items` as a bare array, with totals, or by checkpoint, depending on `query` (recorded: all three)."""
    if "take" in query or "from" in query:
        return checkpoint(items, query, name)
    size = query.get("per_page", 50)
    start = query.get("page", 0) * size
    part = items[start : start + size]
    if not query.get("include_totals", False):
        return part
    return {"total": len(items), "start": start, "limit": size, name: part}


def checkpoint(items: list[Any], query: dict[str, Any], name: str) -> dict[str, Any]:
    """Returns a page, with a `next` cursor if there are more items; the cursor is opaque to clients."""
    cursor = query.get("from", "")
    # not verified: the answer for a cursor that the service did not issue; here, the first page
    start = int(cursor, 36) if _CURSOR.fullmatch(cursor) else 0
    end = start + query.get("take", 50)
    page: dict[str, Any] = {name: items[start:end]}
    return page | ({"next": _base36(end)} if end < len(items) else {})


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = digits[digit] + text
    return text or "0"


def in_order(items: list[dict[str, Any]], query: dict[str, Any]) -> list[dict[str, Any]]:
    """Returns `items` sorted by the `sort` parameter, `field:1` or `field:-1`; unchanged without the parameter."""
    name, _, direction = query.get("sort", "").partition(":")
    if not name:
        return items
    # not verified: the position of items without the field, and the answer to a bad direction
    return sorted(items, key=lambda item: str(item.get(name, "")), reverse=direction == "-1")


ZERO_PAGING: dict[str, Schema] = {key: {"type": "integer"} for key in ("page", "per_page")}
"""The paging parameters of the API of Actions, which has no `include_totals`."""

_MOST, _DEFAULT = 100, 20


def without_zeros(name: str, items: list[Any], query: dict[str, Any]) -> dict[str, Any]:
    """Returns a page with its totals as the API of Actions does: whatever is zero is left out (recorded).

    A page past the last one has no total either (recorded).
    """
    # not verified: that a negative value counts as none, and that more than 100 items count as 100
    page, size = max(query.get("page", 0), 0), min(query.get("per_page", 0), _MOST)
    size = size if size > 0 else _DEFAULT
    shown = items[page * size : (page + 1) * size]
    totals = {"total": len(items) if shown else 0, "page": page, "per_page": size}
    return {name: shown} | {key: value for key, value in totals.items() if value}
