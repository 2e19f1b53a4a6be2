"""Plans the stages of writes from the desired state and a snapshot. Pure: the same input gives the same plan."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from mfa_setup.engine.report import notice_of
from mfa_setup.engine.task import Task
from mfa_setup.model.change import Change
from mfa_setup.model.check import Check
from mfa_setup.model.observed import Factor, Provider
from mfa_setup.model.outcome import Notice
from mfa_setup.model.post_login import ScopeState
from mfa_setup.model.types import ALL_RESOURCES
from mfa_setup.model.write import Write
from mfa_setup.resources import registry
from mfa_setup.resources.base import OPEN_QUESTIONS, TOKEN, Comparison, Step
from mfa_setup.snapshot.parts import known_or
from mfa_setup.snapshot.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Stage:
    """Consecutive writes of one resource, with the expected snapshots before and after them.

    Attributes:
        change: The change of the resource that the writes belong to.
        writes: The write requests, in order.
        before: The expected snapshot once all earlier stages are done.
        after: The expected snapshot once this stage is done.
        needs: The indexes, in the plan, of the stages that must be done before this one; None: all earlier stages.
    """

    change: Change
    writes: tuple[Write, ...]
    before: Snapshot
    after: Snapshot
    needs: frozenset[int] | None = None

    @property
    def sets_policy(self) -> bool:
        """Whether the stage makes Auth0 ask for codes where it did not: by another policy, or by other limits."""
        before, after = self.before, self.after
        if known_or(after.policies, ()) and after.policies != before.policies:
            return True
        running = known_or(after.scope, ScopeState()).running
        return running is not None and running != known_or(before.scope, ScopeState()).running

    @property
    def reroutes(self) -> bool:
        """Whether the stage changes the provider, account, sender, message type or text that codes are sent with."""
        return is_rerouted(self.before, self.after) or self.before.templates != self.after.templates

    @property
    def sends_token(self) -> bool:
        """Whether the stage gives Auth0 a Twilio auth token."""
        return any(TOKEN in write.after for write in self.writes)


def is_rerouted(before: Snapshot, after: Snapshot) -> bool:
    """Whether codes will be sent in another way: another route or message type, or a sender pool with fewer numbers.

    False if the provider cannot send codes after the change.
    """
    old, new = known_or(before.provider, _NO_PROVIDER), known_or(after.provider, _NO_PROVIDER)
    factor, then = known_or(before.factor, Factor()), known_or(after.factor, Factor())
    had, has = set(factor.message_types), set(then.message_types)
    other_types = factor.enabled and bool(had) and had != has
    return new.can_send and (old.route != new.route or other_types or _loses_senders(before, after, new))


def _loses_senders(before: Snapshot, after: Snapshot, provider: Provider) -> bool:
    """Whether the provider's Messaging Service loses numbers: the remaining ones may not reach every destination."""
    return bool(_pool_of(before, provider) - _pool_of(after, provider))


def _pool_of(snapshot: Snapshot, provider: Provider) -> frozenset[str]:
    """Returns the SIDs of the account's numbers in the sender pool of the provider's Messaging Service."""
    account = known_or(snapshot.twilio, None)
    if account is None or provider.sender:
        return frozenset()
    owned = {number.sid for number in account.numbers}
    pools = (service.pool for service in account.services if service.sid == provider.messaging_service_sid)
    return frozenset().union(*pools) & owned


