"""Parses and edits lines of variables (`.env`) as JavaScript tools read them, with the position of each value."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mfa_setup.appconfig.edits import Edit

_LINE = re.compile(
    r"""^\ufeff?[ \t]*(?:export[ \t]+)?(?P<key>[A-Za-z_][\w.-]*)(?:[ \t]*=[ \t]*|:[ \t]+)
        (?P<value>'[^']*'(?=[ \t]*(?:\#|\r?$|\r?\n|\Z))
                |"(?:[^"\\]|\\.)*"(?=[ \t]*(?:\#|\r?$|\r?\n|\Z))
                |`[^`]*`(?=[ \t]*(?:\#|\r?$|\r?\n|\Z))
                |(?:[^\s\#](?:[^\#\r\n]*[^\s\#])?)?)
        (?P<rest>[ \t]*(?:\#[^\r\n]*)?)(?P<end>\r?\n|\Z)""",
    re.MULTILINE | re.VERBOSE | re.DOTALL,
)
"""One line of a `.env` file. A number sign ends an unquoted value, even without a space before it, as in JavaScript."""
_QUOTES = "\"'`"


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a `.env` file, with its positions in the text.

    Attributes:
        name: The name of the variable.
        text: The value without quotation marks.
        quote: The quotation mark around the value; empty if the value is unquoted.
        start: Where the value begins, including the quotation mark.
        end: Where the value ends.
        line_start: Where the line begins.
        comment: Where the rest of the line begins, which is a comment or empty.
        line_end: Where the line ends, including the line break.
    """

    name: str
    text: str
    quote: str
    start: int
    end: int
    line_start: int
    comment: int
    line_end: int


def variables(text: str) -> Iterator[Variable]:
    """Yields the variables of a text, in order."""
    for found in _LINE.finditer(text):
        value = found["value"]
        quoted = len(value) > 1 and value[0] in _QUOTES and value[-1] == value[0]
        yield Variable(
            found["key"],
            value[1:-1] if quoted else value,
            value[0] if quoted else "",
            *found.span("value"),
            found.start() + text.startswith("\ufeff", found.start()),
            found.start("rest"),
            found.end(),
        )


def replacement(variable: Variable, value: str) -> Edit:
    """Returns the edit that gives a variable another value and keeps its quotation marks."""
    return Edit(variable.start, variable.end, f"{variable.quote}{value}{variable.quote}")


def removal(text: str, variable: Variable) -> Edit:
    """Returns the edit that removes a variable; a comment after the variable stays on its line."""
    rest = text[variable.comment : variable.line_end]
    if comment := rest.strip():
        return Edit(variable.line_start, variable.comment + rest.index(comment))
    return Edit(variable.line_start, variable.line_end)


def addition(text: str, values: dict[str, str]) -> Edit:
    """Returns the edit that adds variables at the end of a text."""
    newline = "\r\n" if "\r\n" in text else "\n"
    begin = newline if text.removeprefix("\ufeff") and not text.endswith(("\n", "\r")) else ""
    lines = newline.join(f"{name}={value}" for name, value in values.items())
    return Edit(len(text), len(text), f"{begin}{lines}{newline}")
