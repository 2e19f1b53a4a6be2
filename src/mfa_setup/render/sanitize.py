"""Makes text safe to show: text from a service is untrusted, and no secret may be shown."""

import html
import json
import re
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from mfa_setup.quoting import SHORTEST_SECRET

if TYPE_CHECKING:  # slow to import, and needed only for annotations
    from pydantic import SecretStr

MASK = "********"
_WINDOW = 12
"""The number of consecutive characters of a secret that are masked even if the rest of the secret was cut off."""
_ESCAPE = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?|[@-Z\\-_])")
_PERCENT = re.compile(r"%[0-9A-F]{2}")
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Control and format characters (bidirectional overrides, zero width), surrogates, line and paragraph separators."""
_LONGEST = 2_000


def plain(text: str) -> str:
    """Removes from a text everything that moves the cursor, or hides or reorders what is shown."""
    return "".join(_visible(character) for character in _ESCAPE.sub("", text))


def one_line(text: str) -> str:
    """Like `plain`, but cut to 2000 characters."""
    shown = plain(text)
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "…"


def _visible(character: str) -> str:
    if character in "\t\n\r":
        return " "
    return "\N{REPLACEMENT CHARACTER}" if unicodedata.category(character) in _HIDDEN else character


def without(secrets: "Iterable[SecretStr]", text: str) -> str:
    """Masks every secret of the run in a text, in case a service quoted it or a user entered it in the wrong place."""
    return without_values((secret.get_secret_value() for secret in secrets), text)


def without_values(values: Iterable[str], text: str) -> str:
    """Like `without`, for the plain values of the secrets."""
    return _masked(*_known_marks(frozenset(values)), text)


def masker(values: Iterable[str]) -> Callable[[str], str]:
    """Returns a function that masks these secrets, for code that masks many texts with the same secrets."""
    return partial(_masked, *_marks(frozenset(values)))


def _masked(forms: list[str], windows: frozenset[str], text: str) -> str:
    text = _without_windows(windows, text)
    for form in forms:
        text = text.replace(form, MASK)
    return text


def _marks(values: frozenset[str]) -> tuple[list[str], frozenset[str]]:
    """Returns every form of every secret, longest first, and every window of those forms."""
    forms = {form for value in values for form in _forms(value) if len(form) >= SHORTEST_SECRET}
    windows = {form[start : start + _WINDOW] for form in forms for start in range(len(form) - _WINDOW + 1)}
    return sorted(forms, key=len, reverse=True), frozenset(windows)


_known_marks = lru_cache(maxsize=8)(_marks)


def changed(change: Callable[[str], str], value: object) -> object:
    """Applies a function to each text in a document."""
    match value:
        case str():
            return change(value)
        case list():
            return [changed(change, item) for item in value]
        case dict():
            return {change(str(key)): changed(change, item) for key, item in value.items()}
        case _:
            return value


def _forms(secret: str) -> frozenset[str]:
    """Returns a secret unchanged, as one line, and as Python, JSON, HTML, URLs and Basic authentication encode it."""
    raw = secret.encode(errors="surrogatepass")
    escaped = {quote(raw, safe=""), quote(raw), quote_plus(raw)}
    lower = {_PERCENT.sub(lambda found: found[0].lower(), form) for form in escaped}
    written = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1]}
    shown = {plain(secret), html.escape(secret)}
    return frozenset({secret, *shown, *written, *escaped, *lower, *_base64(raw)})


def _base64(raw: bytes) -> Iterator[str]:
    """Yields the base64 form of a secret after zero, one or two other bytes, such as a user name and a colon."""
    for before in range(3):
        bits = 8 * (before + len(raw))
        own = b64encode(bytes(before) + raw).decode()[-(-8 * before // 6) : bits // 6]
        yield own
        yield own.replace("+", "-").replace("/", "_")


def _without_windows(windows: frozenset[str], text: str) -> str:
    """Masks every sequence of characters that is a part of a secret."""
    if not windows:
        return text
    pieces: list[str] = []
    done = 0
    for start in range(len(text) - _WINDOW + 1):
        if text[start : start + _WINDOW] in windows:
            if start > done or not pieces:
                pieces += [text[done:start], MASK]
            done = start + _WINDOW
    return "".join([*pieces, text[done:]])
