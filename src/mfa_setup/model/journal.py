"""What the journal of a tenant tells: its runs, the write requests of each, and what became of them."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from mfa_setup.model.base import Frozen, JsonValue
from mfa_setup.model.types import SAFE_ORDER, NumberType, ResourceName
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

    Attributes:
        before: What the run found.
        left: What it may have left.
        superseded: A later run of the journal has set another value, or has set it for itself: if the value that this
            run left is there now, it is not this run's any more.
    """

    before: JsonValue
    left: tuple[JsonValue, ...]
    superseded: bool = False

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
        undoes: The run that it reverts, where it is an undo.
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
    def actions(self) -> frozenset[WriteAction]:
        """The kinds of its write requests that may have happened."""
        return frozenset(write.action for write in self.writes if write.may_have_happened)

    @property
    def touched(self) -> frozenset[ResourceName]:
        """The resources that it sent write requests for."""
        return frozenset(write.resource for write in self.writes if write.may_have_happened)

    @property
    def changed(self) -> tuple[ResourceName, ...]:
        """The resources that the run may have left in another state than it found."""
        names = {write.resource for write in self._lasting()}
        return tuple(name for name in SAFE_ORDER if name in names)

    def _lasting(self) -> Iterator[WriteRecord]:
        gone = self.gone()
        made = [write for write in self.of("create_application", "buy_number") if not gone & set(write.made.values())]
        others = [write for write in self.writes if write.may_have_happened and write.action not in _PAIRED]
        for write in sorted((*made, *others), key=lambda write: write.n):
            kept = traces(tuple(one for one in others if (one.action, one.target) == (write.action, write.target)))
            lasting = write in made or write.action.startswith("create_") or _TOKEN in write.after
            if lasting or any(trace.changed for trace in kept.values()):
                yield write


_TOKEN = "token"  # noqa: S105 a name
"""The key of a write that sends a Twilio token: it changes something, although no value shows it."""
_PAIRED = frozenset({"create_application", "buy_number", "delete_application", "release_number"})


def traces(writes: tuple[WriteRecord, ...], later: tuple[RunRecord, ...] = ()) -> dict[str, Trace]:
    """Each value that the writes of a run set, through all of them, and whether `later` runs have set it since."""
    found: dict[str, Trace] = {}
    for write in writes:
        if not write.may_have_happened:
            continue
        for name, value in write.after.items():
            known = found.get(name)
            before = known.before if known else write.before.get(name)
            earlier = known.left if known and write.status != "done" else ()
            left = (*earlier, value)
            found[name] = Trace(before=before, left=left, superseded=is_superseded(write, name, left, later))
    return found


def is_superseded(write: WriteRecord, name: str, left: tuple[JsonValue, ...], later: tuple[RunRecord, ...]) -> bool:
    """Whether a later run has clearly set a value since, other than by restoring what this write left."""
    found = False
    for run in later:
        for one in run.writes:
            if one.status == "done" and name in one.after and _concerns_same(write, one):
                found = not (run.command == UNDO and one.after[name] in left)
    return found


def _concerns_same(write: WriteRecord, other: WriteRecord) -> bool:
    """Whether two writes set values of the same thing; there is one provider, whatever its ID."""
    return other.resource == write.resource and (other.target == write.target or write.resource == "provider")


def runs_after(record: RunRecord, runs: tuple[RunRecord, ...]) -> tuple[RunRecord, ...]:
    """The runs that began after one."""
    ids = [run.run_id for run in runs]
    return runs[ids.index(record.run_id) + 1 :] if record.run_id in ids else ()


def undone(runs: tuple[RunRecord, ...]) -> frozenset[str]:
    """The ids of the runs that were reverted."""
    return frozenset(run.undoes for run in runs if run.undoes and run.end == "done")


def undoable(runs: tuple[RunRecord, ...]) -> tuple[RunRecord, ...]:
    """The runs that changed something and can be reverted, the oldest first."""
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
