"""Consent that a plan needs before its first write: to spend money, move a number, lower MFA, or replace code."""

from dataclasses import replace

from mfa_setup.checks import consents, tenant
from mfa_setup.engine.delivery_guard import DeliveryGuard, overriding, standing_on
from mfa_setup.engine.plan import Plan
from mfa_setup.engine.report import notice_of
from mfa_setup.errors import ActionChangedError, GuardRefusedError
from mfa_setup.model.check import Check
from mfa_setup.model.journal import last_policies


def needed(guard: DeliveryGuard, plan: Plan) -> tuple[Check, ...]:
    """Returns the checks that describe what a plan needs consent for."""
    found = plan.found
    set_last = last_policies(guard.reader.services.journal.runs)
    moving = (
        *consents.before_moving(replace(guard.context, snapshot=found), plan.writes),
        *(consents.before_limiting(plan.writes, set_last) if plan.after(found).asks_some else ()),
        *consents.before_losing_code(plan.writes, found),
    )
    if not plan.spends:
        return moving
    may_send = plan.asks_first or not consents.looks_free(found)
    may_send = may_send or tenant.has_sent(guard.reader.missing({"sends"}, found))
    return (*consents.before_buying(found, may_send=may_send), *moving)


def require(guard: DeliveryGuard, plan: Plan) -> None:
    """Refuses a plan that needs consent which the user has not given; records given consent in the report and journal.

    Raises:
        GuardRefusedError: The user has not given the consent that the plan needs.
    """
    checks = needed(guard, plan)
    if missing := _missing(guard, checks):
        if guard.person.overrule(missing, guard.reader.services.domain):
            guard.overrides |= {check.id for check in missing}
        else:
            raise _refusal(missing)
    guard.agree(checks)


def foresee(guard: DeliveryGuard, plan: Plan) -> None:
    """Warns about the consent that `mfa-setup up` would need; refuses nothing."""
    if missing := _missing(guard, needed(guard, plan)):
        guard.report.warn([notice_of(_refusal(missing)).model_copy(update={"code": "consent_needed"})])


def _missing(guard: DeliveryGuard, checks: tuple[Check, ...]) -> tuple[Check, ...]:
    return tuple(check for check in checks if check.id not in guard.overrides)


def _refusal(missing: tuple[Check, ...]) -> GuardRefusedError:
    evidence, fixes = (" ".join(texts) for texts in zip(*((one.evidence, one.fix) for one in missing), strict=True))
    message = f"This change needs your consent. Nothing was changed. {evidence}"
    hint = f"{fixes} To continue anyway: {overriding(missing)}."
    kind = ActionChangedError if any(check.id == "action_changed" for check in missing) else GuardRefusedError
    return standing_on(kind(message, hint=hint), missing)
