"""The parts of a Markdown document, and the writer that masks, escapes and shortens what they contain.

Renderers state texts as they are. Only the writer turns them into Markdown, so no renderer can forget to escape one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from mfa_setup.render.markdown import escape

LONGEST = 60_000
"""The longest document in characters; GitHub accepts comments of 65,536 (sources: github-comment)."""
_LONGEST_CELL = 400
_SENTENCE = 200
"""The room in characters that is reserved for each sentence about what was left out."""
_SHORTENED = "This document was shortened to fit into a comment. Run the command with `--json` to see everything."


@dataclass(frozen=True, slots=True)
class Code:
    """A text that is shown as code, such as the name of a field."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """A text that is emphasized."""

    text: str


Inline = str | Code | Strong


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a document."""

    text: str


@dataclass(frozen=True, slots=True, init=False)
class Line:
    """A paragraph; its parts are separated by spaces."""

    parts: tuple[Inline, ...]

    def __init__(self, *parts: Inline) -> None:
        object.__setattr__(self, "parts", parts)


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `rows` have as many cells as `head`, and `noun` names in the plural what a row is about."""

    head: tuple[str, ...]
    rows: Sequence[tuple[Inline, ...]]
    noun: str


@dataclass(frozen=True, slots=True)
class Details:
    """A folded part of a document, with the text that stays visible; `is_open` unfolds it."""

    summary: str
    blocks: "Sequence[Block]"
    is_open: bool = False


Block = Heading | Line | Table | Details


def document(blocks: Iterable[Block], safe: Callable[[str], str], longest: int = LONGEST) -> str:
    """Returns a document with at most this many characters, which says what was left out.

    Args:
        blocks: The parts of the document, the most important first.
        safe: Masks secrets in a text, before it is escaped.
        longest: The maximum length in characters.
    """
    writer = _Writer(safe, longest - _SENTENCE)
    text = "\n\n".join(writer.texts(blocks))
    return f"{text}\n\n{_SHORTENED}\n" if writer.is_short_of_room else f"{text}\n"


@dataclass(slots=True)
class _Writer:
    """Writes blocks until the room is used up."""

    safe: Callable[[str], str]
    room: int
    is_short_of_room: bool = False

    def texts(self, blocks: Iterable[Block]) -> Iterator[str]:
        """Yields the text of each block that there is room for."""
        for block in blocks:
            if text := self._block(block):
                yield text

    def _block(self, block: Block) -> str:
        match block:
            case Heading(text):
                return self._taken(f"## {self._inline(text)}")
            case Line(parts):
                return self._taken(escape.paragraph(map(self._inline, parts)))
            case Table():
                return self._table(block)
            case Details():
                return self._details(block)

    def _taken(self, text: str) -> str:
        """Returns a text and takes its room and that of a blank line; returns an empty text if there is no room."""
        if len(text) + 2 > self.room:
            self.is_short_of_room = True
            return ""
        self.room -= len(text) + 2
        return text

    def _table(self, table: Table) -> str:
        head = self._taken(f"{_row(table.head)}\n{_row(['---'] * len(table.head))}")
        if not head or not table.rows:
            return head
        self.room -= _SENTENCE
        lines = [head]
        for row in table.rows:
            if not (line := self._taken(_row([self._inline(cell, _LONGEST_CELL) for cell in row]))):
                break
            lines.append(line)
        self.room += _SENTENCE
        text, left_out = "\n".join(lines), len(table.rows) - len(lines) + 1
        return f"{text}\n\n{self._taken(f'{left_out} more {table.noun} are left out here.')}" if left_out else text

    def _details(self, details: Details) -> str:
        opening = "<details open>" if details.is_open else "<details>"
        summary = escape.html_text(_cut(self.safe(details.summary), _LONGEST_CELL))
        begin, end = f"{opening}\n<summary>{summary}</summary>", "</details>"
        if not self._taken(begin + end + "\n\n"):
            return ""
        inner = list(self.texts(details.blocks))
        return "\n\n".join([begin, *inner, end])

    def _inline(self, part: Inline, longest: int | None = None) -> str:
        match part:
            case Code(text):
                return escape.code(_cut(self.safe(text), longest))
            case Strong(text):
                return f"**{shown}**" if (shown := escape.inline(_cut(self.safe(text), longest))) else ""
            case _:
                return escape.inline(_cut(self.safe(part), longest))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cut(text: str, longest: int | None) -> str:
    return text if longest is None or len(text) <= longest else f"{text[:longest]}…"
