"""Edits to parts of a text, which leave every other character unchanged."""

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import JsonValue

Change = dict[str, JsonValue]
"""One change as the journal stores it: the position in the new text (`at`), the old text and the new text there."""


@dataclass(frozen=True, slots=True)
class Edit:
    """The replacement of some characters of a text.

    Attributes:
        start: The position of the first replaced character.
        end: The position after the last replaced character.
        new: The text that replaces the characters.
    """

    start: int
    end: int
    new: str = ""


def _place(edit: Edit) -> tuple[int, int]:
    """Returns the sort key of an edit; sorting keeps the order of edits at the same place."""
    return edit.start, edit.end


def applied(text: str, edits: Iterable[Edit]) -> str:
    """Applies edits to a text; the edits must not overlap."""
    for edit in sorted(edits, key=_place)[::-1]:
        text = text[: edit.start] + edit.new + text[edit.end :]
    return text


def merged(cuts: Iterable[Edit]) -> list[Edit]:
    """Sorts edits and joins cuts that overlap or touch; edits that insert text stay separate."""
    result = list[Edit]()
    for cut in sorted(cuts, key=_place):
        last = result[-1] if result else None
        if last and not (last.new or cut.new) and cut.start <= last.end:
            result[-1] = Edit(last.start, max(last.end, cut.end))
        else:
            result.append(cut)
    return result


def changes(text: str, edits: Iterable[Edit]) -> list[Change]:
    """Returns the changes that edits make in a text, in the form that the journal stores."""
    found, shift = list[Change](), 0
    for edit in sorted(edits, key=_place):
        old = text[edit.start : edit.end]
        found.append({"at": edit.start + shift, "old": old, "new": edit.new})
        shift += len(edit.new) - len(old)
    return found


def reversed_in(text: str, journaled: object) -> str | None:
    """Reverses changes that the journal stores.

    Returns:
        The text as it was before the changes; None if the text no longer contains what the changes inserted.
    """
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
