"""Wraps a line for a terminal: between words only, and with the later lines under the text of the first."""

import re
from collections.abc import Iterator

from rich.cells import cell_len
from rich.text import Text

_BEGINNING = re.compile(r" *(?:[^\w\s] |[xo] |\d+\. )?(?:[\w ]{1,14}?  +)?")
"""What the later lines are indented by: the indent of the first, its mark or number, and its label."""
_FIELD = re.compile(r" +[a-z_.]+: ")
"""The name of a field: its value goes on two columns further to the right."""
_WORD = re.compile(r"[^\s`]*`[^`]+`\S*|\+\d+(?: \d+)+\S*|\S+")
"""A word, a phone number, or a command in backticks."""


def wrapped(line: Text, width: int) -> Text:
    """The line with line breaks where it is too long.

    A word that is longer than the line, such as a URL, is left in one piece, so that it can be copied; so is a command
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
    """How far the later lines are indented."""
    indent = len(plain) - len(plain.lstrip())
    if _FIELD.match(plain):
        return indent + 2
    beginning = _BEGINNING.match(plain)
    hang = len(beginning[0]) if beginning else 0
    return hang if hang <= width // 3 else indent


def _words(plain: str, begin: int, most: int) -> Iterator[tuple[int, int]]:
    """Where the words begin and end; a command that is longer than a line is several of them."""
    for word in _WORD.finditer(plain, begin):
        parts = [word] if cell_len(word[0]) <= most else re.compile(r"\S+").finditer(plain, *word.span())
        yield from (part.span() for part in parts)
