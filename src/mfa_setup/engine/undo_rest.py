"""Divides an undo into what the token's scopes allow to restore and what is left for lack of scopes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from mfa_setup.engine.preconditions import UNDO_SCOPES, lacks, missing_scopes
from mfa_setup.engine.report import Report
from mfa_setup.errors import ScopeMissingError
from mfa_setup.model.change import Change
from mfa_setup.model.journal import RunRecord
from mfa_setup.model.outcome import Notice
from mfa_setup.model.types import LABELS, PhoneStack, ResourceName
from mfa_setup.model.write import Write
from mfa_setup.ports import TokenPort
from mfa_setup.resources import registry
from mfa_setup.resources.base import Resource, Reversal, Step
from mfa_setup.snapshot.names import MINIMUM, PartName, scopes_of
from mfa_setup.snapshot.parts import known
from mfa_setup.snapshot.snapshot import Snapshot

BACKWARDS = tuple(reversed(registry.RESOURCES))
Steps = dict[ResourceName, Step]


@dataclass(frozen=True, slots=True)
class Rest:
    """The part of one resource that an undo does not restore.

    Attributes:
        resource: The resource.
        scopes: The scopes that the token lacks for it.
        ahead: The resource that must be restored before this one, and is not restored either.
        in_part: Whether another part of the resource is restored.
    """

    resource: ResourceName
    scopes: frozenset[str]
    ahead: ResourceName | None = None
    in_part: bool = False

    @property
    def reason(self) -> str:
        """Why the resource is not restored."""
        return (
            f"needs {', '.join(sorted(self.scopes))}"
            if self.scopes
            else f"waits for the {LABELS[self.ahead]}"
            if self.ahead
            else ""
        )

    @property
    def words(self) -> str:
        """The resource that is not restored, and why, in words."""
        return f"{'a part of ' if self.in_part else ''}the {LABELS[self.resource]} ({self.reason})"

    def marked(self, change: Change) -> Change:
        """Returns the change with the note that it will not be restored, or only in part."""
        what = "will be restored in part" if self.in_part else "will not be restored"
        return change.model_copy(update={"held": f"{what}: {self.reason}"})


def parts_of(record: RunRecord, resources: Collection[ResourceName]) -> frozenset[PartName]:
    """Returns the parts of the snapshot that are needed to restore these resources."""
    reads = (resource.revert_reads(record.actions) for resource in registry.in_order(resources))
    return frozenset[PartName]().union(*reads)


def readable_parts(token: TokenPort, record: RunRecord, stack: PhoneStack | None) -> frozenset[PartName]:
    """Returns the parts of the run's resources that the token may read in full.

    If it may read none of the resources, returns the parts of all, so that the scope check refuses the run.
    """
    readable = {name for name in record.touched if not _unreadable(token, record, name, stack)}
    return parts_of(record, readable or record.touched)


def steps_of(
    given: Reversal, token: TokenPort, kept: Mapping[ResourceName, ResourceName] | None = None
) -> tuple[Steps, tuple[Rest, ...]]:
    """Returns each resource's step of an undo, and what is not restored for lack of scopes.

    Resources are restored one after another, each from the state that the previous ones lead to. If a resource that
    logins depend on is not restored, the later ones that serve logins are not restored either, so that whatever sends
    the codes is never dismantled out of order.

    Args:
        given: The current state and the record of the run.
        token: The access token.
        kept: Resources that are not restored, each with the resource that it waits for.
    """
    steps, rests, kept = Steps(), list[Rest](), kept or {}
    now = whole = given
    ahead: ResourceName | None = None
    for at, resource in enumerate(BACKWARDS):
        name = resource.name
        steps[name] = Step(Change(resource=name))
        if name not in given.record.touched:
            continue
        before = BACKWARDS[at - 1].name
        if scopes := _unreadable(token, given.record, name, known(given.now.stack)):
            if name in given.record.changed:
                if before in steps and before not in kept and _lifts(steps[before]):
                    return steps_of(given, token, {**kept, before: name})
                rest = Rest(name, scopes)
                steps[name] = Step(rest.marked(Change(resource=name, action="update", status="pending")))
                rests.append(rest)
                ahead = ahead or name
            continue
        waits_for = kept.get(name) or (ahead if _serves_logins(resource, given.record) else None)
        step = resource.revert(whole if waits_for else now)
        scopes = missing_scopes(token, registry.scopes_of((*step.first, *step.writes)))
        if scopes and step.first and before not in kept:
            return steps_of(given, token, {**kept, before: name})
        steps[name], left = _permitted(step, scopes, waits_for)
        rests += left
        now = replace(now, now=registry.after(now.now, (*steps[name].first, *steps[name].writes)))
        whole = replace(whole, now=registry.after(whole.now, (*step.first, *step.writes)))
        if ahead is None and _for_logins(now.now) != _for_logins(whole.now):
            ahead = name
    return steps, tuple(rests)


def _unreadable(token: TokenPort, record: RunRecord, name: ResourceName, stack: PhoneStack | None) -> frozenset[str]:
    """Returns the scopes that the token lacks to read the parts that are needed to restore a resource."""
    return missing_scopes(token, scopes_of(parts_of(record, {name}), stack))


def _permitted(step: Step, missing: frozenset[str], waits_for: ResourceName | None) -> tuple[Step, tuple[Rest, ...]]:
    """Returns a step reduced to the writes that need no missing scope, and what is not restored because of that.

    No write is left if the resource waits for another one, or if the step has writes that must come first. A write is
    left out, too, if an earlier write to the same object is: only an Action that is unbound can be deleted.
    """
    if not (step.first or step.writes) or not (waits_for or missing):
        return step, ()
    refused = {write.target: at for at, write in reversed(list(enumerate(step.writes))) if _needs(write, missing)}
    allowed = (write for at, write in enumerate(step.writes) if at < refused.get(write.target, len(step.writes)))
    writes = () if waits_for or step.first else tuple(allowed)
    rest = Rest(step.change.resource, missing, waits_for, in_part=bool(writes))
    return replace(step, change=rest.marked(step.change), writes=writes, first=()), (rest,)


def _needs(write: Write, missing: frozenset[str]) -> bool:
    return not missing.isdisjoint(registry.scopes_of((write,)))


def _lifts(step: Step) -> bool:
    """Whether a step lifts the policy, for which limits in its place must be restored first."""
    return any(write.action == "set_policies" and not write.after["policies"] for write in step.writes)


def _serves_logins(resource: Resource, record: RunRecord) -> bool:
    return "policies" in resource.revert_reads(record.actions)


def _for_logins(snapshot: Snapshot) -> list[object]:
    """Returns the values of the parts that logins depend on."""
    return [getattr(snapshot, part) for part in sorted(MINIMUM | {"policies"})]


def warning(rests: Sequence[Rest]) -> tuple[Notice, ...]:
    """Returns the warning about the resources that an undo will not restore."""
    if not rests:
        return ()
    return (
        Notice(
            code=UNDO_SCOPES,
            message=f"{_lacking(rests)} Will not be restored: {_named(rests)}.",
            hint=f"To restore everything at once, grant the missing scopes first: {ScopeMissingError.page}.",
        ),
    )


def require_none(report: Report, rests: Sequence[Rest], command: str) -> None:
    """Raises an error if something is not restored; `command` in its hint restores the rest later.

    Raises:
        ScopeMissingError: The token lacks scopes for a part of the undo.
    """
    if not rests:
        return
    report.warnings = [notice for notice in report.warnings if notice.code != UNDO_SCOPES]  # the error repeats it
    raise ScopeMissingError(
        f"{_lacking(rests)} Not restored: {_named(rests)}.",
        hint=f"Grant the missing scopes ({ScopeMissingError.page}), then run `{command}`, which restores the rest.",
        service="auth0",
    )


def _lacking(rests: Sequence[Rest]) -> str:
    return lacks(frozenset[str]().union(*(rest.scopes for rest in rests)))


def _named(rests: Sequence[Rest]) -> str:
    return "; ".join(rest.words for rest in rests)
