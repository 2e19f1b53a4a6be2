"""The three ways in which the Management API pages a list."""

from typing import Any

from mfa_setup.sandbox.auth0.validation import Schema

PAGING: dict[str, Schema] = {
    "page": {"type": "integer", "minimum": 0},
    "per_page": {"type": "integer", "minimum": 0, "maximum": 100},
    "include_totals": {"type": "boolean"},
    "from": {"type": "string"},
    "take": {"type": "integer", "minimum": 1, "maximum": 100},
}


def paged(items: list[Any], query: dict[str, Any], name: str) -> Any:
    """`items` as a bare array, with totals, or by checkpoint, as `query` asks (recorded: all three)."""
    if "take" in query or "from" in query:
        return checkpoint(items, query, name)
    size = query.get("per_page", 50)
    start = query.get("page", 0) * size
    part = items[start : start + size]
    if not query.get("include_totals", False):
        return part
    return {"total": len(items), "start": start, "limit": size, name: part}


def checkpoint(items: list[Any], query: dict[str, Any], name: str) -> dict[str, Any]:
    """A page with a `next` cursor while there is more; the cursor is opaque to clients."""
    cursor = query.get("from", "")
    start = int(cursor, 36) if cursor.isalnum() else 0
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
