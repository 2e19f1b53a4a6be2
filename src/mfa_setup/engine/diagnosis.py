"""`mfa-setup doctor`: evaluates all checks, puts them into the report and raises one error for the failed ones."""

from mfa_setup.checks import doctor
from mfa_setup.engine.report import notice_of
from mfa_setup.engine.run import Run
from mfa_setup.errors import ChecksFailedError, EnforcedUndeliverableError, MfaSetupError
from mfa_setup.model.check import Check
from mfa_setup.model.outcome import Notice, Tenant
from mfa_setup.snapshot.parts import first_unread, known_or

_WORST_FIRST = {"fail": 0, "skip": 1, "warn": 2, "pass": 4}
_PENDING, _IDLE = 3, 5


def examine(run: Run) -> None:
    """Reads everything, evaluates all checks and puts them into the report: by group, the worst of each group first.

    Raises:
        MfaSetupError: A service refused the credentials or could not be reached.
        EnforcedUndeliverableError: The policy in force demands codes, and codes do not arrive.
        ChecksFailedError: Checks failed. They lock users out once the policy demands codes, or already do so if an
            Action asks users for codes.
    """
    report = run.report
    snapshot = doctor.read_everything(run.reader)
    checks = doctor.examine(run.context(snapshot))
    groups = list(dict.fromkeys(check.group for check in checks))
    report.checks = sorted(checks, key=lambda check: (groups.index(check.group), _rank(check)))
    if report.tenant and (stack := known_or(snapshot.stack, None)):
        report.tenant = Tenant(domain=report.tenant.domain, phone_stack=stack)
    failing = [check.id for check in checks if check.status == "fail"]
    if (why := first_unread([snapshot.policies])) and not first_unread([snapshot.stack]):
        report.warn([_unread(why)])
    enforced = EnforcedUndeliverableError(
        f"The MFA policy is in force, and codes do not reach users. Failed checks: {', '.join(failing)}."
    )
    if broken := doctor.broken(snapshot):
        if failing and snapshot.requires_codes:
            report.warn([notice_of(enforced)])
        raise broken
    if not failing:
        return
    if snapshot.requires_codes:
        raise enforced
    message = f"{len(failing)} of {len(checks)} checks failed: {', '.join(failing)}."
    if any(check.pending for check in checks):
        message += " `mfa-setup up` cannot fix that."
    elif snapshot.enforcing:
        names = ", ".join(action.name for action in snapshot.enforcing)
        message += f" The MFA policy is Never, but post-login Actions can ask users for codes now: {names}."
    raise ChecksFailedError(message)


def _unread(why: MfaSetupError) -> Notice:
    message = f"mfa-setup could not read whether the MFA policy is in force. {why.message}"
    return Notice(code="policy_unread", message=message, hint=why.hint)


def _rank(check: Check) -> int:
    if check.pending:
        return _PENDING
    return _WORST_FIRST[check.status] if check.applies else _IDLE
