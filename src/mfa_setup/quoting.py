"""How a message shows what a person typed: a word that may be a secret is cut to its first four characters."""

import re
from collections.abc import Iterable, Iterator

_LONG = 20
_KEPT = 4
_PEM = re.compile(r"-----BEGIN.*", re.DOTALL)
_USER_OF_URL = re.compile(r"(^|//)[^/@\s]+@")
_SID = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
"""The form of Twilio's SIDs, which name things and open nothing."""
_HOST = r"(?:[a-z0-9-]+\.){2,}[a-z]{2,}"
_ADDRESS = re.compile(rf"[a-z][a-z0-9+.-]*://.*|[/~].*|\.\.?/.*|{_HOST}([:/].*)?")
"""A URL, a path from the root, the home or the working folder, or a host with at least three labels."""
_PART = re.compile(rf"{_HOST}|[^/\\.:@?&#=,;%+]+")
_SWITCH = re.compile(r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
_KEY = re.compile(r"[A-Za-z0-9_-]{40,}")
"""So long a run is a key or a token even where no digit happens to be in it."""
_RUN = re.compile(r"[A-Za-z0-9+/=_-]{20,}")


def shortened(text: str) -> str:
    """A text with each word shortened that may be a secret.

    That is a word of 20 characters or more that mixes letters and digits, or one that holds a run of 40. URLs, paths
    and host names stay readable: of them only the parts that are such words are shortened, and the user of a URL is
    left out.
    """
    return re.sub(r"\S+", lambda word: _word(word[0]), _USER_OF_URL.sub(r"\1…@", _PEM.sub("…", text)))


def without_typed(text: str, typed: Iterable[str]) -> str:
    """A message of ours in which the words that a person typed are shortened, wherever they stand in it."""
    for word in sorted({part for value in typed for part in _suspects(value)}, key=len, reverse=True):
        for form in (word, repr(word)[1:-1], word.lower()):
            text = text.replace(form, _cut(form))
    return text


def looks_random(text: str) -> bool:
    """Whether a text holds a word that nobody would choose as a name: long, with letters and digits in turn."""
    return any(_is_random(run) for run in _RUN.findall(_SID.sub("", text)))


def _is_random(run: str) -> bool:
    """Whether letters and digits take turns as by chance; words joined by hyphens may do so more often."""
    turns = len(_SWITCH.findall(run))
    return turns > (2 if run.isalnum() else 4) and (run.isalnum() or run.lower() != run != run.upper())


def _word(word: str) -> str:
    if not _is_suspect(word):
        return word
    if _is_address(word):
        return _PART.sub(lambda part: _cut(part[0]) if _is_suspect_part(part[0]) else part[0], word)
    return _cut(word)


def _suspects(value: str) -> Iterator[str]:
    """What of a typed value is shortened."""
    for word in value.split():
        if _is_suspect(word):
            yield from filter(_is_suspect_part, _PART.findall(word)) if _is_address(word) else (word,)


def _is_suspect(word: str) -> bool:
    mixes = len(word) >= _LONG and re.search(r"[^\W\d_]", word) and re.search(r"[0-9]", word)
    return bool(mixes or _KEY.search(word)) and not _SID.fullmatch(word)


def _is_suspect_part(part: str) -> bool:
    return _is_suspect(part) and not re.fullmatch(_HOST, part)


def _is_address(word: str) -> bool:
    """Whether a word is an address, or put together from ordinary words: `src/staging2/auth_config.json`."""
    pieces = re.split(r"[^A-Za-z0-9]+", word)
    together = re.search(r"[/\\.:]", word) and all(len(_SWITCH.findall(piece)) <= 1 for piece in pieces)
    return bool(together or _ADDRESS.fullmatch(word))


def _cut(word: str) -> str:
    return word[:_KEPT] + "…"
