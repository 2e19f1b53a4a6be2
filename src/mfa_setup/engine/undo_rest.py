"""What an undo restores with the scopes that the token has, and what it leaves for lack of others."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from mfa_setup.engine.preconditions import UNDO_SCOPES, lacks, missing_scopes
from mfa_setup.engine.report import Report
from mfa_setup.errors import ScopeMissingError
from mfa_setup.model.change import Change
from mfa_setup.model.journal import RunRecord
from mfa_setup.model.outcome import Notice
from mfa_setup.model.types import LABELS, PhoneStack, ResourceName
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
    """What an undo leaves of one resource.

    Attributes:
        resource: The resource.
        scopes: The scopes that the token lacks for it.
        ahead: The resource that stays as it is and must be restored before this one.
        in_part: Whether the other part of it is restored.
    """

    resource: ResourceName
    scopes: frozenset[str]
    ahead: ResourceName | None = None
    in_part: bool = False

    @property
    def reason(self) -> str:
        """Why it is left."""
        return (
            f"needs {', '.join(sorted(self.scopes))}"
            if self.scopes
            else f"waits for the {LABELS[self.ahead]}"
            if self.ahead
            else ""
        )

    @property
    def words(self) -> str:
        """What is left, and why."""
        return f"{'a part of ' if self.in_part else ''}the {LABELS[self.resource]} ({self.reason})"

    def marked(self, change: Change) -> Change:
        """A change that says that it is left, in whole or in part."""
        what = "will be restored in part" if self.in_part else "will not be restored"
        return change.model_copy(update={"held": f"{what}: {self.reason}"})


def parts_of(record: RunRecord, resources: Collection[ResourceName]) -> frozenset[PartName]:
    """The parts of the snapshot that restoring some resources needs."""
    reads = (resource.revert_reads(record.actions) for resource in registry.in_order(resources))
    return frozenset[PartName]().union(*reads)


def readable_parts(token: TokenPort, record: RunRecord, stack: PhoneStack | None) -> frozenset[PartName]:
    """The parts of those resources that the token may read; of all where it may read none, which is refused then."""
    readable = {name for name in record.touched if not _unreadable(token, record, name, stack)}
    return parts_of(record, readable or record.touched)


def steps_of(
    given: Reversal, token: TokenPort, kept: Mapping[ResourceName, ResourceName] | None = None
) -> tuple[Steps, tuple[Rest, ...]]:
    """Each resource's part of an undo, and what is left for lack of scopes.

    Every resource stands on what those before it leave. Where one of them stays that logins stand on, those after it
    stay as well, so that what sends the codes is never taken apart in another order.

    Args:
        given: What there is now, and what the run did.
        token: The access token.
        kept: Resources that stay, each with the one that it waits for.
    """
    steps, rests, kept = Steps(), list[Rest](), kept or {}
    now = whole = given
    ahead: ResourceName | None = None
    for at, resource in enumerate(BACKWARDS):
        name = resource.name
        steps[name] = Step(Change(resource=name))
        if name not in given.record.touched:
            continue
        if scopes := _unreadable(token, given.record, name, known(given.now.stack)):
            if name in given.record.changed:
                rest = Rest(name, scopes)
                steps[name] = Step(rest.marked(Change(resource=name, action="update", status="pending")))
                rests.append(rest)
                ahead = ahead or name
            continue
        waits_for = kept.get(name) or (ahead if _serves_logins(resource, given.record) else None)
        step = resource.revert(whole if waits_for else now)
        scopes = missing_scopes(token, registry.scopes_of((*step.first, *step.writes)))
        if scopes and step.first and BACKWARDS[at - 1].name not in kept:
            return steps_of(given, token, {**kept, BACKWARDS[at - 1].name: name})
        steps[name], left = _permitted(step, scopes, waits_for)
        rests += left
        now = replace(now, now=registry.after(now.now, steps[name].writes))
        whole = replace(whole, now=registry.after(whole.now, step.writes))
        if ahead is None and _for_logins(now.now) != _for_logins(whole.now):
            ahead = name
    return steps, tuple(rests)


def _unreadable(token: TokenPort, record: RunRecord, name: ResourceName, stack: PhoneStack | None) -> frozenset[str]:
    """The scopes that the token lacks to read what restoring a resource needs."""
    return missing_scopes(token, scopes_of(parts_of(record, {name}), stack))


def _permitted(step: Step, missing: frozenset[str], waits_for: ResourceName | None) -> tuple[Step, tuple[Rest, ...]]:
    """A step with the writes that need none of the missing scopes, and what that leaves.

    None of them is sent where the resource waits for another one, or where they belong to writes that come before.
    """
    if not step.writes or not (waits_for or missing):
        return step, ()
    allowed = (write for write in step.writes if missing.isdisjoint(registry.scopes_of((write,))))
    writes = () if waits_for or step.first else tuple(allowed)
    rest = Rest(step.change.resource, missing, waits_for, in_part=bool(writes))
    return replace(step, change=rest.marked(step.change), writes=writes, first=()), (rest,)


def _serves_logins(resource: Resource, record: RunRecord) -> bool:
    return "policies" in resource.revert_reads(record.actions)


def _for_logins(snapshot: Snapshot) -> list[object]:
    """What logins stand on."""
    return [getattr(snapshot, part) for part in sorted(MINIMUM | {"policies"})]


def warning(rests: Sequence[Rest]) -> tuple[Notice, ...]:
    """The warning about what an undo will leave."""
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
    """Ends an undo that leaves something; `command` restores it later.

    Raises:
        ScopeMissingError: The token lacks scopes for a part of the undo.
    """
    if not rests:
        return
    report.warnings = [notice for notice in report.warnings if notice.code != UNDO_SCOPES]  # the error says it
    raise ScopeMissingError(
        f"{_lacking(rests)} Not restored: {_named(rests)}.",
        hint=f"Grant the missing scopes ({ScopeMissingError.page}), then run `{command}`, which restores the rest.",
        service="auth0",
    )


def _lacking(rests: Sequence[Rest]) -> str:
    return lacks(frozenset[str]().union(*(rest.scopes for rest in rests)))


def _named(rests: Sequence[Rest]) -> str:
    return "; ".join(rest.words for rest in rests)
