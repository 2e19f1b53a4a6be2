"""Recognizes secrets in texts; in messages, a word of a user's input that may be one is cut to four characters."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # importing pydantic takes long, and --help does not need it
    from pydantic import SecretStr

SHORTEST_SECRET = 8
"""The shortest secret, in characters, to search for in other values; a shorter one could match by chance."""
_LONG = 20
_KEPT = 4
_PEM = re.compile(r"-----BEGIN.*", re.DOTALL)
_USER_OF_URL = re.compile(r"(^|//)[^/@\s]+@")
_SID = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
"""The form of Twilio's SIDs, which are identifiers and not secrets."""
_HOST = r"(?:[a-z0-9-]+\.){2,}[a-z]{2,}"
_ADDRESS = re.compile(rf"[a-z][a-z0-9+.-]*://.*|[/~].*|\.\.?/.*|{_HOST}([:/].*)?")
"""A URL, a path from the root, the home or the working folder, or a host with at least three labels."""
_PART = re.compile(rf"{_HOST}|[^/\\.:@?&#=,;%+]+")
_SWITCH = re.compile(r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
_KEY = re.compile(r"[A-Za-z0-9_-]{40,}")
"""A run of characters that is long enough to be a key or a token even if it contains no digit."""
_RUN = re.compile(r"[A-Za-z0-9+/=_-]{20,}")


def shortened(text: str) -> str:
    """Shortens each word of a text that may be a secret.

    A word may be a secret if it has 20 characters or more and mixes letters and digits, or if it contains a run of 40
    letters, digits, hyphens and underscores. URLs, paths and host names stay readable: only those of their parts that
    may be secrets are shortened, and the user information of a URL is removed.
    """
    return re.sub(r"\S+", lambda word: _word(word[0]), _USER_OF_URL.sub(r"\1…@", _PEM.sub("…", text)))


def contains_secret(text: str, secrets: "Iterable[SecretStr]") -> bool:
    """Whether a text contains one of these secrets, as it is or as JSON escapes it."""
    values = (secret.get_secret_value() for secret in secrets)
    return any(value in text or json.dumps(value)[1:-1] in text for value in values if len(value) >= SHORTEST_SECRET)


def without_typed(text: str, typed: Iterable[str]) -> str:
    """Shortens the words of the user's input that may be secrets, wherever they occur in a message of mfa-setup."""
    for word in sorted({part for value in typed for part in _suspects(value)}, key=len, reverse=True):
        for form in (word, repr(word)[1:-1], word.lower()):
            text = text.replace(form, _cut(form))
    return text


def looks_random(text: str) -> bool:
    """Whether a text contains a word that nobody would choose as a name: long, with letters and digits alternating."""
    return any(_is_random(run) for run in _RUN.findall(_SID.sub("", text)))


def _is_random(run: str) -> bool:
    """Whether letters and digits alternate as in random text; words joined by hyphens may alternate more often."""
    turns = len(_SWITCH.findall(run))
    return turns > (2 if run.isalnum() else 4) and (run.isalnum() or run.lower() != run != run.upper())


def _word(word: str) -> str:
    if not _is_suspect(word):
        return word
    if _is_address(word):
        return _PART.sub(lambda part: _cut(part[0]) if _is_suspect_part(part[0]) else part[0], word)
    return _cut(word)


def _suspects(value: str) -> Iterator[str]:
    """Yields the parts of an input value that may be secrets."""
    for word in value.split():
        if _is_suspect(word):
            yield from filter(_is_suspect_part, _PART.findall(word)) if _is_address(word) else (word,)


def _is_suspect(word: str) -> bool:
    mixes = len(word) >= _LONG and re.search(r"[^\W\d_]", word) and re.search(r"[0-9]", word)
    return bool(mixes or _KEY.search(word)) and not _SID.fullmatch(word)


def _is_suspect_part(part: str) -> bool:
    return _is_suspect(part) and not re.fullmatch(_HOST, part)


def _is_address(word: str) -> bool:
    """Whether a word is an address, or ordinary words joined like a path, such as `src/staging2/auth_config.json`."""
    pieces = re.split(r"[^A-Za-z0-9]+", word)
    together = re.search(r"[/\\.:]", word) and all(len(_SWITCH.findall(piece)) <= 1 for piece in pieces)
    return bool(together or _ADDRESS.fullmatch(word))


def _cut(word: str) -> str:
    return word[:_KEPT] + "…"
