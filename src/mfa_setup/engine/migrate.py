"""Moves a tenant to the unified phone stack: read, plan, prepare, prove, switch last, check, and switch back if needed.

The provider and texts of the new stack are written while the old one still sends the codes. Only the switch changes
who sends; the check after it decides whether the tenant stays there. A run that was cut off between the two is finished
by the next one, which finds it in the journal.
"""

from dataclasses import dataclass, replace
from typing import NoReturn

from mfa_setup.engine import migrate_check, preconditions
from mfa_setup.engine.executor import Executor
from mfa_setup.engine.plan import Plan, Stage
from mfa_setup.engine.run import Run
from mfa_setup.errors import (
    Choice,
    ChoiceNeededError,
    ForbiddenError,
    InterruptedRunError,
    MfaSetupError,
    MigrationBlockedError,
    MigrationRevertedError,
    MigrationUnfinishedError,
    NotFoundError,
    ServiceRefusedError,
)
from mfa_setup.model.change import Change
from mfa_setup.model.desired import Desired, DesiredMove
from mfa_setup.model.journal import RunRecord, undone
from mfa_setup.model.outcome import Notice, Tenant
from mfa_setup.model.types import PhoneStack
from mfa_setup.model.write import Fields, Write
from mfa_setup.resources import legacy_phone, moved_provider, phone_stack, registry, sender
from mfa_setup.resources.base import Comparison
from mfa_setup.resources.provider_writes import token_needed
from mfa_setup.snapshot.names import SEND_SCOPES, PartName, scopes_of
from mfa_setup.snapshot.parts import known
from mfa_setup.snapshot.snapshot import Snapshot

COMMAND = "migrate"


def migrate(run: Run) -> None:
    """Moves the tenant, and repeats the steps after each choice of the person; the report is filled even on an error.

    Raises:
        MigrationBlockedError, ProviderConflictError: The legacy settings cannot move; nothing was changed.
        MigrationRevertedError: A check after the switch failed, and the tenant is back on the legacy stack.
        MigrationUnfinishedError: A check after the switch failed, and switching back failed too.
        MfaSetupError: Something else stopped the run.
    """
    while True:
        try:
            return _Migration(run).carry_out()
        except ChoiceNeededError as needed:
            run = replace(run, desired=_decided(run.desired, run.person.choose(needed)))


def _decided(desired: Desired, choice: Choice) -> Desired:
    move = desired.move or DesiredMove()
    kind, _, answer = choice.value.partition("=")
    texts = {**move.texts, kind: answer}
    return desired.model_copy(update={"move": move.model_copy(update={"texts": texts})})


def unfinished(runs: tuple[RunRecord, ...]) -> RunRecord | None:
    """Returns the last run that switched, or may have, and did not get to the end of the check; None if none did."""
    found: RunRecord | None = None
    for run in runs:
        if run.command != COMMAND or run.run_id in undone(runs):
            continue
        switches = run.of("set_stack")
        if run.end == "done" or (switches and not switches[-1].after[phone_stack.FLAG]):
            found = None
        elif switches:
            found = run
    return found


