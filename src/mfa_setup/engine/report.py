"""The report of a run: its facts so far, from which the outcome is built, whether the run succeeds or fails."""

import uuid
from collections.abc import Collection, Sequence

from mfa_setup.errors import GuardRefusedError, MfaSetupError, is_unsent, leaves_open
from mfa_setup.model.change import Change
from mfa_setup.model.check import Check
from mfa_setup.model.outcome import (
    Configuration,
    Failure,
    JournalExport,
    Notice,
    Outcome,
    Outputs,
    PastRun,
    Proof,
    SettingsUsed,
    Sms,
    StoredProfile,
    Tenant,
)
from mfa_setup.model.types import Status
from mfa_setup.phone import spaced


class Report:
    """Collects one run's facts as they become known."""

    def __init__(self, command: str) -> None:
        self.command = command
        self.run_id = uuid.uuid4().hex
        self.tenant: Tenant | None = None
        self.changes: list[Change] = []
        self.outputs = Outputs()
        self.checks: list[Check] = []
        self.warnings: list[Notice] = []
        self._before_plan: list[Notice] | None = None
        self.changed = False
        self.proof: Proof | None = None
        self.sms: Sms | None = None
        self.runs: tuple[PastRun, ...] | None = None
        self.undoes: PastRun | None = None
        self.settings: SettingsUsed | None = None
        self.profiles: tuple[StoredProfile, ...] | None = None
        self.configuration: Configuration | None = None
        self.exported: JournalExport | None = None
        self.silent = False
        """Whether the command has already printed its own result."""

    def warn(self, warnings: Sequence[Notice]) -> None:
        """Adds warnings, each once."""
        self.warnings += [warning for warning in warnings if warning not in self.warnings]

    def plan_anew(self) -> None:
        """Drops the warnings of the previous plan before it is replaced; keeps those from before the first plan."""
        self._before_plan = list(self.warnings) if self._before_plan is None else self._before_plan
        self.warnings = list(self._before_plan)

    def mark(self, resource: str, status: Status) -> None:
        """Sets the status of one resource's change; a held change that was applied in part becomes pending again."""
        if status == "applied" and self.change(resource).held:  # a part of the change is still to be applied
            status = "pending"
        self.changes = [
            change.model_copy(update={"status": status}) if change.resource == resource else change
            for change in self.changes
        ]

    def change(self, resource: str) -> Change:
        """Returns the change of one resource with its current status."""
        return next(change for change in self.changes if change.resource == resource)

    def correct(self, planned: str, real: str) -> None:
        """Replaces a planned value by the real one in all changes, such as a number that was sold to somebody else."""

        def told(text: str) -> str:
            return text.replace(spaced(planned), spaced(real))

        def corrected(change: Change) -> Change:
            fields = tuple(field.with_real(planned, real) for field in change.fields)
            title = real if change.title == planned else change.title
            return change.with_texts(told).model_copy(update={"fields": fields, "title": title})

        self.changes = [corrected(change) for change in self.changes]

    def outcome(self, error: MfaSetupError | None = None) -> Outcome:
        """Returns the outcome of the run: of a success, or of the failure with this error."""
        known = {check.id for check in self.checks}
        checks = [*self.checks, *(check for check in _failing(error, known) if check.id not in known)]
        return Outcome(
            command=self.command,
            ok=error is None,
            changed=self.changed,
            run_id=self.run_id,
            tenant=self.tenant,
            changes=tuple(self.changes),
            outputs=self.outputs.model_copy(
                update={"domain": self.tenant.domain if self.tenant else None, "proof": self.proof, "sms": self.sms}
            ),
            checks=tuple(checks),
            warnings=tuple(self.warnings),
            error=Failure.model_validate(error, from_attributes=True) if error else None,
            runs=self.runs,
            undoes=self.undoes,
            settings=self.settings,
            profiles=self.profiles,
            configuration=self.configuration,
            journal_export=self.exported,
        )


def _failing(error: MfaSetupError | None, known: Collection[str]) -> Sequence[Check]:
    """Returns the checks that caused an error; a guard's refusal that names none becomes a check itself."""
    if error is None or error.checks or known or not isinstance(error, GuardRefusedError):
        return error.checks if error else ()
    return (Check(id=error.code, status="fail", evidence=error.message, fix=error.hint),)


def notice_of(error: MfaSetupError) -> Notice:
    """Returns an error as a warning, for a run that continues despite it."""
    return Notice(code=error.code, message=error.message, hint=error.hint)


def status_of(error: BaseException) -> Status:
    """Returns the status of a change that ended with this error: "unknown" if the write may have taken effect."""
    if is_unsent(error):
        return "pending"
    return "unknown" if leaves_open(error) else "failed"