_NO_PROVIDER = Provider(stack="unified")


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes and writes of a run, planned from one snapshot.

    Attributes:
        stages: The stages that write something: of a setup in safe order, of an undo from the policy backwards. If
            nothing sends codes yet, the first stages name the stages that they need, so that they can run in parallel.
        changes: The changes of all resources of the command, in safe order, unchanged resources included.
        found: The snapshot that the plan was made from.
        notices: Warnings for the user about the plan.
        outputs: The outputs that are known already, by name.
    """

    stages: tuple[Stage, ...]
    changes: tuple[Change, ...]
    found: Snapshot
    notices: tuple[Notice, ...] = ()
    outputs: tuple[tuple[str, object], ...] = ()

    @property
    def writes(self) -> tuple[Write, ...]:
        """The write requests of all stages, in order."""
        return tuple(write for stage in self.stages for write in stage.writes)

    @property
    def spends(self) -> bool:
        """Whether the plan spends money."""
        return any(registry.ACTIONS[write.action].spends for write in self.writes)

    @property
    def asks_first(self) -> bool:
        """Whether the SMS factor is enabled before the purchase, so that Auth0 can refuse before money is spent."""
        actions = [write.action for write in self.writes]
        return self.spends and "set_factor" in actions[: actions.index("buy_number")]

    def after(self, found: Snapshot) -> Snapshot:
        """Returns the snapshot that the plan leads to from `found`, possibly a later reading of the same services."""
        return registry.after(found, self.writes)

    def differs(self, other: "Plan", checks: Iterable[Check], others: Iterable[Check]) -> tuple[str, ...]:
        """Returns the names of the resources and checks that differ between two plans and their checks.

        Writes, displayed fields and the status of each check are compared; raw answers, such as a balance, are not.
        """
        mine, theirs = _by_name(self), _by_name(other)
        resources = [name for name in ALL_RESOURCES if mine.get(name) != theirs.get(name)]
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


def make(task: Task, given: Comparison, *, factor_first: bool = False) -> Plan:
    """Makes the plan of a task.

    Args:
        task: The resources and options of the command.
        given: The observed and the desired state.
        factor_first: Whether the SMS factor is enabled before a number is bought, so that a refusal by Auth0 comes
            before money is spent.

    Raises:
        MfaSetupError: The desired state is impossible, or a person must choose first (not with a lenient task).
    """
    planned, steps = given.found, list[tuple[Change, tuple[Write, ...]]]()
    notices, outputs = list[Notice](), dict[str, object]()
    for resource in registry.in_order(task.resources):
        try:
            step = resource.compare(replace(given, planned=planned))
        except OPEN_QUESTIONS as needed:
            if not task.lenient:
                raise
            step = Step(Change(resource=resource.name, status="unknown"), notices=(notice_of(needed),))
        planned = registry.after(planned, step.writes)
        steps.append((step.change, step.writes))
        notices += step.notices
        outputs |= step.outputs
    changes = registry.listed(change for change, _ in steps)
    stages = tuple(_stages(given.found, steps, factor_first=factor_first))
    return Plan(stages, changes, given.found, tuple(notices), tuple(outputs.items()))


_NEEDS: dict[str, tuple[str, ...] | None] = {
    "switch": (),
    "application": (),
    "purchase": (),
    "number": ("purchase",),
    "provider": ("purchase",),
    "factor": ("switch", "provider"),
    "scope": None,
    "policy": None,
    "unlimited": None,
}
"""The pieces of a plan, in order, each with the pieces that it needs (None: all) when nothing sends codes yet."""


def _sends_nothing(found: Snapshot) -> bool:
    """Whether the tenant sends no codes yet, so that the writes before the policy can break no login in any order."""
    provider = known_or(found.provider, None)
    if provider is None or provider.can_send or found.asks_some:
        return False
    return not known_or(found.policies, ("unread",))


def _stages(
    found: Snapshot, steps: Iterable[tuple[Change, tuple[Write, ...]]], *, factor_first: bool
) -> Iterator[Stage]:
    """Yields the stages of the steps that write something, with the expected snapshots between them."""
    together, pieces = _sends_nothing(found), dict[str, tuple[Change, list[Write]]]()
    for change, writes in steps:
        for write in writes:
            pieces.setdefault(_piece(change, write, factor_first=factor_first), (change, []))[1].append(write)
    order = [name for name in _NEEDS if name in pieces]
    for name in order:
        change, own = pieces[name]
        before, found = found, registry.after(found, own)
        needs = _NEEDS[name] if together else None
        at = None if needs is None else frozenset(order.index(one) for one in needs if one in pieces)
        yield Stage(change, tuple(own), before, found, at)


_PIECES: dict[str, str] = {
    "buy_number": "purchase",
    "unbind_action": "unlimited",  # only once the policy concerns everyone, or nobody
    "delete_action": "unlimited",
}
"""The pieces that are not named like the resource of their writes."""


def _piece(change: Change, write: Write, *, factor_first: bool) -> str:
    if write.action == "set_factor" and factor_first:
        return "switch"
    return _PIECES.get(write.action, change.resource)
