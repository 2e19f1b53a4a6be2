"""Parses request bodies to values that can be stored and returned, or rejects them."""

import json
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes, urlsplit

DEEPEST = 100
"""How many arrays and objects may lie within each other; no payload that the services document comes near it."""


def read_json(raw: bytes) -> Any:
    """The value of a JSON text.

    Python reads more than JSON allows: `NaN`, numbers that no double holds, and halves of surrogate pairs, which no
    answer can be encoded with.

    Raises:
        ValueError: It is no JSON text in UTF-8, or holds what no JSON answer could.
    """
    try:
        value = json.loads(raw.decode(), parse_int=_integer)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (RecursionError, OverflowError) as error:
        raise ValueError(str(error)) from error
    if not _is_within(value, DEEPEST):
        raise ValueError(f"more than {DEEPEST} levels")
    return value


def _integer(text: str) -> int:
    number = int(text)
    float(number)  # overflows where no double holds it
    return number


def _is_within(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(_is_within(item, levels - 1) for item in inner)


def read_form(raw: bytes) -> list[tuple[str, str]]:
    """The fields of a form (`application/x-www-form-urlencoded`) in their order, empty ones included.

    Raises:
        ValueError: It is not UTF-8, percent-encoded or as it is.
    """
    return parse_qsl(raw.decode(), keep_blank_values=True, errors="strict")


def is_form(content_type: str) -> bool:
    """Whether a Content-Type header names a form."""
    return content_type.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded"


def check_address(path: bytes, query: bytes, host: str) -> None:
    """Refuse a path, a query or a Host header that cannot be read.

    Args:
        path: The path, percent-encoded.
        query: The query, percent-encoded.
        host: The Host header.

    Raises:
        ValueError: What is percent-encoded is not UTF-8, or the host is none.
    """
    for part in (path, query):
        if b"%" in part:
            unquote_to_bytes(part).decode()
    urlsplit(f"//{host}")
