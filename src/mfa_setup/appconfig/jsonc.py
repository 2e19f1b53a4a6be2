"""Parses JSON with comments and trailing commas and records the position of each value, so that it can be edited."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mfa_setup.appconfig.edits import Edit

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+|//[^\r\n]*|/\*.*?\*/)
      | (?P<string>"(?:[^"\\\x00-\x1f]|\\.)*")
      | (?P<other>-?[0-9][0-9.eE+-]*|true|false|null)
      | (?P<mark>[{}\[\]:,])""",
    re.VERBOSE | re.DOTALL,
)
BOM = "\ufeff"


class UnreadableError(ValueError):
    """The text is not a JSON object."""


@dataclass(slots=True)
class Node:
    """A JSON value and its position in the text.

    Attributes:
        kind: `{` for an object, `[` for an array, `string`, or `other` for a number, `true`, `false` or `null`.
        start: Where the value begins.
        end: Where the value ends.
        text: The decoded text of a string; empty for any other value.
        members: The members of an object or the items of an array.
    """

    kind: str
    start: int
    end: int
    text: str = ""
    members: list["Member"] = field(default_factory=list)


@dataclass(slots=True)
class Member:
    """One member of an object, or one item of an array.

    Attributes:
        name: The name of a member; empty for an item.
        start: Where the member begins, including its name.
        value: The value of the member or item.
        colon: The position of the colon; zero for an item.
        comma: The position of the comma that follows; None if no comma follows.
    """

    name: str
    start: int
    value: Node
    colon: int = 0
    comma: int | None = None


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    start: int
    end: int
    text: str


def parse(text: str) -> Node:
    """Parses a text that contains one JSON object.

    Raises:
        UnreadableError: The text is not a JSON object.
    """
    try:
        tokens = list(_tokens(text))
        root, rest = _value(tokens, 0)
    except (ValueError, IndexError, RecursionError):
        raise UnreadableError from None
    if root.kind != "{" or rest != len(tokens):
        raise UnreadableError
    return root


