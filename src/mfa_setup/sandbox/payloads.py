"""Parses request bodies into values that can be stored and returned, or rejects them."""

import json
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes, urlsplit

DEEPEST = 100
"""How deeply arrays and objects may be nested; no payload that the services document comes near this depth."""


def read_json(raw: bytes) -> Any:
    """Parses a JSON text.

    Python accepts more than JSON allows: `NaN`, numbers that no double holds, and lone surrogates, which cannot be
    encoded in an answer. These are rejected.

    Raises:
        ValueError: The text is not JSON in UTF-8, or holds a value that no JSON answer could hold.
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
    float(number)  # raises OverflowError if no double holds the number
    return number


def _is_within(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(_is_within(item, levels - 1) for item in inner)


def read_form(raw: bytes) -> list[tuple[str, str]]:
    """Parses the fields of a form (`application/x-www-form-urlencoded`) in their order, including empty ones.

    Raises:
        ValueError: The text is not UTF-8, before or after percent-decoding.
    """
    return parse_qsl(raw.decode(), keep_blank_values=True, errors="strict")


def is_form(content_type: str) -> bool:
    """Whether a Content-Type header names a form."""
    return content_type.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded"


def check_address(path: bytes, query: bytes, host: str) -> None:
    """Rejects a path, a query or a Host header that cannot be parsed.

    Args:
        path: The path, percent-encoded.
        query: The query, percent-encoded.
        host: The Host header.

    Raises:
        ValueError: The percent-encoded bytes are not UTF-8, or the Host header is invalid.
    """
    for part in (path, query):
        if b"%" in part:
            unquote_to_bytes(part).decode()
    urlsplit(f"//{host}")
