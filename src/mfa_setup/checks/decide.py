"""The checks that decide whether codes arrive; the guard waits for them, and `doctor` shows them."""

from mfa_setup.checks import account, provider, reach, tenant
from mfa_setup.checks.catalog import BY_ID
from mfa_setup.checks.context import CheckContext
from mfa_setup.model.check import Check
from mfa_setup.model.observed import Factor
from mfa_setup.snapshot.parts import known_or


def deciding(given: CheckContext) -> tuple[Check, ...]:
    """Every check that decides, in the order in which a code travels."""
    checks = (*provider.way_out(given), *account.standing(given), *reach.checks(given))
    others = known_or(given.snapshot.factor, Factor()).others
    return tuple(_only_warn(check, others) for check in checks) if others else checks


def guarding(given: CheckContext) -> tuple[Check, ...]:
    """What the guard judges: the checks that decide, and what is known of the tenant's plan."""
    return (*deciding(given), tenant.plan(given.snapshot))


def _only_warn(check: Check, others: frozenset[str]) -> Check:
    """A failing check of SMS is a warning where users can log in by another factor; the minimum stays."""
    if BY_ID[check.id].fixed or check.status not in {"fail", "skip"} or not check.applies:
        return check
    instead = f"{check.evidence} Users can log in by another factor that is on: {', '.join(sorted(others))}."
    return check.model_copy(update={"status": "warn", "evidence": instead})
