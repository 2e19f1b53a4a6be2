"""The records in a tenant's journal: its runs, the write requests of each run, and their outcomes."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from mfa_setup.model.base import Frozen, JsonValue
from mfa_setup.model.types import ALL_RESOURCES, NumberType, ResourceName
from mfa_setup.model.write import Fields, WriteAction

UNDO = "undo"
"""The command name of runs that undo other runs; such a run cannot be undone itself."""


class WriteRecord(Frozen):
    """One write request of a past run, with the fields of `Write`, and its outcome.

    Attributes:
        n: The number of the write request within its run.
        status: The outcome; `open` if the run was cut off before the outcome was known, `unknown` if the service gave
            no clear answer.
        made: The IDs of what the request created, such as a client ID or a SID.
        error: The code of the error; empty if there was none.
        time: When the outcome became known, or, if it never did, when the request was begun, in UTC (ISO 8601).
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
        """Whether the write may have taken effect: any status except a clear refusal (`failed`)."""
        return self.status != "failed"


class Trace(Frozen):
    """The history of one value within a run: the value before the first write, and the values it may have left.

    A write that clearly succeeded replaces the possible values with its own; a write without a clear answer adds one.

    Attributes:
        before: The value that the run found.
        left: The values that the run may have left.
        superseded: Whether a later run of the journal has set the value since. If the service then holds the value that
            this run left, that value belongs to the later run.
    """

    before: JsonValue
    left: tuple[JsonValue, ...]
    superseded: bool = False

    @property
    def changed(self) -> bool:
        """Whether the run may have left a different value than it found."""
        return any(value != self.before for value in self.left)


class RunRecord(Frozen):
    """One run that sent write requests.

    Attributes:
        run_id: The ID of the run, as in its outcome document.
        command: The command that was run.
        domain: The domain by which the run named the tenant.
        time: When the run began, in UTC (ISO 8601).
        writes: The write requests of the run, in order.
        end: How the run ended; None if it was cut off.
        undoes: The ID of the run that this run reverts, if it is an undo.
        tenant: The key of the tenant (its audience); None in older journals, which do not name it.
        kept: The legacy phone settings as they were before `migrate`, without any token; empty for other runs.
    """

    run_id: str
    command: str
    domain: str
    time: str
    writes: tuple[WriteRecord, ...] = ()
    end: str | None = None
    undoes: str | None = None
    tenant: str | None = None
    kept: Fields = Field(default_factory=dict)

    def of(self, *actions: WriteAction) -> tuple[WriteRecord, ...]:
        """Returns the writes of the given kinds that may have taken effect."""
        return tuple(write for write in self.writes if write.action in actions and write.may_have_happened)

    def gone(self) -> frozenset[JsonValue]:
        """Returns the client IDs and number SIDs that the run itself created and deleted again."""
        return frozenset(write.target for write in self.of("delete_application", "release_number"))

    @property
    def actions(self) -> frozenset[WriteAction]:
        """The kinds of the run's write requests that may have taken effect."""
        return frozenset(write.action for write in self.writes if write.may_have_happened)

    @property
    def touched(self) -> frozenset[ResourceName]:
        """The resources with write requests of this run that may have taken effect."""
        return frozenset(write.resource for write in self.writes if write.may_have_happened)

    @property
    def changed(self) -> tuple[ResourceName, ...]:
        """The resources that the run may have left in a different state than it found."""
        names = {write.resource for write in self._lasting()}
        return tuple(name for name in ALL_RESOURCES if name in names)

    def _lasting(self) -> Iterator[WriteRecord]:
        gone = self.gone()
        made = [write for write in self.of("create_application", "buy_number") if not gone & set(write.made.values())]
        others = [write for write in self.writes if write.may_have_happened and write.action not in _PAIRED]
        for write in sorted((*made, *others), key=lambda write: write.n):
            kept = traces(tuple(one for one in others if (one.action, one.target) == (write.action, write.target)))
            lasting = write in made or write.action.startswith("create_") or _TOKEN in write.after
            if lasting or any(trace.changed for trace in kept.values()):
                yield write