@dataclass(frozen=True, slots=True)
class _Migration:
    """One attempt, with the choices that the person has made so far."""

    run: Run

    def carry_out(self) -> None:
        plan = self._plan()
        if plan.stages:
            plan = self.run.confirmed(plan, (), lambda _: (self._plan(), ()))
        if not plan.stages:
            self._settle(plan.found)
            return
        services = self.run.services
        services.journal.keep(legacy_phone.kept(plan.found))
        guard = _Guard(self.run, plan.found)
        executor = Executor(services, plan.found, self.run.report, self.run.person, guard)
        try:
            executor.carry_out(plan)
        except InterruptedRunError:
            raise  # the next run finishes the check
        except MfaSetupError as failed:
            if not guard.switched:
                raise
            flag = plan.writes[-1].before[phone_stack.FLAG]
            self._switch_back(executor, bool(flag), legacy_phone.kept(plan.found), failed)
        self._tell("unified")

    def _read(self) -> Snapshot:
        run = self.run
        run.person.doing("Reading the tenant's phone settings")

        def parts(stack: PhoneStack | None) -> frozenset[PartName]:
            return phone_stack.PARTS if stack == "legacy" else frozenset()

        def scopes(stack: PhoneStack | None) -> frozenset[str]:
            return _SCOPES if stack == "legacy" else frozenset()

        found = run.first_read(run.reader, parts, scopes)
        return run.reader.missing({"sms_connections"}, found) if known(found.stack) == "legacy" else found

    def _plan(self) -> Plan:
        """Reads and plans. The Twilio account is read with the auth token, never with a key, which proves the token.

        Raises:
            ValueNeededError: Only an API key is known, or no Twilio credentials are set.
            CredentialsRefusedError: Twilio refuses the token.
        """
        run = self.run
        run.report.plan_anew()
        found = self._read()
        on_legacy = known(found.stack) == "legacy"
        if on_legacy:
            preconditions.require_scopes(run.token, _SCOPES)
        given = Comparison(run.desired, found, found, sender.own(run.services))
        if on_legacy:
            _ = run.services.account  # raises here if no Twilio credentials are set
        step = phone_stack.compare(given)
        run.report.changes = [step.change]
        run.report.warn(step.notices)
        plan = Plan(_stages(found, step.change, step.writes), (step.change,), found, step.notices)
        if plan.stages:
            if run.services.token is None:
                raise token_needed()
            self._require_proof(found)
            run.report.warn(preconditions.undo_warning(plan, run.token))
            if run.test_sms:
                preconditions.require_sms(plan)
        return plan

    def _require_proof(self, found: Snapshot) -> None:
        """Refuses a trial account unless a test SMS is sent: such an account delivers codes to few phones, if any.

        Raises:
            MigrationBlockedError: The account is a trial account, and no test SMS was requested.
        """
        if known(found.inventory).on_trial and not self.run.test_sms:
            raise MigrationBlockedError(
                "The Twilio account is a trial account, which delivers codes to few phones, if any, so the move could "
                "not be checked. Nothing was changed.",
                hint="Upgrade the account (Twilio Console, Billing), or pass --test-to NUMBER with a phone that the "
                "account may send to.",
            )

    def _settle(self, found: Snapshot) -> None:
        """Makes the check that an earlier run was cut off before; does nothing if there is none."""
        run, earlier = self.run, unfinished(self.run.services.journal.runs)
        if earlier is None or known(found.stack) != "unified":
            return
        run.report.warn((_FINISHING,))
        run.services.journal.begin()
        try:
            migrate_check.require_unified(run, earlier.kept)
        except InterruptedRunError:
            raise
        except MfaSetupError as failed:
            run.report.changes = [Change(resource="phone_stack", action="update", status="pending")]
            executor = Executor(run.services, found, run.report, run.person, _Guard(run, found))
            flag = earlier.of("set_stack")[-1].before.get(phone_stack.FLAG)
            self._switch_back(executor, bool(flag), earlier.kept, failed)

    def _switch_back(self, executor: Executor, flag: bool, kept: Fields, failed: MfaSetupError) -> NoReturn:  # noqa: FBT001
        """Switches back after a failed check, which is proved by the legacy endpoints; always raises."""
        run, write = self.run, phone_stack.back(flag, kept)
        run.person.doing("Switching back")
        run.report.mark("phone_stack", "failed")
        try:
            with run.services.cancellation.shielded():
                registry.ACTIONS[write.action].perform(executor, write)  # type: ignore[misc] # it has one
        except MfaSetupError as stuck:
            raise MigrationUnfinishedError(
                f"The check after the switch failed: {failed.message} Switching back failed too: {stuck.message}",
                hint="Run `mfa-setup migrate` again, which repeats the check, or `mfa-setup undo`. Both providers are "
                "configured, so whichever stack is in use has a sender.",
                service=stuck.service,
                status=stuck.status,
                request_id=stuck.request_id,
            ) from None
        self._tell("legacy")
        raise MigrationRevertedError(
            f"The check after the switch failed: {failed.message} The tenant is back on the legacy phone settings: "
            "their endpoints answer, with the settings from before.",
            hint=f"{failed.hint} Then migrate again; `mfa-setup undo` removes what was prepared.".strip(),
            service=failed.service,
            status=failed.status,
            request_id=failed.request_id,
        ) from None

    def _tell(self, stack: PhoneStack) -> None:
        self.run.token.remember(stack)
        self.run.report.tenant = Tenant(domain=self.run.services.domain, phone_stack=stack)


_SCOPES = phone_stack.WRITE_SCOPES | SEND_SCOPES["unified"] | scopes_of(phone_stack.PARTS, "legacy")
_FINISHING = Notice(
    code="migration_check_repeated",
    message="An earlier `mfa-setup migrate` was cut off after it had switched, before its check was finished. The "
    "check is made now.",
)


def _stages(found: Snapshot, change: Change, writes: tuple[Write, ...]) -> tuple[Stage, ...]:
    """Returns the stage that prepares the new stack, if it has writes, and the stage that switches."""
    return tuple(Stage(change, part, found, found) for part in (writes[:-1], writes[-1:]) if part)


@dataclass(slots=True)
class _Guard:
    """Proves the new provider right before the switch, and the new stack right after it."""

    run: Run
    found: Snapshot
    switched: bool = False

    def before(self, stage: Stage) -> None:
        """Looks at the prepared provider again and lets it send the test SMS, before the switch."""
        if stage.writes[0].action != "set_stack":
            return
        self.run.person.doing("Checking the new provider")
        migrate_check.require_prepared(self.run, moved_provider.wanted(self.found))
        if self.run.test_sms:
            self._try(self.run)
        self.run.person.doing("Switching to the Unified Phone Experience")

    def _try(self, run: Run) -> None:
        """Sends the test SMS through the new provider; it is not verified that Auth0 does so before the switch."""
        try:
            run.test_sms("unified")  # type: ignore[misc] # the caller has checked it
        except (ServiceRefusedError, ForbiddenError, NotFoundError) as refused:
            message = f"Auth0 did not send the test SMS before the switch, so it is sent after it. {refused.message}"
            run.report.warn((Notice(code="test_after_switch", message=message),))

    def after(self, stage: Stage) -> None:
        """Checks the tenant after the switch."""
        if stage.writes[0].action != "set_stack":
            return
        self.switched = True
        self.run.token.remember("unified")
        migrate_check.require_unified(self.run, legacy_phone.kept(self.found))
