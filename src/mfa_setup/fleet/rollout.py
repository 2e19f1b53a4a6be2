"""All tenants of a fleet, in the order of the file: the canaries first, as many at the same time as are allowed."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from pydantic import SecretStr

from mfa_setup.cancellation import Cancellation
from mfa_setup.engine.task import Task
from mfa_setup.errors import InternalError, InterruptedRunError, MfaSetupError, NotStartedError
from mfa_setup.fleet.side_by_side import side_by_side
from mfa_setup.fleet.tenant_run import Shared, TenantRun
from mfa_setup.model.fleet import Document, Shape, TenantResult
from mfa_setup.model.outcome import Outcome
from mfa_setup.settings.fleet import FleetTenant

DOCTOR = Task("doctor", (), read_only=True, twilio_if_known=True)
"""The examination that a canary has to pass."""
Written = Callable[[Outcome, FleetTenant, Sequence[SecretStr]], Document]
"""Makes the document of a tenant's outcome, without the secrets of its run."""


@dataclass(slots=True)
class Rollout:
    """One command for all tenants of a fleet.

    Attributes:
        tenants: The tenants, in the order of the file.
        task: What is to be done in each.
        shared: What all runs share.
        cancellation: Stops all runs.
        written: Makes the documents.
        most: How many tenants are worked at at the same time.
        canaries: How many of the first ones must be set up and pass `doctor` before the rest begins.
        fail_fast: Whether no other tenant begins once one has failed.
        expected: The plans that a person has agreed to, by the names of the tenants.
        tick: Called several times a second.
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
    expected: Mapping[str, Shape] = field(default_factory=dict)
    tick: Callable[[], None] = lambda: None
    results: dict[str, TenantResult] = field(default_factory=dict)
    _begun: set[str] = field(default_factory=set)

    def carry_out(self, tell: Callable[[TenantResult], None]) -> None:
        """Works at all tenants; at the end every one of them has a result.

        Args:
            tell: Told of each result as soon as it is there.

        Raises:
            InterruptedRunError: The command was cancelled; the runs that were under way came to a safe end first.
        """
        first, rest = self.tenants[: self.canaries], self.tenants[self.canaries :]
        try:
            with self.cancellation.shielded():
                self._wave(first, tell, is_canary=True)
                if not self._has_failed:
                    self._wave(rest, tell, is_canary=False)
        finally:
            for tenant in self.tenants:
                if tenant.name not in self.results:
                    self._note(self._without_result(tenant), tell)

    @property
    def _has_failed(self) -> bool:
        return any(result.failed for result in self.results.values())

    def _wave(self, tenants: Sequence[FleetTenant], tell: Callable[[TenantResult], None], *, is_canary: bool) -> None:
        work = partial(self._work, is_canary=is_canary)
        for result in side_by_side(tenants, work, most=self.most, stopped=self._is_stopped, tick=self.tick):
            self._note(result, tell)

    def _note(self, result: TenantResult, tell: Callable[[TenantResult], None]) -> None:
        self.results[result.name] = result
        tell(result)

    def _is_stopped(self) -> bool:
        return self.cancellation.requested or (self.fail_fast and self._has_failed)

    def _work(self, tenant: FleetTenant, *, is_canary: bool) -> TenantResult:
        """One tenant, whatever happens there; a canary is examined once it is set up."""
        self._begun.add(tenant.name)
        self.shared.doing(tenant.name, "Starting")
        begun = time.monotonic()
        run = TenantRun(tenant, self.task, self.shared, self.expected.get(tenant.name))
        error = _carried_out(run)
        if is_canary and error is None:
            examined = TenantRun(tenant, DOCTOR, self.shared)
            error = _carried_out(examined)
            run.report.checks = examined.report.checks if error else run.report.checks
        return self._result(run, error, seconds=time.monotonic() - begun)

    def _without_result(self, tenant: FleetTenant) -> TenantResult:
        """A tenant that was not tried, or whose run was left behind by a second interrupt."""
        run = TenantRun(tenant, self.task, self.shared)
        if tenant.name in self._begun:
            left = InterruptedRunError("Interrupted before its outcome was known.")
            return self._result(run, left)
        return self._result(run, NotStartedError(f"Not started: {self._why_not()}."), skipped=True)

    def _why_not(self) -> str:
        if self.cancellation.requested:
            return "the command was interrupted"
        failed = next(tenant.name for tenant in self.tenants if self._failed(tenant))
        return f"{failed} failed before"

    def _failed(self, tenant: FleetTenant) -> bool:
        return tenant.name in self.results and self.results[tenant.name].failed

    def _result(
        self, run: TenantRun, error: MfaSetupError | None, *, seconds: float = 0.0, skipped: bool = False
    ) -> TenantResult:
        document = self.written(run.report.outcome(error), run.tenant, run.secrets)
        code = error.exit_code if error else 0
        return TenantResult.of(run.tenant.name, document, exit_code=code, seconds=seconds, skipped=skipped)


def _carried_out(run: TenantRun) -> MfaSetupError | None:
    """What stopped a run; whatever it is, it stops no other one."""
    try:
        run.carry_out()
    except MfaSetupError as error:
        return error
    except Exception as defect:  # noqa: BLE001 a defect at one tenant must not stop the others either
        return InternalError(f"Something went wrong inside mfa-setup ({type(defect).__name__}).")
    return None
