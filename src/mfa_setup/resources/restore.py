"""Shared code of the reversals: which values to restore, and which were changed after the run."""

from collections.abc import Mapping
from dataclasses import dataclass

from mfa_setup.model.base import JsonValue
from mfa_setup.model.change import Change, FieldChange, Words
from mfa_setup.model.journal import Trace
from mfa_setup.model.outcome import Notice
from mfa_setup.model.types import Action, ResourceName, Status
from mfa_setup.model.write import Fields, Write, WriteAction
from mfa_setup.resources.base import Step

REMOVALS: frozenset[WriteAction] = frozenset({"delete_application", "release_number", "delete_provider"})
"""The writes that delete the resource itself."""


@dataclass(frozen=True, slots=True)
class Restoration:
    """A part of an undo: the fields to show, the writes, and warnings about values that are not restored."""

    fields: tuple[FieldChange, ...] = ()
    writes: tuple[Write, ...] = ()
    notices: tuple[Notice, ...] = ()

    def __add__(self, other: "Restoration") -> "Restoration":
        fields, writes = (*self.fields, *other.fields), (*self.writes, *other.writes)
        return Restoration(fields, writes, (*self.notices, *other.notices))

    def step(self, resource: ResourceName, title: str, words: Words) -> Step:
        """Returns the undo step of a resource that has these fields, writes and warnings."""
        removes = any(write.action in REMOVALS for write in self.writes)
        action: Action = "delete" if removes else "update" if self.writes else "none"
        status: Status = "pending" if self.writes else "none"
        change = Change(
            resource=resource,
            action=action,
            status=status,
            fields=self.fields,
            title=title,
            summary=words.plan if self.writes else "",
            words=words,
        )
        return Step(change, self.writes, self.notices)


def restored(
    resource: ResourceName, found: Mapping[str, Trace], now: Mapping[str, JsonValue]
) -> tuple[Fields, tuple[Notice, ...]]:
    """Returns the values to restore, and a warning for each value that somebody else has changed since.

    Values that are already as they were before the run are in neither.
    """
    back: Fields = {}
    warnings: tuple[Notice, ...] = ()
    for name, trace in found.items():
        value = now.get(name)
        if not trace.changed or same(trace.before, value):
            continue
        if not trace.superseded and any(is_left(left, value) for left in trace.left):
            back[name] = trace.before
        else:
            warnings += (changed_since(resource, name),)
    return back, warnings


def same(one: JsonValue, other: JsonValue) -> bool:
    """Whether two values mean the same; for the services, a missing value equals an empty one."""
    return (one or None) == (other or None)


def is_left(sent: JsonValue, now: JsonValue) -> bool:
    """Whether the sent value is still set; services may add their own keys to an object."""
    if isinstance(sent, dict) and isinstance(now, dict):
        return all(is_left(value, now.get(key)) for key, value in sent.items())
    return same(sent, now)


def changed_since(resource: ResourceName, what: str) -> Notice:
    """Returns the warning about a value that undo does not restore, because it was changed after the run."""
    return Notice(
        code="changed_since",
        message=f"Undo leaves {what} ({resource}) as it is, because it was changed after that run.",
        hint="To undo this part too, change it manually.",
    )


def texts(value: JsonValue) -> tuple[str, ...]:
    """Returns a list from the journal as strings; empty if the value is no list."""
    return tuple(str(item) for item in value) if isinstance(value, list) else ()
