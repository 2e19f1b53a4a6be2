"""Edits to parts of a text, which leave every other character unchanged."""

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import JsonValue

Change = dict[str, JsonValue]
"""One change as the journal keeps it: the place in the new text, and what stood and stands there."""


@dataclass(frozen=True, slots=True)
class Edit:
    """The replacement of some characters of a text.

    Attributes:
        start: Where they begin.
        end: Where they end.
        new: What comes there.
    """

    start: int
    end: int
    new: str = ""


def _place(edit: Edit) -> tuple[int, int]:
    """What edits are sorted by; two at the same place stay in their order."""
    return edit.start, edit.end


def applied(text: str, edits: Iterable[Edit]) -> str:
    """A text with some edits, none of which overlaps another."""
    for edit in sorted(edits, key=_place)[::-1]:
        text = text[: edit.start] + edit.new + text[edit.end :]
    return text


def merged(cuts: Iterable[Edit]) -> list[Edit]:
    """Cuts that overlap or touch as one; two insertions stay two."""
    result = list[Edit]()
    for cut in sorted(cuts, key=_place):
        last = result[-1] if result else None
        if last and not (last.new or cut.new) and cut.start <= last.end:
            result[-1] = Edit(last.start, max(last.end, cut.end))
        else:
            result.append(cut)
    return result


def changes(text: str, edits: Iterable[Edit]) -> list[Change]:
    """What some edits change in a text, as the journal keeps it."""
    found, shift = list[Change](), 0
    for edit in sorted(edits, key=_place):
        old = text[edit.start : edit.end]
        found.append({"at": edit.start + shift, "old": old, "new": edit.new})
        shift += len(edit.new) - len(old)
    return found


def reversed_in(text: str, journaled: object) -> str | None:
    """The text as it was before some changes of the journal; None where it does not hold what they say."""
    if not isinstance(journaled, list):
        return None
    back = list[Edit]()
    for change in journaled:
        match change:
            case {"at": int(at), "old": str(old), "new": str(new)} if text[at : at + len(new)] == new:
                back.append(Edit(at, at + len(new), old))
            case _:
                return None
    return applied(text, back)
