"""Applies a plan, of a setup or of an undo: journals and sends each write, recovers lost answers and reports."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from mfa_setup.engine.lanes import Lanes, StoppedError
from mfa_setup.engine.person import Person
from mfa_setup.engine.plan import Plan, Stage
from mfa_setup.engine.report import Report, status_of
from mfa_setup.errors import InterruptedRunError
from mfa_setup.model.types import ResourceName, Status
from mfa_setup.model.write import Fields, Write
from mfa_setup.resources.base import Action
from mfa_setup.resources.recovery import recover_outcome, repeat_limited
from mfa_setup.resources.registry import ACTIONS
from mfa_setup.services import Services
from mfa_setup.snapshot.snapshot import Snapshot


class StageGuard(Protocol):
    """Checks a stage against the current state of the services, before and after the stage is applied."""

    def before(self, stage: Stage) -> None:
        """Raises an error if the stage would lock users out."""

    def after(self, stage: Stage) -> None:
        """Checks, after the stage, that nobody changed what it depends on in the meantime."""


@dataclass(slots=True)
class Executor:
    """Applies one plan and records the status of each change in the report.

    Attributes:
        services: The clients of both services.
        snapshot: The snapshot that the plan was made from.
        record: The report of the run.
        person: Notified of each change.
        guard: Checks each stage against the current state of the services.
        reached: The snapshot that the writes so far have led to.
        adopted: IDs of resources that another machine created and this run uses instead of creating its own, each with
            the write that it replaces.
    """

    services: Services
    snapshot: Snapshot
    record: Report
    person: Person
    guard: StageGuard
    adopted: dict[str, Write] = field(default_factory=dict)
    reached: Snapshot = field(init=False)
    _real: dict[str, str] = field(default_factory=dict)
    _lanes: Lanes = field(default_factory=Lanes)
    _sending: list[ResourceName] = field(default_factory=list)
    _started: set[ResourceName] = field(default_factory=set)
    _begun: set[ResourceName] = field(default_factory=set)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.reached = self.snapshot

    def carry_out(self, plan: Plan) -> None:
        """Applies all stages; those that name their dependencies run in parallel. No stage begins after one has failed.

        Raises:
            MfaSetupError: A stage failed or was refused.
        """
        last = {write.resource: write for write in plan.writes}
        free = [stage for stage in plan.stages if stage.needs is not None]
        lanes = [partial(self._carry_out, stage, last) for stage in free]
        try:
            with self.services.cancellation.shielded():  # records each answer before it reacts to a signal
                self._lanes.run(lanes, [stage.needs or () for stage in free])
        except BaseException:
            for resource in tuple(self._sending):  # a second signal does not wait for the answers to these writes
                self._mark(resource, "unknown")
            self._tell_halves()
            self.services.journal.require_usable()
            raise
        for stage in plan.stages[len(free) :]:
            self._carry_out(stage, last)

    def _carry_out(self, stage: Stage, last: Mapping[ResourceName, Write]) -> None:
        self.services.journal.require_usable()
        self._announce(stage)
        self.guard.before(stage)
        with self.services.cancellation.shielded():
            for planned in stage.writes:
                self._apply(planned, is_last=last[planned.resource] is planned)
        self.guard.after(stage)
        for write in stage.writes:
            if last[write.resource] is write:
                self.person.finished(self.record.change(write.resource))

    def _announce(self, stage: Stage) -> None:
        """Notifies the person of a change once, at the first of its stages."""
        if stage.change.resource not in self._started:
            self._started.add(stage.change.resource)
            self.person.starting(stage.change)

    def _apply(self, planned: Write, *, is_last: bool) -> None:
        write = planned.substituted(self._real)
        try:
            perform = ACTIONS[write.action].perform or Executor.send
            perform(self, write)
        except StoppedError:
            raise
        except BaseException as error:
            self._mark(write.resource, status_of(error))
            raise
        if is_last:
            self._mark(write.resource, "applied")

    def _tell_halves(self) -> None:
        """Marks partly applied changes as failed after another lane has failed, because they are no longer pending."""
        if self.services.cancellation.requested:
            return
        for resource in self._begun:
            if self.record.change(resource).status == "pending":
                self._mark(resource, "failed")

    def _mark(self, resource: ResourceName, status: Status) -> None:
        with self._lock:
            self.record.mark(resource, status)

    def before_spending(self) -> None:
        """Waits until the services have accepted the first write of every parallel lane, before money is spent."""
        self._lanes.await_others()

    def send(self, write: Write) -> Fields:
        """Journals a write, sends it and recovers a lost answer; returns the fields of the created resource.

        Raises:
            MfaSetupError: The write was refused, or its outcome is unknown.
        """
        action, journal = ACTIONS[write.action], self.services.journal
        self._sending.append(write.resource)
        try:
            with journal.write(write.resource, write.action, write.target, write.before, write.after) as made:
                made.update(self._sent(action, write))
        except BaseException:
            self.record.changed = self.record.changed or journal.changed
            raise
        finally:
            self._sending.remove(write.resource)
        with self._lock:
            self.reached = action.effect(self.reached, write)
        self.record.changed = True
        self._begun.add(write.resource)
        self._lanes.answered()
        action.remember(self.services, write, made)
        return made

    def _sent(self, action: Action, write: Write) -> Fields:
        send = partial(action.send, self.services, write)
        if action.find is None:
            return send() or {}
        find = partial(action.find, self.services, write)
        recovered = partial(recover_outcome, lambda: send() or {}, find)
        return recovered() if action.spends else repeat_limited(recovered, find, self._wait)

    def _wait(self, seconds: float) -> None:
        """Waits out a rate limit; the run may stop here, because the refused request had no effect."""
        self.person.doing(f"Waiting {seconds:.0f} s for the rate limit…")
        try:
            with self.services.cancellation.exposed():
                self.services.clock.sleep(seconds)
        except InterruptedRunError as stopped:
            stopped.unsent = True
            raise

    def replace(self, planned: str, real: str) -> None:
        """Replaces a planned value by the real one, in all later writes and in the report."""
        with self._lock:
            for name, value in [*self._real.items(), (planned, planned)]:
                if value == planned:
                    self._real[name] = real
                    self.record.correct(name, real)

    def real(self, planned: str) -> str:
        """Returns the real value of a placeholder of the plan once it is known; otherwise the placeholder itself."""
        return self._real.get(planned, planned)

    def report(self, **outputs: object) -> None:
        """Adds the outputs that are known so far to the report."""
        with self._lock:
            self.record.outputs = self.record.outputs.model_copy(update=outputs)
