"""The checks that decide whether codes arrive; the guard waits for them, and `doctor` shows them."""

from mfa_setup.checks import account, calls, login, provider, reach, tenant, texts
from mfa_setup.checks.catalog import BY_ID
from mfa_setup.checks.context import CheckContext
from mfa_setup.model.check import Check
from mfa_setup.model.observed import Factor
from mfa_setup.snapshot.parts import known_or
from mfa_setup.snapshot.snapshot import Snapshot


def deciding(given: CheckContext) -> tuple[Check, ...]:
    """Every check that decides, in the order in which a code travels.

    Where another factor is on and no user can have enrolled a phone yet, new users can use the other factor: what does
    not pass is a warning then.
    """
    checks = (
        *provider.way_out(given),
        texts.template_code(given),
        *account.standing(given),
        *reach.checks(given),
        *calls.checks(given),
    )
    found = given.snapshot
    others = known_or(found.factor, Factor()).others
    if not others or not _nobody_enrolled(found):
        return checks
    return tuple(check if _stays(check, found) else _as_warning(check, others) for check in checks)


def guarding(given: CheckContext) -> tuple[Check, ...]:
    """What the guard judges: the checks that decide, what is known of the plan, and whose sessions a policy ends."""
    return (*deciding(given), tenant.plan(given.snapshot), *login.ended_by(given))


def _nobody_enrolled(found: Snapshot) -> bool:
    """Whether no user is known who could have enrolled a phone: the tenant has none, and no code went to a user."""
    users = known_or(found.everyone, None)
    return users is not None and not users.total and not any(send.user_id for send in known_or(found.sends, ()))


def _stays(check: Check, found: Snapshot) -> bool:
    """The minimum stays as it is, and so does a token that Twilio is known to refuse, or that is not the one given."""
    if check.id == "provider_token" and (check.status == "fail" or found.token != "unknown"):  # noqa: S105 a state
        return True
    return BY_ID[check.id].fixed or check.status not in {"fail", "skip"} or not check.applies


def _as_warning(check: Check, others: frozenset[str]) -> Check:
    evidence = (
        f"{check.evidence} This locks nobody out: the tenant has no users yet, and new ones can use another factor, "
        f"{', '.join(sorted(others))}."
    )
    return check.model_copy(update={"status": "warn", "evidence": evidence})
