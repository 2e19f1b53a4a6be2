"""What an examination comes to: the checks in the report, and the one error that stands for them."""

from mfa_setup.checks.doctor import Examined
from mfa_setup.engine.report import Report
from mfa_setup.errors import ChecksFailedError, EnforcedUndeliverableError
from mfa_setup.model.outcome import Notice, Tenant

_WORST_FIRST = {"fail": 0, "skip": 1, "warn": 2, "pass": 3}


_WAY_BACK = EnforcedUndeliverableError.default_hint
_ENFORCED = "The policy demands codes now, and checks of their way fail."
_UNREAD = Notice(
    code="policy_unread",
    message="Whether the policy demands codes now could not be read.",
    hint="The scope is read:mfa_policies.",
)


def conclude(found: Examined, report: Report) -> None:
    """Puts the checks into the report, by group, the worst first.

    Raises:
        MfaSetupError: A service refuses the credentials, or cannot be reached.
        EnforcedUndeliverableError: The policy demands codes now, and they do not arrive.
        ChecksFailedError: Something would lock people out, once the policy demands codes.
    """
    groups = list(dict.fromkeys(check.group for check in found.checks))
    report.checks = sorted(
        found.checks,
        key=lambda check: (
            groups.index(check.group),
            _WORST_FIRST[check.status] if check.applies else len(_WORST_FIRST),
        ),
    )
    if report.tenant and found.stack:
        report.tenant = Tenant(domain=report.tenant.domain, phone_stack=found.stack)
    failing = [check for check in found.checks if check.status == "fail"]
    if found.policies is None:
        report.warn([_UNREAD])
    if found.broken is not None:
        if failing and found.policies:
            report.warn([Notice(code=EnforcedUndeliverableError.code, message=_ENFORCED, hint=_WAY_BACK)])
        raise found.broken
    if not failing:
        return
    names = ", ".join(check.id for check in failing)
    if found.policies:
        raise EnforcedUndeliverableError(f"The policy demands codes now, and they do not arrive: {names}.")
    raise ChecksFailedError(f"{len(failing)} of {len(found.checks)} checks fail: {names}.")
