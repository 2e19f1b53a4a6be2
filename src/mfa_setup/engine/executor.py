"""The one executor, for setting up and for undoing: journals each write, sends it, recovers a lost answer, reports."""

from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from mfa_setup.engine.person import Person
from mfa_setup.engine.plan import Plan, Stage
from mfa_setup.engine.report import Report, status_of
from mfa_setup.model.write import Fields, Write
from mfa_setup.resources.base import Action
from mfa_setup.resources.recovery import recover_outcome
from mfa_setup.resources.registry import ACTIONS
from mfa_setup.services import Services
from mfa_setup.snapshot.snapshot import Snapshot


class StageGuard(Protocol):
    """Judges a stage by what is there now: before it, and once it is done."""

    def before(self, stage: Stage) -> None:
        """Refuses a stage that would lock people out."""

    def after(self, stage: Stage) -> None:
        """Notices what has changed in between."""


@dataclass(slots=True)
class Executor:
    """Carries out one plan; what became of each change is in the report.

    Attributes:
        services: Both services.
        snapshot: As it was when the plan was made.
        record: The report of the run.
        person: Told of each change.
        guard: Judges each stage by what is there now.
        adopted: IDs of what another machine created and this run took, with the creation that it took the place of.
    """

    services: Services
    snapshot: Snapshot
    record: Report
    person: Person
    guard: StageGuard
    adopted: dict[str, Write] = field(default_factory=dict)
    _real: dict[str, str] = field(default_factory=dict)

    def carry_out(self, plan: Plan) -> None:
        """Carries out all stages, and stops at the first that fails.

        Raises:
            MfaSetupError: A stage failed or was refused; those after it were not begun.
        """
        last = {write.resource: write for write in plan.writes}
        for stage in plan.stages:
            self.services.journal.require_usable()
            self.person.starting(stage.change)
            self.guard.before(stage)
            with self.services.cancellation.shielded():  # an answered request is noted before a signal comes
                for planned in stage.writes:
                    self._apply(planned, is_last=last[planned.resource] is planned)
            self.guard.after(stage)
            for write in stage.writes:
                if last[write.resource] is write:
                    self.person.finished(self.record.change(write.resource))

    def _apply(self, planned: Write, *, is_last: bool) -> None:
        write = planned.substituted(self._real)
        try:
            perform = ACTIONS[write.action].perform or Executor.send
            perform(self, write)
        except BaseException as error:
            self.record.mark(write.resource, status_of(error))
            raise
        if is_last:
            self.record.mark(write.resource, "applied")

    def send(self, write: Write) -> Fields:
        """Journals a write, sends it, and recovers a lost answer; returns what it created.

        Raises:
            MfaSetupError: It was refused, or its outcome is unknown.
        """
        action, journal = ACTIONS[write.action], self.services.journal
        try:
            with journal.write(write.resource, write.action, write.target, write.before, write.after) as made:
                made.update(self._sent(action, write))
        except BaseException:
            self.record.changed = self.record.changed or journal.changed
            raise
        self.record.changed = True
        action.remember(self.services, write)
        return made

    def _sent(self, action: Action, write: Write) -> Fields:
        send = partial(action.send, self.services, write)
        if action.find is None:
            return send() or {}
        find = partial(action.find, self.services, write)
        return recover_outcome(lambda: send() or {}, find)

    def replace(self, planned: str, real: str) -> None:
        """From here on a planned value stands for a real one, in later writes and in the report."""
        for name, value in [*self._real.items(), (planned, planned)]:
            if value == planned:
                self._real[name] = real
                self.record.correct(name, real)

    def real(self, planned: str) -> str:
        """What a planned value stands for by now."""
        return self._real.get(planned, planned)

    def report(self, **outputs: str | None) -> None:
        """Reports what exists by now."""
        self.record.outputs = self.record.outputs.model_copy(update=outputs)
