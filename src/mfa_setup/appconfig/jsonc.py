"""JSON with comments and trailing commas, read with the place of each value, so that values alone can be changed."""

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
    """It is no JSON object."""


@dataclass(slots=True)
class Node:
    """A value and its place.

    Attributes:
        kind: What it is.
        start: Where it begins.
        end: Where it ends.
        text: A string's text.
        members: What is in an object or an array.
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
        start: Where it begins, with its name.
        value: Its value.
        colon: Where the colon is; zero for an item.
        comma: Where the comma after it is; None where there is none.
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
    """The object that a text holds.

    Raises:
        UnreadableError: It holds none.
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
    """Every object and array with the names that lead to it, the outer ones first."""
    if node.kind in {"{", "["}:
        yield path, node
    for member in node.members:
        yield from containers(member.value, (*path, member.name) if member.name else path)


def literal(value: str) -> str:
    """A text as a JSON string; half a surrogate pair stays an escape."""
    return json.dumps(value, ensure_ascii=False).encode(errors="backslashreplace").decode()


def new_document(values: dict[str, str], newline: str = "\n") -> str:
    """A new document of some values."""
    lines = ",\n".join(f"  {literal(name)}: {literal(value)}" for name, value in values.items())
    return f"{{\n{lines}\n}}\n".replace("\n", newline)


def insertion(text: str, parent: Node | None, values: dict[str, str], after: Member | None = None) -> Edit:
    """The edit that adds members to an object, laid out like the one before them.

    Args:
        text: The whole text.
        parent: The object; None makes a new one at the end of the text.
        values: What is added.
        after: The member that they come after; by default the last one.
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
    """The cuts that take members out of an object or an array, each with one comma, and lines that they leave empty."""
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
        # A comment inside stays: only the name, the colon and the value go.
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
    if is_first or end > member.value.end:  # on a line with others: the space up to the next one goes, too
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
