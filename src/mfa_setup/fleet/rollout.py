"""Runs a command for all tenants of a fleet in the order of the file, several at a time, and the canaries first."""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from pydantic import SecretStr

from mfa_setup.cancellation import Cancellation
from mfa_setup.engine.reviewed import NEW_PLAN_OF_FLEET
from mfa_setup.engine.task import Task
from mfa_setup.errors import (
    CredentialsRefusedError,
    InternalError,
    InterruptedRunError,
    MfaSetupError,
    NotStartedError,
    PlanOutdatedError,
)
from mfa_setup.fleet.side_by_side import side_by_side
from mfa_setup.fleet.tenant_run import Shared, TenantRun
from mfa_setup.model.fleet import Document, TenantResult, plan_of
from mfa_setup.model.outcome import Outcome
from mfa_setup.settings.fleet import FleetTenant

DOCTOR = Task("doctor", (), read_only=True, twilio_if_known=True)
"""The task of the checks that a canary has to pass."""
Written = Callable[[Outcome, FleetTenant, Sequence[SecretStr]], Document]
"""Creates the JSON document of a tenant's outcome, with the secrets of its run removed."""


@dataclass(slots=True)
class Rollout:
    """One command for all tenants of a fleet.

    Attributes:
        tenants: The tenants, in the order of the file.
        task: The task to carry out in each tenant.
        shared: The state and options that all runs share.
        cancellation: The token that stops all runs.
        written: Creates the JSON document of each outcome.
        most: The maximum number of tenants that run at the same time.
        canaries: The number of tenants, from the start of the file, that must be set up and pass `doctor` before the
            others begin.
        fail_fast: Whether the first failure prevents further tenants from being started.
        tick: Called several times a second.
        agreed: The plans that the user has agreed to, by the names of the tenants.
        results: The results so far, by the names of the tenants.
    """

    tenants: Sequence[FleetTenant]
    task: Task
    shared: Shared
    cancellation: Cancellation
    written: Written
    most: int
    canaries: int = 0
    fail_fast: bool = False
    tick: Callable[[], None] = lambda: None
    agreed: Mapping[str, str] = field(default_factory=dict)
    results: dict[str, TenantResult] = field(init=False, default_factory=dict)
    _begun: set[str] = field(init=False, default_factory=set)

    def carry_out(self, tell: Callable[[TenantResult], None]) -> None:
        """Runs the tenants that have no result yet, as far as canaries, failures and interrupts allow.

        Args:
            tell: Called with each result as soon as it is known.

        Raises:
            InterruptedRunError: The command was cancelled. The runs that had begun were finished safely before.
        """
        first, rest = self.tenants[: self.canaries], self.tenants[self.canaries :]
        with self.cancellation.shielded():
            self._wave(first, tell, is_canary=True)
            if not self.is_stopped:
                self._wave(rest, tell, is_canary=False)

    @property
    def is_stopped(self) -> bool:
        """Whether no other tenant may begin: the command was cancelled, or a canary (with `fail_fast`, any) failed."""
        decisive = self.tenants if self.fail_fast else self.tenants[: self.canaries]
        return self.cancellation.requested or any(map(self._has_failed, decisive))

    def missing(self, why: str) -> Iterator[TenantResult]:
        """Yields results for the tenants without a result: those not started, and those cut off by a second interrupt.

        Args:
            why: Why a tenant was not started, if the reason is neither another tenant's failure nor an interrupt.
        """
        for tenant in self.tenants:
            if tenant.name in self.results:
                continue
            run = TenantRun(tenant, self.task, self.shared)
            if tenant.name in self._begun:
                yield self._result(run, InterruptedRunError("The run was interrupted before the outcome was known."))
            else:
                not_started = NotStartedError(f"This tenant was not started: {self._why_not(why)}.")
                yield self._result(run, not_started, skipped=True)

    def _has_failed(self, tenant: FleetTenant) -> bool:
        return tenant.name in self.results and self.results[tenant.name].failed

    def _wave(self, tenants: Sequence[FleetTenant], tell: Callable[[TenantResult], None], *, is_canary: bool) -> None:
        def note(result: TenantResult) -> None:
            self.results[result.name] = result
            tell(result)

        def may_not_begin() -> bool:
            return self.cancellation.requested if is_canary and not self.fail_fast else self.is_stopped

        left = [tenant for tenant in tenants if tenant.name not in self.results]
        work = partial(self._work, is_canary=is_canary)
        side_by_side(left, work, note, most=self.most, stopped=may_not_begin, tick=self.tick)

    def _work(self, tenant: FleetTenant, *, is_canary: bool) -> TenantResult:
        """Sets up one tenant, and runs `doctor` on it if it is a canary."""
        self._begun.add(tenant.name)
        self.shared.doing(tenant.name, "Starting")
        begun = time.monotonic()
        run = TenantRun(tenant, self.task, self.shared, self.agreed.get(tenant.name))
        error = _carried_out(run)
        if is_canary and error is None:
            examined = TenantRun(tenant, DOCTOR, self.shared)
            error = _carried_out(examined)
            run.report.checks = examined.report.checks if error else run.report.checks
        return self._result(run, error, seconds=time.monotonic() - begun)

    def _why_not(self, why: str) -> str:
        if self.cancellation.requested:
            return "the command was interrupted"
        failed = next(filter(self._has_failed, self.tenants), None)
        return f"{failed.name} had already failed" if failed and self.is_stopped else why

    def _result(
        self, run: TenantRun, error: MfaSetupError | None, *, seconds: float = 0.0, skipped: bool = False
    ) -> TenantResult:
        outcome = run.report.outcome(error)
        document, plan = self.written(outcome, run.tenant, run.secrets), plan_of(outcome.changes)
        code = error.exit_code if error else 0
        result = TenantResult.of(run.tenant.name, document, plan, exit_code=code, seconds=seconds, skipped=skipped)
        return replace(result, made=run.made)


def _carried_out(run: TenantRun) -> MfaSetupError | None:
    """Executes a run and returns its error or None, so that an error does not stop the runs of other tenants."""
    try:
        run.carry_out()
    except MfaSetupError as error:
        error.hint = _hint(error, run.tenant)
        return error
    except Exception as defect:  # noqa: BLE001 a defect in the run of one tenant must not stop the others either
        return InternalError(f"Something went wrong inside mfa-setup ({type(defect).__name__}).")
    return None


_OPTION = re.compile(r"(?<![\w-])--(?!max-purchases)[a-z]")


def _hint(error: MfaSetupError, tenant: FleetTenant) -> str:
    """Adapts a hint to a fleet: the fleet file names the credentials, and `fleet` commands lack most options."""
    if isinstance(error, CredentialsRefusedError):
        used = [
            f"{key} ({named.kind} {named.name})"
            for key, named in tenant.credentials.items()
            if key.startswith(error.service or "")
        ]
        return f"Check the credentials that the fleet file names: {', '.join(used)}."
    if isinstance(error, PlanOutdatedError) and _OPTION.search(error.hint):
        return NEW_PLAN_OF_FLEET
    if _OPTION.search(error.hint):
        return (
            f"{error.hint} Use such an option with `mfa-setup up --domain {tenant.domain}`, which sets up this "
            "tenant alone."
        )
    return error.hint