_TOKEN = "token"  # noqa: S105 the name of a field, not a token
"""The key that marks a write that sends a Twilio token. Such a write is a change, although no value shows it."""
_PAIRED = frozenset({"create_application", "buy_number", "delete_application", "release_number"})


def traces(writes: tuple[WriteRecord, ...], later: tuple[RunRecord, ...] = ()) -> dict[str, Trace]:
    """Returns the trace of each value that the writes of a run set, by name.

    Each trace says whether one of the `later` runs has set the value since.
    """
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
    """Whether a later run has clearly set a value since; an undo that restored what this write left does not count."""
    found = False
    for run in later:
        for one in run.writes:
            if one.status == "done" and name in one.after and _concerns_same(write, one):
                found = not (run.command == UNDO and one.after[name] in left)
    return found


def _concerns_same(write: WriteRecord, other: WriteRecord) -> bool:
    """Whether two writes concern the same object; a tenant has one provider and one Action of ours, whatever its ID."""
    return other.resource == write.resource and (other.target == write.target or write.resource in _SINGLE)


_SINGLE = frozenset({"provider", "scope"})


def runs_after(record: RunRecord, runs: tuple[RunRecord, ...]) -> tuple[RunRecord, ...]:
    """Returns the runs that began after the given one."""
    ids = [run.run_id for run in runs]
    return runs[ids.index(record.run_id) + 1 :] if record.run_id in ids else ()


def merged(own: tuple[RunRecord, ...], imported: tuple[RunRecord, ...]) -> tuple[RunRecord, ...]:
    """Returns the runs of two journals in the order in which they began; of a run in both, the record of the own one.

    Both are needed: the imported runs can be undone, and later runs of this machine may have set the same values since.
    """
    known = {run.run_id for run in own}
    others = (run for run in imported if run.run_id not in known)
    return tuple(sorted((*own, *others), key=lambda run: run.time))  # all times are in UTC and of one form


def undone(runs: tuple[RunRecord, ...]) -> frozenset[str]:
    """Returns the IDs of the runs that were reverted."""
    return frozenset(run.undoes for run in runs if run.undoes and run.end == "done")


def undoable(runs: tuple[RunRecord, ...]) -> tuple[RunRecord, ...]:
    """Returns the runs that changed something and can be reverted, the oldest first."""
    return tuple(run for run in runs if run.command != UNDO and run.changed)


def last_code(runs: tuple[RunRecord, ...]) -> str:
    """Returns the code that the runs last wrote for the Action that limits the policy; empty if they wrote none."""
    writes = (write for run in runs for write in run.of("create_action", "update_action", "delete_action"))
    codes = [write.after.get("code") for write in writes if write.status == "done"]
    return str(codes[-1] or "") if codes else ""


def last_policies(runs: tuple[RunRecord, ...]) -> JsonValue:
    """Returns the policies that the runs last set; None if they set none."""
    writes = (write for run in runs for write in run.of("set_policies") if write.status == "done")
    return next((write.after.get("policies") for write in reversed(tuple(writes))), None)


class Purchase(Frozen):
    """A number that a run for this tenant bought or may have bought.

    Attributes:
        phone_number: The number.
        sid: The SID of the number; None if the purchase got no answer.
        country: The country of the number.
        number_type: The type of the number.
    """

    phone_number: str
    sid: str | None
    country: str
    number_type: NumberType


def purchases(runs: tuple[RunRecord, ...]) -> tuple[Purchase, ...]:
    """Returns the numbers that were or may have been bought, without those that were refused or released."""
    found: dict[str, Purchase] = {}
    for write in (write for run in runs for write in run.writes):
        if write.action == "buy_number":
            if write.may_have_happened:
                found[write.target] = Purchase(
                    phone_number=write.target,
                    sid=_text(write.made.get("number_sid")),
                    country=_text(write.after.get("country")) or "",
                    number_type=write.after.get("number_type") or "local",  # type: ignore[arg-type] # the model validates it
                )
            elif write.error == "number_gone":  # after any other refusal, an earlier try may have succeeded
                found.pop(write.target, None)
        elif write.action == "release_number" and write.status == "done":
            found = {phone: one for phone, one in found.items() if one.sid != write.target}
    return tuple(found.values())


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None
