"""Lines of variables (`.env`), as JavaScript tools read them, with the place of each value."""

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
"""A number sign ends a value without quotation marks, which only JavaScript's readers take so."""
_QUOTES = "\"'`"


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable and its place.

    Attributes:
        name: Its name.
        text: Its value without quotation marks.
        quote: The quotation mark around it; empty where there is none.
        start: Where its value begins, quotation mark included.
        end: Where its value ends.
        line_start: Where its line begins.
        comment: Where the rest of its line begins, a comment or nothing.
        line_end: Where its line ends, the line's end included.
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
    """The variables of a text, in order."""
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
    """The edit that gives a variable another value, between the quotation marks that it has."""
    return Edit(variable.start, variable.end, f"{variable.quote}{value}{variable.quote}")


def removal(text: str, variable: Variable) -> Edit:
    """The cut that takes a variable out; a comment behind it keeps its line."""
    rest = text[variable.comment : variable.line_end]
    if comment := rest.strip():
        return Edit(variable.line_start, variable.comment + rest.index(comment))
    return Edit(variable.line_start, variable.line_end)


def addition(text: str, values: dict[str, str]) -> Edit:
    """The edit that adds variables at the end."""
    newline = "\r\n" if "\r\n" in text else "\n"
    begin = newline if text.removeprefix("\ufeff") and not text.endswith(("\n", "\r")) else ""
    lines = newline.join(f"{name}={value}" for name, value in values.items())
    return Edit(len(text), len(text), f"{begin}{lines}{newline}")
