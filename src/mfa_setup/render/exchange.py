"""Renders requests and responses for `-v` and `-vv`, without secrets and personal data.

A log of `-vv` is meant to be sent to others. So a value is shown only if its name and format mark it as harmless, and a
body only if it can be parsed field by field.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from urllib.parse import parse_qsl, unquote

from mfa_setup.model.exchange import Exchange
from mfa_setup.render.sanitize import MASK, one_line

_LONGEST_READ = 200_000
"""The longest body to parse, in characters; nobody would read a longer one."""
_LONGEST_SHOWN = 6_000
"""The number of characters of a text to mask before it is cut to the length of a line; masks may shorten the text."""

_SENSITIVE = re.compile(
    r"(secret|token|password|passwd|passphrase|assertion|authorization|cookie|credential|verifier|otp|pin|ticket|nonce"
    r"|key|barcodeuri|cert|pkcs7|jwt|signature|^(code|state|body|location|identifier|username|name|nickname|givenname"
    r"|familyname|ip|picture)$"
    r"|(otp|recovery|verification|binding|user|device|auth|authentication|authorization|mfa|sms|login)code)s?$"
)
"""Matches the end of names, in lower case without punctuation, whose values are secrets, codes or personal data.
`body` is the text of a message, which may contain a code; `code` is the code of a login.
"""
_NAMES = frozenset({"name", "nickname", "givenname", "familyname", "picture", "ip", "username"})
_PERSONAL_PATHS = re.compile(r"/(users|logs|enrollments)\b")
"""Matches paths whose names are those of people; elsewhere, names are those of applications, Actions or connections."""

_JWT = re.compile(r"eyJ[\w-]{5,}\.[\w-]*(\.[\w-]*)*")
_EMAIL = re.compile(r"[^\s@\"'<>=&/:,]{1,64}@(?=[\w-]+\.)")
_PHONE = re.compile(r"\+\d{3,13}(?=\d{3})")
_PAIR = re.compile(r"([\w.-]{1,64})=([^&;\s\"'<>]+)")
_BASIC = re.compile(r"(?i)\b(basic|bearer)\s+[\w.+/=~-]+")
_HARMLESS_VALUE = re.compile(r"true|false|[0-9]{1,4}")

Safe = Callable[[str], str]
"""Masks the secrets that a run knows."""


def lines(exchange: Exchange, safe: Safe, *, detailed: bool) -> Iterator[str]:
    """Yields the lines about one attempt, safe to show: one line, and with `detailed` also its headers and bodies."""
    personal = bool(_PERSONAL_PATHS.search(exchange.path))

    def shown(text: str) -> str:
        return one_line(_scrubbed(safe(text[:_LONGEST_SHOWN])))

    result = exchange.reason if exchange.status is None else str(exchange.status)
    request = f", request ID {exchange.request_id}" if exchange.request_id else ""
    path = shown(unquote(exchange.path)) + one_line(_query(exchange.query))
    yield f"{exchange.service} {exchange.method} {path} -> {shown(result)} in {exchange.seconds * 1000:.0f} ms" + (
        shown(request)
    )
    if detailed:
        for mark, headers, body in (
            ("  > ", exchange.sent_headers, exchange.sent),
            ("  < ", exchange.headers, exchange.received),
        ):
            for name, value in headers.items():
                yield mark + shown(f"{name}: {MASK if _is_sensitive(name, personal=False) else value}")
            if body:
                yield mark + shown(_body(body, headers, personal=personal))


def _query(query: str) -> str:
    """Formats a query, showing only booleans and short numbers as values; all other values are elided."""
    pairs = parse_qsl(query, keep_blank_values=True)
    shown = (
        f"{name}={value if _HARMLESS_VALUE.fullmatch(value) and not _is_sensitive(name, personal=True) else '…'}"
        for name, value in pairs
    )
    return f"?{'&'.join(shown)}" if pairs else ""


def _body(body: str, headers: Mapping[str, str], *, personal: bool) -> str:
    """Formats a body without its sensitive values; only its size if it cannot be parsed field by field."""
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "of unknown type")
    kind = kind.partition(";")[0].strip()
    if len(body) <= _LONGEST_READ:
        form = kind == "application/x-www-form-urlencoded"
        with suppress(ValueError, RecursionError):
            fields = dict(parse_qsl(body, keep_blank_values=True)) if form else json.loads(body)
            return json.dumps(_redacted(fields, personal=personal), ensure_ascii=False)
    return f"({len(body)} characters, {kind}, not shown)"


def _redacted(value: object, *, personal: bool) -> object:
    """Masks the values in a document whose names are sensitive; other numbers and null are shown."""
    match value:
        case dict():
            return {
                name: MASK if _is_secret(name, inner, personal=personal) else _redacted(inner, personal=personal)
                for name, inner in value.items()
            }
        case list():
            return [_redacted(item, personal=personal) for item in value]
        case str():
            return _scrubbed(value[:_LONGEST_SHOWN])
        case _:
            return value


def _is_secret(name: str, value: object, *, personal: bool) -> bool:
    """Whether a field is masked; null, booleans and error numbers (`"code": 20003`) are always shown."""
    if value is None or isinstance(value, bool) or (name == "code" and isinstance(value, int)):
        return False
    return _is_sensitive(name, personal=personal)


def _is_sensitive(name: str, *, personal: bool) -> bool:
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    return bool(_SENSITIVE.search(plain)) and (personal or plain not in _NAMES)


def _scrubbed(text: str) -> str:
    """Masks tokens, values of sensitive parameters, local parts of e-mail addresses, and phone numbers in a text."""
    text = _JWT.sub(MASK, text)
    text = _BASIC.sub(rf"\1 {MASK}", text)
    text = _PAIR.sub(lambda pair: f"{pair[1]}={MASK}" if _is_sensitive(pair[1], personal=False) else pair[0], text)
    return _PHONE.sub("+…", _EMAIL.sub("…@", text))
