"""Undoes a run in an order that keeps users able to log in: read the journal, observe, plan, guard, apply."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from mfa_setup.checks.catalog import answer
from mfa_setup.engine import marks, undo_rest
from mfa_setup.engine.delivery_guard import standing_on
from mfa_setup.engine.executor import Executor
from mfa_setup.engine.plan import Plan, Stage
from mfa_setup.engine.run import Run
from mfa_setup.engine.undo_guard import UndoGuard
from mfa_setup.engine.undo_rest import BACKWARDS, Rest, Steps
from mfa_setup.errors import JournalUnsealedError, NotFoundError
from mfa_setup.model.check import Check
from mfa_setup.model.journal import RunRecord, runs_after, undoable, undone
from mfa_setup.model.outcome import Notice, PastRun
from mfa_setup.model.types import SAFE_ORDER
from mfa_setup.resources import registry
from mfa_setup.resources.application_revert import connections_of
from mfa_setup.resources.base import Reversal, Step
from mfa_setup.snapshot.names import OF_TWILIO
from mfa_setup.snapshot.parts import known
from mfa_setup.snapshot.reader import Reader
from mfa_setup.snapshot.snapshot import Snapshot
from mfa_setup.store.journal import Journal
from mfa_setup.store.journal_import import ImportedJournal
from mfa_setup.store.neighbours import senders_of_others


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of an undo: the run to undo (None: the last), and what the undo may delete permanently."""

    run_id: str | None
    release_number: bool
    delete_application: bool


def listed(runs: tuple[RunRecord, ...]) -> tuple[PastRun, ...]:
    """Returns the runs that changed something, the newest first."""
    return tuple(_past(run, runs) for run in reversed(undoable(runs)))


def _past(run: RunRecord, runs: tuple[RunRecord, ...]) -> PastRun:
    return PastRun(
        run_id=run.run_id,
        time=run.time,
        command=run.command,
        changed=run.changed,
        end=run.end,
        undone=run.run_id in undone(runs),
    )


def choose(runs: tuple[RunRecord, ...], run_id: str | None) -> RunRecord | None:
    """Returns the run with this ID or beginning of an ID; without one, the last run that was not undone yet.

    Raises:
        NotFoundError: No run ID, or more than one, starts with `run_id`.
    """
    candidates = undoable(runs)
    if run_id is None:
        done = undone(runs)
        return next((run for run in reversed(candidates) if run.run_id not in done), None)
    fitting = [run for run in candidates if run.run_id.startswith(run_id.strip().lower())]
    if len(fitting) != 1 or not run_id.strip():
        raise NotFoundError(
            f'{len(fitting) or "No"} run {"IDs start" if fitting else "ID starts"} with "{run_id}" in the journal.',
            hint="`mfa-setup undo --list` shows them.",
        )
    return fitting[0]


def undo(run: Run, asked: Asked) -> None:
    """Runs all steps of an undo; the report is filled whether this returns or raises.

    Raises:
        GuardRefusedError: The undo would remove something that the policy after it depends on, or an imported journal
            has no seal that the credentials verify.
        JournalMissingError: There is no journal, but something on the services has the tool's marks.
        ScopeMissingError: The token lacks scopes; everything that its scopes allow was restored, and the rest is named.
        MfaSetupError: Something else stopped the undo.
    """
    journal, report = run.services.journal, run.report
    consent = _consent(run)
    if not any(one.changed for one in journal.runs):  # runs that only failed say nothing about what is there
        marks.require_none(run)
    record = choose(journal.runs, asked.run_id)
    if record is None:
        report.warn((_NOTHING,))
        return
    journal.undoes, report.undoes = record.run_id, _past(record, journal.runs)
    undoing = _Undo(
        run, record, asked, replace(run.reader, connection_ids=connections_of(record), concerned=_concerned(record))
    )
    guard = UndoGuard(run, undoing.reader, undoing.again, set(run.overrides))
    plan, checks = undoing.judged(guard)
    if plan.stages:
        plan = run.confirmed(plan, checks, lambda _: undoing.judged(guard))
    if not plan.stages and any(notice.code in LEFT_ALONE for notice in plan.notices):
        report.warn((_nothing_restored(record, journal),))
        return
    journal.begin()  # even if everything is already as before: the run then counts as undone
    for check in consent:
        journal.override(check.id, check.evidence)
    Executor(run.services, plan.found, report, run.person, guard).carry_out(plan)
    report.checks = [*consent, *(check for check in report.checks if check not in consent)]
    undo_rest.require_none(report, undoing.rests, undoing.command)


def _consent(run: Run) -> tuple[Check, ...]:
    """Returns the check that the user overrides to use an imported journal without a valid seal; empty with one.

    Raises:
        JournalUnsealedError: The user has not overridden it.
    """
    imported = run.services.journal.imported
    if imported is None or imported.is_sealed:
        return ()
    evidence = (
        f"The exported journal {imported.path} has no seal that the credentials of this run can verify: it was "
        "exported with an access token or with other credentials, or somebody changed it."
    )
    fix = "Use the credentials with which the journal was exported. Otherwise read the file before you trust it."
    check = answer(_SEAL, "fail", evidence, fix)
    if _SEAL not in run.overrides and not run.person.overrule((check,), run.services.domain):
        hint = f"{fix} To continue anyway: --override {_SEAL}. The app's config file is then left as it is."
        raise standing_on(JournalUnsealedError(f"{evidence} Nothing was changed.", hint=hint), (check,))
    agreed = check.model_copy(update={"overridden": True})
    run.report.checks.append(agreed)
    return (agreed,)


