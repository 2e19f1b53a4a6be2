"""Escapes text for GitHub-flavored Markdown, so that text of a service or a user is shown and never interpreted.

Besides the syntax of Markdown, GitHub links mentions, references to issues and bare URLs, and turns `:name:` into
emoji and `$...$` into formulas, but none of them within code (sources: github-markdown). So a word that contains such a
mark becomes code, which also lets readers copy it unchanged.
"""

import html
import re
from collections.abc import Callable, Iterable

from mfa_setup.render import annotations
from mfa_setup.render.sanitize import one_line

_BREAK = "&#8203;"
"""A zero-width space, as an entity, so that it is visible in the source."""
_ESCAPED = {character: "\\" + character for character in "*_[]~"} | {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    "|": "&#124;",
    "\\": "&#92;",
    "`": "&#96;",
    "#": "\\#" + _BREAK,
    "@": "@" + _BREAK,
    "$": "\\$" + _BREAK,
}
_TABLE = str.maketrans(_ESCAPED)
_EMOJI = r"(?:100|1234|(?=[\w+-]*[a-z+-])[\w+-]+):"
"""Matches the name of an emoji after its first colon, and not a port."""
_LINKED = re.compile(rf"(:(?=//|{_EMOJI})|www(?=\.)|\bgh(?=-\d))", re.IGNORECASE)
"""Matches the beginnings of what GitHub links or replaces and no escape sequence prevents."""
_LEADING = re.compile(r"\d+(?=[.)])|(?=[-+=:])")
"""Matches what makes the beginning of a line a list, a heading or the delimiter of a table."""
_ACTIVE = re.compile(rf"[@#$]|://|www\.|\bgh-\d|:{_EMOJI}", re.IGNORECASE)
_QUOTED = re.compile(r"`([^`|\\]+)`")
_WORD = re.compile(r"([\"'(]*)(\S+?)([\"').,;!?]*)(?=\s|$)")
_CODE = re.compile(r"[^`|\\]+")


def clean(text: str) -> str:
    """Returns a text as one line without control characters, and without a command for the runner of a pipeline.

    A document may be printed to a pipeline's log, so this does not depend on where it is written.
    """
    return annotations.without_commands(one_line(text)).strip()


def inline(text: str) -> str:
    """Returns a text as Markdown within a paragraph, a heading or the cell of a table.

    What stands in backticks, as commands do in our own messages, and words that GitHub would link are shown as code.
    """
    pieces = enumerate(_QUOTED.split(clean(text)))
    return "".join(code(piece) if at % 2 else _WORD.sub(_word, piece) for at, piece in pieces)


def paragraph(parts: Iterable[str]) -> str:
    """Returns a paragraph of parts that are Markdown already; its beginning makes it nothing else, such as a list."""
    text = " ".join(parts)
    leading = _LEADING.match(text)
    return f"{text[: leading.end()]}\\{text[leading.end() :]}" if leading else text


def code(text: str) -> str:
    """Returns a text as code; a text with a backtick, a pipe or a backslash, which code cannot escape, stays text."""
    text = clean(text)
    return f"`{text}`" if _CODE.fullmatch(text) else _escaped(text)


def html_text(text: str) -> str:
    """Returns a text as HTML, for the summary of a folded part, in which Markdown is not interpreted."""
    return _word_by_word(clean(text), lambda word: f"<code>{html.escape(word)}</code>", html.escape)


def _word(found: re.Match[str]) -> str:
    before, word, after = found.groups()
    shown = code(word) if _ACTIVE.search(word) else _escaped(word)
    return f"{_escaped(before)}{shown}{_escaped(after)}"


def _word_by_word(text: str, active: Callable[[str], str], other: Callable[[str], str]) -> str:
    return " ".join(active(word) if _ACTIVE.search(word) else other(word) for word in text.split(" "))


def _escaped(text: str) -> str:
    return _LINKED.sub(rf"\1{_BREAK}", text.translate(_TABLE))
