"""From the desired state and a snapshot to stages of writes: pure, so the same two always give the same plan."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from mfa_setup.engine.report import notice_of
from mfa_setup.engine.task import Task
from mfa_setup.model.change import Change
from mfa_setup.model.check import Check
from mfa_setup.model.observed import Factor, Provider
from mfa_setup.model.outcome import Notice
from mfa_setup.model.types import SAFE_ORDER
from mfa_setup.model.write import Write
from mfa_setup.resources import registry
from mfa_setup.resources.base import OPEN_QUESTIONS, TOKEN, Comparison, Step
from mfa_setup.snapshot.parts import known_or
from mfa_setup.snapshot.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Stage:
    """One resource's writes, and the snapshots before and after them."""

    change: Change
    writes: tuple[Write, ...]
    before: Snapshot
    after: Snapshot

    @property
    def sets_policy(self) -> bool:
        """Whether it changes the policy to one that demands codes."""
        return self.after.requires_codes and self.after.policies != self.before.policies

    @property
    def reroutes(self) -> bool:
        """Whether codes are sent by another provider, account, sender or message type after it."""
        return is_rerouted(self.before, self.after)

    @property
    def sends_token(self) -> bool:
        """Whether it gives Auth0 a Twilio token."""
        return any(TOKEN in write.after for write in self.writes)


def is_rerouted(before: Snapshot, after: Snapshot) -> bool:
    """Whether codes that can be sent are sent another way: by another sender, or by other message types."""
    old, new = known_or(before.provider, _NO_PROVIDER), known_or(after.provider, _NO_PROVIDER)
    factor, then = known_or(before.factor, Factor()), known_or(after.factor, Factor())
    had, has = set(factor.message_types), set(then.message_types)
    return new.can_send and (old.route != new.route or (factor.enabled and bool(had) and had != has))


_NO_PROVIDER = Provider(stack="unified")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do.

    Attributes:
        stages: Those of a setup in safe order, those of an undo from the policy backwards; all have writes.
        changes: All resources of the command, in safe order, also those in which nothing differs.
        found: The snapshot that it was made from.
        notices: What the user should know about it.
        outputs: What exists already.
    """

    stages: tuple[Stage, ...]
    changes: tuple[Change, ...]
    found: Snapshot
    notices: tuple[Notice, ...] = ()
    outputs: tuple[tuple[str, str | None], ...] = ()

    @property
    def writes(self) -> tuple[Write, ...]:
        """All write requests, in order."""
        return tuple(write for stage in self.stages for write in stage.writes)

    @property
    def spends(self) -> bool:
        """Whether it costs money."""
        return any(registry.ACTIONS[write.action].spends for write in self.writes)

    def after(self, found: Snapshot) -> Snapshot:
        """The snapshot that the plan leads to from another reading of the same services."""
        return registry.after(found, self.writes)

    def differs(self, other: "Plan", checks: Iterable[Check], others: Iterable[Check]) -> tuple[str, ...]:
        """What has changed between two plans and the checks on them: names of resources and checks.

        Writes, shown fields and the status of each check count; raw answers, such as a balance, do not.
        """
        mine, theirs = _by_name(self), _by_name(other)
        resources = [name for name in SAFE_ORDER if mine.get(name) != theirs.get(name)]
        before, after = _statuses(checks), _statuses(others)
        return (*resources, *sorted(name for name in before | after if before.get(name) != after.get(name)))


def _by_name(plan: Plan) -> dict[str, tuple[object, ...]]:
    writes = plan.writes
    return {
        change.resource: (change.fields, *(write for write in writes if write.resource == change.resource))
        for change in plan.changes
    }


def _statuses(checks: Iterable[Check]) -> dict[str, str]:
    return {check.id: check.status for check in checks}


def make(task: Task, given: Comparison) -> Plan:
    """The plan of a task.

    Raises:
        MfaSetupError: What is asked for cannot be, or a person must choose first (not with a lenient task).
    """
    planned, stages = given.found, list[Stage]()
    changes, notices, outputs = list[Change](), list[Notice](), dict[str, str | None]()
    for resource in registry.in_order(task.resources):
        try:
            step = resource.compare(replace(given, planned=planned))
        except OPEN_QUESTIONS as needed:
            if not task.lenient:
                raise
            step = Step(Change(resource=resource.name, status="unknown"), notices=(notice_of(needed),))
        before, planned = planned, registry.after(planned, step.writes)
        stages.append(Stage(step.change, step.writes, before, planned))
        changes.append(step.change)
        notices += step.notices
        outputs |= step.outputs
    with_writes = tuple(stage for stage in stages if stage.writes)
    return Plan(with_writes, tuple(changes), given.found, tuple(notices), tuple(outputs.items()))