_SEAL = "journal_seal"
"""The ID of the check that an imported journal is as mfa-setup exported it."""


@dataclass(frozen=True, slots=True)
class _Undo:
    """The undo of one run.

    Attributes:
        run: The present run, which undoes the other one.
        record: The journal's record of the run that is undone.
        asked: The options of the undo.
        reader: The reader of both services.
        rests: What the current plan does not restore, for lack of scopes.
    """

    run: Run
    record: RunRecord
    asked: Asked
    reader: Reader
    rests: list[Rest] = field(default_factory=list)

    def _plan(self) -> Plan:
        """Plans how to restore each resource, and puts the changes and warnings into the report."""
        run = self.run
        run.person.doing("Reading the current state")
        run.report.plan_anew()
        found = self._read()
        steps, self.rests[:] = undo_rest.steps_of(self._reversal(found), run.token)
        shown = {*SAFE_ORDER, *self.record.touched}
        changes = registry.listed(steps[one.name].change for one in registry.RESOURCES if one.name in shown)
        notices = tuple(notice for resource in BACKWARDS for notice in steps[resource.name].notices)
        run.report.changes = list(changes)
        run.report.warn((*notices, *undo_rest.warning(self.rests)))
        return Plan(tuple(_stages(found, steps)), changes, found, notices)

    def judged(self, guard: UndoGuard) -> tuple[Plan, tuple[Check, ...]]:
        """Returns the plan once it has passed the guard, before any question or write; the checks are always empty.

        A plan that restores nothing is refused if the token lacks scopes.
        """
        plan = self._plan()
        if not plan.stages:
            undo_rest.require_none(self.run.report, self.rests, self.command)
        guard.require_safe(plan)
        return plan, ()

    @property
    def command(self) -> str:
        """The command line that continues this undo."""
        options = {"--release-number": self.asked.release_number, "--delete-application": self.asked.delete_application}
        given = (name for name, is_given in options.items() if is_given)
        return " ".join((self.again, *given))

    @property
    def again(self) -> str:
        """The command line that undoes the same run, without the options of this undo."""
        return _command(self.record, self.run.services.journal.imported)

    def _read(self) -> Snapshot:
        """Reads the current state; for a run that touched only the application, nothing about how codes are sent."""
        if undo_rest.parts_of(self.record, self.record.touched) & OF_TWILIO:
            _ = self.run.services.account  # raises here if no Twilio credentials are set
        readable = partial(undo_rest.readable_parts, self.run.token, self.record)
        found = self.run.first_read(self.reader, readable, lambda _: ())
        parts = readable(known(found.stack))
        # Without the scope read:actions, the effect of Actions is unknown, and only the policy counts.
        return self.reader.missing({*parts, "actions"} if "provider" in parts else parts, found)

    def _reversal(self, now: Snapshot) -> Reversal:
        """Returns the input that each resource needs to restore what the run changed."""
        services = self.run.services
        return Reversal(
            record=self.record,
            later=runs_after(self.record, services.journal.runs),
            now=now,
            command=self.again,
            account_sid=services.twilio.account_sid if services.twilio else None,
            token=services.token,
            old_token=services.old_token,
            elsewhere=senders_of_others(services.folders, services.tenant_key),
            gone=frozenset[object]().union(*(one.gone() for one in services.journal.runs)),
            release_number=self.asked.release_number,
            delete_application=self.asked.delete_application,
        )


def _command(record: RunRecord, imported: ImportedJournal | None) -> str:
    """Returns the command line that undoes a run, which may be known only from an imported journal."""
    file = f" --journal {shlex.quote(str(imported.path))}" if imported else ""
    return f"mfa-setup undo --run {record.run_id}{file}"


def _concerned(record: RunRecord) -> frozenset[str]:
    """Returns the phone numbers and the SIDs of numbers and Messaging Services in the run's writes."""
    return frozenset(re.findall(r"(?:PN|MG)[0-9a-fA-F]{32}|\+[0-9]{5,15}", str(record)))


def _stages(found: Snapshot, steps: Steps) -> Iterator[Stage]:
    """Yields the stages in an order that keeps users able to log in: the policy first, the application last.

    Writes of a step that must precede the restoring of the resource before it are a separate stage.
    """
    for resource, following in zip(BACKWARDS, (*BACKWARDS[1:], None), strict=True):
        own = steps[resource.name]
        early = steps[following.name] if following else Step(own.change)
        for change, writes in ((early.change, early.first), (own.change, own.writes)):
            then = registry.after(found, writes)
            if writes:
                yield Stage(change, writes, found, then)
            found = then


LEFT_ALONE = frozenset({"changed_since", "token_not_restorable", "provider_not_restorable", "number_unproven"})
"""The codes of the warnings about things that an undo does not restore."""


def _nothing_restored(record: RunRecord, journal: Journal) -> Notice:
    """Returns the warning that an undo restored nothing, so that the run does not count as undone."""
    runs = journal.runs
    earlier = [run for run in undoable(runs) if run.time < record.time and run.run_id not in undone(runs)]
    hint = f"To undo the run before it: `{_command(earlier[-1], journal.imported)}`." if earlier else ""
    return Notice(
        code="nothing_restored",
        message=f"None of the changes of run {record.run_id} could be restored, so the run is not marked as undone.",
        hint=hint,
    )


_NOTHING = Notice(
    code="nothing_to_undo",
    message="The journal of this tenant has no run left to revert.",
    hint="`mfa-setup undo --list` shows the runs. The journal is this machine's own; to undo a run of another machine, "
    "pass its exported journal with --journal FILE.",
)
