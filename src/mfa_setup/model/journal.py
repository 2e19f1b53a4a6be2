"""What the journal of a tenant tells: its runs, the write requests of each, and what became of them."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from mfa_setup.model.base import Frozen, JsonValue
from mfa_setup.model.types import NumberType, ResourceName
from mfa_setup.model.write import Fields, WriteAction

UNDO = "undo"
"""The command of the runs that undo others; they are not undone themselves."""


class WriteRecord(Frozen):
    """One write request of a past run, as `Write` describes it, and its outcome.

    Attributes:
        n: Its number within its run.
        status: `open` where the run was cut off before it knew; `unknown` where the service gave no clear answer.
        made: What it created: client ID, SID.
        error: The code of the error, where there was one.
        time: When its outcome was known, or, where it never was, when it was begun, in UTC (ISO 8601).
    """

    n: int
    resource: ResourceName
    action: WriteAction
    target: str = ""
    before: Fields = Field(default_factory=dict)
    after: Fields = Field(default_factory=dict)
    status: Literal["open", "done", "failed", "unknown"] = "open"
    made: Fields = Field(default_factory=dict)
    error: str = ""
    time: str = ""

    @property
    def may_have_happened(self) -> bool:
        """Everything but a clear refusal."""
        return self.status != "failed"


class Trace(Frozen):
    """One value through a run: what was found before its first write, and every value that the run may have left.

    After a clear success only that write's value counts; a write without a clear answer adds one.
    """

    before: JsonValue
    left: tuple[JsonValue, ...]

    @property
    def changed(self) -> bool:
        """Whether the run may have left another value than it found."""
        return any(value != self.before for value in self.left)


class RunRecord(Frozen):
    """One run that wrote something.

    Attributes:
        run_id: As in its outcome document.
        command: What was run.
        domain: The tenant as it was named.
        time: When it began, in UTC (ISO 8601).
        writes: Its write requests, in order.
        end: How it ended; None where it was cut off.
        undoes: The run that it puts back, where it is an undo.
        tenant: The key of its tenant (its audience); None in journals that did not name it.
    """

    run_id: str
    command: str
    domain: str
    time: str
    writes: tuple[WriteRecord, ...] = ()
    end: str | None = None
    undoes: str | None = None
    tenant: str | None = None

    def of(self, *actions: WriteAction) -> tuple[WriteRecord, ...]:
        """The writes of some kinds that may have happened."""
        return tuple(write for write in self.writes if write.action in actions and write.may_have_happened)

    def gone(self) -> frozenset[JsonValue]:
        """What the run made and took away again by itself: client IDs and number SIDs."""
        return frozenset(write.target for write in self.of("delete_application", "release_number"))

    @property
    def touched(self) -> frozenset[ResourceName]:
        """The resources that it sent write requests for."""
        return frozenset(write.resource for write in self.writes if write.may_have_happened)

    @property
    def changed(self) -> tuple[ResourceName, ...]:
        """The resources that the run may have left in another state than it found."""
        return tuple(dict.fromkeys(write.resource for write in self._lasting()))

    def _lasting(self) -> Iterator[WriteRecord]:
        gone = self.gone()
        made = [write for write in self.of("create_application", "buy_number") if not gone & set(write.made.values())]
        others = [write for write in self.writes if write.may_have_happened and write.action not in _PAIRED]
        for write in sorted((*made, *others), key=lambda write: write.n):
            kept = traces(tuple(one for one in others if (one.action, one.target) == (write.action, write.target)))
            if write in made or write.action.startswith("create_") or any(trace.changed for trace in kept.values()):
                yield write


_PAIRED = frozenset({"create_application", "buy_number", "delete_application", "release_number"})


def traces(writes: tuple[WriteRecord, ...]) -> dict[str, Trace]:
    """Each value that the writes set, through all of them."""
    found: dict[str, Trace] = {}
    for write in writes:
        if not write.may_have_happened:
            continue
        for name, value in write.after.items():
            known = found.get(name)
            before = known.before if known else write.before.get(name)
            earlier = known.left if known and write.status != "done" else ()
            found[name] = Trace(before=before, left=(*earlier, value))
    return found


def undone(runs: tuple[RunRecord, ...]) -> frozenset[str]:
    """The ids of the runs that were put back."""
    return frozenset(run.undoes for run in runs if run.undoes and run.end == "done")


def undoable(runs: tuple[RunRecord, ...]) -> tuple[RunRecord, ...]:
    """The runs that changed something and can be put back, the oldest first."""
    return tuple(run for run in runs if run.command != UNDO and run.changed)


class Purchase(Frozen):
    """A number that a run of this tenant asked for.

    Attributes:
        phone_number: The number.
        sid: Its SID, where the purchase got an answer.
        country: Where it is from.
        number_type: Its type.
    """

    phone_number: str
    sid: str | None
    country: str
    number_type: NumberType


def purchases(runs: tuple[RunRecord, ...]) -> tuple[Purchase, ...]:
    """The numbers that were bought or may have been, without those that were refused or given back."""
    found: dict[str, Purchase] = {}
    for write in (write for run in runs for write in run.writes):
        if write.action == "buy_number":
            if write.may_have_happened:
                found[write.target] = Purchase(
                    phone_number=write.target,
                    sid=_text(write.made.get("number_sid")),
                    country=_text(write.after.get("country")) or "",
                    number_type=write.after.get("number_type") or "local",  # type: ignore[arg-type] # judged by the model
                )
            elif write.error == "number_gone":  # any other refusal says nothing about an earlier try
                found.pop(write.target, None)
        elif write.action == "release_number" and write.status == "done":
            found = {phone: one for phone, one in found.items() if one.sid != write.target}
    return tuple(found.values())


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None
