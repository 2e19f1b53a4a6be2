"""Markdown as a reader sees it: rendered by GitHub's own parser, and checked for anything but what we write."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options

OURS = {"h2", "p", "strong", "code", "table", "thead", "tbody", "tr", "th", "td", "details", "summary"}
OPEN = (("open", None),)
LINKED = re.compile(r"@\w|#\w|\bgh-\d|:(?!\d+:)[\w+-]+:|https?://|www\.|\$(?!\u200b)", re.IGNORECASE)
"""What GitHub links or replaces in text that is not code."""


@dataclass
class Page(HTMLParser):
    """A rendered document.

    Attributes:
        tags: Every tag with its attributes.
        rows: The cells of each row of all tables, as text.
        text: All text, in one line.
        outside: The text that is not code.
    """

    source: str
    tags: list[tuple[str, tuple[tuple[str, str | None], ...]]] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    text: str = ""
    outside: str = ""
    _code: int = 0
    _in_cell: bool = False

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(cmarkgfm.github_flavored_markdown_to_html(self.source, options=Options.CMARK_OPT_UNSAFE))
        self.close()
        self.text = " ".join(self.text.replace("\u200b", "").split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Records a tag."""
        self.tags.append((tag, tuple(attrs)))
        self._code += tag == "code"
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        """Records the end of code or of a cell."""
        self._code -= tag == "code"
        self._in_cell = self._in_cell and tag not in {"td", "th"}

    def handle_data(self, data: str) -> None:
        """Records text."""
        self.text += data
        if not self._code:
            self.outside += data
        if self._in_cell:
            self.rows[-1][-1] += data.replace("\u200b", "").strip("\n")

    def handle_comment(self, data: str) -> None:
        """Records a comment, which we never write."""
        self.tags.append(("!--", ((data, None),)))

    def handle_decl(self, decl: str) -> None:
        """Records a declaration, which we never write."""
        self.tags.append(("!", ((decl, None),)))


def rendered(source: str) -> Page:
    """Renders a document, and requires that it contains nothing but the elements that we write."""
    page = Page(source)
    foreign = [tag for tag, attributes in page.tags if tag not in OURS or attributes not in ((), OPEN)]
    assert not foreign, f"{foreign} in {source!r}"
    assert not LINKED.search(page.outside), f"{LINKED.search(page.outside)} in {source!r}"
    assert not re.search(r"(?m)^\s*::|##\[", source), f"a command of a runner in {source!r}"
    assert all(character.isprintable() or character == "\n" for character in source), ascii(source)
    return page
