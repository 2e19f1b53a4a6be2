"""Wraps a line for a terminal: between words only, with later lines aligned under the text of the first."""

import re
from collections.abc import Iterator

from rich.cells import cell_len
from rich.text import Text

_BEGINNING = re.compile(r" *(?:[^\w\s] |[xo] |\d+\. )?(?:[\w ]{1,14}?  +)?")
"""Matches the part of the first line that sets the indent of later lines: its indent, mark or number, and label."""
_FIELD = re.compile(r" +[a-z_.]+: ")
"""Matches the name of a field, whose value continues two columns further to the right."""
_WORD = re.compile(r"[^\s`]*`[^`]+`\S*|\+\d+(?: \d+)+\S*|\S+")
"""Matches a word, a phone number, or a command in backticks."""


def wrapped(line: Text, width: int) -> Text:
    """Breaks a line that is too long into several.

    A word that is longer than the line, such as a URL, stays in one piece, so that it can be copied; so does a command
    in backticks that is no longer than the line.
    """
    plain = line.plain
    hang = _hang(plain, width)
    starts, start = list[int](), 0
    for begin, end in _words(plain, hang, width - hang):
        room = width - (hang if start else 0)
        fits_below = cell_len(plain[begin:end]) <= width - hang
        if fits_below and cell_len(plain[start:end]) > room and begin > max(start, hang):
            starts.append(start := begin)
    pieces = list(line.divide(starts))
    for piece in pieces[:-1]:
        piece.rstrip()
    return Text("\n" + " " * hang).join(pieces)


def _hang(plain: str, width: int) -> int:
    """Returns the indent of later lines, in columns."""
    indent = len(plain) - len(plain.lstrip())
    if _FIELD.match(plain):
        return indent + 2
    beginning = _BEGINNING.match(plain)
    hang = len(beginning[0]) if beginning else 0
    return hang if hang <= width // 3 else indent


def _words(plain: str, begin: int, most: int) -> Iterator[tuple[int, int]]:
    """Yields the start and end of each word; a command that is longer than a line counts as several words."""
    for word in _WORD.finditer(plain, begin):
        parts = [word] if cell_len(word[0]) <= most else re.compile(r"\S+").finditer(plain, *word.span())
        yield from (part.span() for part in parts)
