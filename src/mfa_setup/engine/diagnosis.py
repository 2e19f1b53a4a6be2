"""What an examination comes to: the checks in the report, and the one error that stands for them."""

from mfa_setup.checks import doctor
from mfa_setup.engine.report import notice_of
from mfa_setup.engine.run import Run
from mfa_setup.errors import ChecksFailedError, EnforcedUndeliverableError
from mfa_setup.model.check import Check
from mfa_setup.model.outcome import Notice, Tenant
from mfa_setup.snapshot.parts import known_or

_WORST_FIRST = {"fail": 0, "skip": 1, "warn": 2, "pass": 3}
_ENFORCED = "The MFA policy is in force, and checks of how codes are delivered failed."
_UNREAD = Notice(
    code="policy_unread",
    message="mfa-setup could not read whether the MFA policy is in force.",
    hint="Grant the scope read:mfa_policies to the application.",
)


def examine(run: Run) -> None:
    """Reads everything, asks all checks and puts them into the report, by group, the worst first.

    Raises:
        MfaSetupError: A service refuses the credentials, or cannot be reached.
        EnforcedUndeliverableError: The policy demands codes now, and they do not arrive.
        ChecksFailedError: Something would lock users out, once the policy demands codes.
    """
    report = run.report
    snapshot = doctor.read_everything(run.reader)
    checks = doctor.examine(run.context(snapshot))
    groups = list(dict.fromkeys(check.group for check in checks))
    report.checks = sorted(checks, key=lambda check: (groups.index(check.group), _rank(check)))
    if report.tenant and (stack := known_or(snapshot.stack, None)):
        report.tenant = Tenant(domain=report.tenant.domain, phone_stack=stack)
    failing = [check for check in checks if check.status == "fail"]
    if known_or(snapshot.policies, None) is None:
        report.warn([_UNREAD])
    if broken := doctor.broken(snapshot):
        if failing and snapshot.requires_codes:
            report.warn([notice_of(EnforcedUndeliverableError(_ENFORCED))])
        raise broken
    if not failing:
        return
    names = ", ".join(check.id for check in failing)
    if snapshot.requires_codes:
        raise EnforcedUndeliverableError(f"The MFA policy is in force, and codes do not reach users: {names}.")
    raise ChecksFailedError(f"{len(failing)} of {len(checks)} checks failed: {names}.")


def _rank(check: Check) -> int:
    return _WORST_FIRST[check.status] if check.applies else len(_WORST_FIRST)