def containers(node: Node, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Yields every object and array, the outer ones first, each with the path of member names that leads to it."""
    if node.kind in {"{", "["}:
        yield path, node
    for member in node.members:
        yield from containers(member.value, (*path, member.name) if member.name else path)


def literal(value: str) -> str:
    """Returns a text as a JSON string; an unpaired surrogate stays escaped."""
    return json.dumps(value, ensure_ascii=False).encode(errors="backslashreplace").decode()


def new_document(values: dict[str, str], newline: str = "\n") -> str:
    """Returns the text of a new JSON document with these values."""
    lines = ",\n".join(f"  {literal(name)}: {literal(value)}" for name, value in values.items())
    return f"{{\n{lines}\n}}\n".replace("\n", newline)


def insertion(text: str, parent: Node | None, values: dict[str, str], after: Member | None = None) -> Edit:
    """Returns the edit that adds members to an object, formatted like the member before them.

    Args:
        text: The whole text.
        parent: The object; None creates a new object at the end of the text.
        values: The names and values of the members to add.
        after: The member after which they are added; by default the last one.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    if parent is None:
        return Edit(len(text), len(text), new_document(values, newline))
    before = after or (parent.members[-1] if parent.members else None)
    if before is None:
        inside = new_document(values, newline).strip()[1:-1]
        empty = not text[parent.start + 1 : parent.end - 1].strip()
        return Edit(
            parent.start + 1, parent.end - 1 if empty else parent.start + 1, inside if empty else inside.rstrip()
        )
    lead = re.search(r"[ \t\r\n]*$", text[: before.start])
    colon = text[before.start + len(_key(text, before)) : before.value.start]
    separator = colon if re.fullmatch(r"\s*:\s*", colon) else ": "
    space = lead.group() if lead else " "
    added = "".join(f",{space}{literal(name)}{separator}{literal(value)}" for name, value in values.items())
    return Edit(before.value.end, before.value.end, added)


def removal(text: str, parent: Node, gone: list[Member]) -> list[Edit]:
    """Returns the edits that remove members from an object or array.

    Each member is removed with one comma, and with its line if the line would otherwise be empty.
    """
    kept = [index for index, member in enumerate(parent.members) if member not in gone]
    cuts = list[Edit]()
    for index, member in enumerate(parent.members):
        if member in gone:
            later = any(other > index for other in kept)
            commas = [member.comma] if later or not kept else []
            if not later and index:
                commas.append(parent.members[index - 1].comma)
            cuts += _cut(text, member, [comma for comma in commas if comma is not None])
    return cuts


def _cut(text: str, member: Member, commas: list[int]) -> list[Edit]:
    start, end = member.start, member.value.end
    if member.name and text[member.start + len(_key(text, member)) : member.value.start].strip() != ":":
        # A comment inside the member is kept: only the name, the colon and the value are removed.
        name, colon = _key(text, member), member.colon
        parts = [(start, start + len(name)), (colon, colon + 1), (member.value.start, end)]
        return [Edit(*part) for part in (*parts, *((comma, comma + 1) for comma in commas))]
    for comma in commas:
        if comma >= end and not text[end:comma].strip():
            end = comma + 1
    others = [Edit(comma, comma + 1) for comma in commas if not start <= comma < end]
    line = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    rest = re.compile(r"[ \t]*(\r?\n|$)").match(text, end)
    is_first = not text[line:start].strip(" \t")
    if is_first and rest:
        return [*others, Edit(line, rest.end())]
    if is_first or end > member.value.end:  # other members share the line: also remove the space before the next one
        return [*others, Edit(start, end + len(text[end:]) - len(text[end:].lstrip(" \t")))]
    before = [edit.end for edit in others if edit.end <= start and not text[edit.end : start].strip(" \t")]
    return [*others, Edit(min(before, default=start), end)]


def _key(text: str, member: Member) -> str:
    found = _TOKEN.match(text, member.start)
    return found.group() if found and member.name else ""


def _tokens(text: str) -> Iterator[_Token]:
    at = len(BOM) if text.startswith(BOM) else 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or not found.group():
            raise UnreadableError
        if found.lastgroup != "space":
            kind = found.group() if found.lastgroup == "mark" else str(found.lastgroup)
            yield _Token(kind, at, found.end(), found.group())
        at = found.end()


def _value(tokens: list[_Token], at: int) -> tuple[Node, int]:
    token = tokens[at]
    if token.kind in {"{", "["}:
        return _container(tokens, at)
    if token.kind not in {"string", "other"}:
        raise UnreadableError
    held = json.loads(token.text)
    return Node(token.kind, token.start, token.end, held if isinstance(held, str) else ""), at + 1


def _container(tokens: list[_Token], at: int) -> tuple[Node, int]:
    opening = tokens[at]
    node, at = Node(opening.kind, opening.start, opening.end), at + 1
    closing = "}" if opening.kind == "{" else "]"
    while tokens[at].kind != closing:
        if node.members and node.members[-1].comma is None:
            raise UnreadableError
        member, at = _member(tokens, at) if opening.kind == "{" else _item(tokens, at)
        if tokens[at].kind == ",":
            member.comma, at = tokens[at].start, at + 1
        node.members.append(member)
    node.end = tokens[at].end
    return node, at + 1


def _member(tokens: list[_Token], at: int) -> tuple[Member, int]:
    name, colon = tokens[at], tokens[at + 1]
    if name.kind != "string" or colon.kind != ":":
        raise UnreadableError
    value, after = _value(tokens, at + 2)
    return Member(json.loads(name.text), name.start, value, colon.start), after


def _item(tokens: list[_Token], at: int) -> tuple[Member, int]:
    value, after = _value(tokens, at)
    return Member("", value.start, value), after
