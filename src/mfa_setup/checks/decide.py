"""The checks that decide whether codes arrive; the guard requires them to pass, and `doctor` shows them."""

from mfa_setup.checks import account, calls, login, provider, reach, tenant, texts
from mfa_setup.checks.catalog import BY_ID
from mfa_setup.checks.context import CheckContext
from mfa_setup.model.check import Check
from mfa_setup.model.observed import Factor
from mfa_setup.snapshot.parts import known_or
from mfa_setup.snapshot.snapshot import Snapshot


def deciding(given: CheckContext) -> tuple[Check, ...]:
    """Returns every check that decides whether codes arrive, in the order of a code's way from Auth0 to the phone.

    If another factor is enabled and no user can have enrolled a phone yet, new users can use the other factor. Most
    checks that did not pass are then only warnings.
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
    """Returns the guard's checks: the deciding ones, the tenant's plan, and sessions that the policy may end."""
    return (*deciding(given), tenant.plan(given.snapshot), *login.ended_by(given))


def _nobody_enrolled(found: Snapshot) -> bool:
    """Whether no user can have enrolled a phone: the tenant has no users, and no code was sent to a user."""
    users = known_or(found.everyone, None)
    return users is not None and not users.total and not any(send.user_id for send in known_or(found.sends, ()))


def _stays(check: Check, found: Snapshot) -> bool:
    """Whether a check keeps its status even if no user can be locked out.

    That holds for passed checks, for the minimum, and for a token that Twilio is known to refuse or that differs from
    the given one.
    """
    if check.id == "provider_token" and (check.status == "fail" or found.token != "unknown"):  # noqa: S105 a state
        return True
    return BY_ID[check.id].fixed or check.status not in {"fail", "skip"} or not check.applies


def _as_warning(check: Check, others: frozenset[str]) -> Check:
    evidence = (
        f"{check.evidence} This locks nobody out: the tenant has no users yet, and new ones can use another factor, "
        f"{', '.join(sorted(others))}."
    )
    return check.model_copy(update={"status": "warn", "evidence": evidence})
