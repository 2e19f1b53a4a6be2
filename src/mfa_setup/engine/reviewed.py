"""A reviewed plan: what is saved of a plan, and how it differs from a plan made later."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from mfa_setup.checks import account
from mfa_setup.engine.plan import Plan
from mfa_setup.errors import ForbiddenError, MfaSetupError, NumberGoneError, PlanOutdatedError
from mfa_setup.model.base import JsonValue
from mfa_setup.model.change import Change, FieldChange
from mfa_setup.model.check import Check
from mfa_setup.model.desired import Desired
from mfa_setup.model.difference import Difference, between, names_of
from mfa_setup.model.observed import Offer
from mfa_setup.model.plan_file import Planned, PlannedChange, PlannedWrite
from mfa_setup.model.types import ALL_RESOURCES, LABELS, ResourceName
from mfa_setup.model.write import Write
from mfa_setup.resources.configfile import BASE
from mfa_setup.services import Services
from mfa_setup.snapshot.parts import known

NEW_PLAN = "Review the differences, then make a new plan with `mfa-setup plan --out FILE`."
NEW_PLAN_OF_FLEET = "Make a new plan with `mfa-setup fleet plan FLEET_FILE --out FILE`."
_KNOWN_FOR_A_WHILE = "provider_token"
"""The check that passes on the machine that sent the token, and elsewhere only for an hour after Auth0 sent a code.

Only its failure is part of a plan: otherwise a plan would be outdated although nothing has changed. The guard requires
the check to pass in any case, where a policy is about to be set.
"""
_CONFIG_FILE = "config_file"


def planned(services: Services, desired: Desired, plan: Plan, checks: Iterable[Check]) -> Planned:
    """Returns what is saved of a plan and of the checks on the state that it leads to."""
    return Planned(
        domain=services.domain,
        audience=services.tenant_key,
        phone_stack=known(plan.found.stack),
        desired=desired,
        changes=tuple(map(_change, plan.changes)),
        writes=tuple(map(_write, plan.writes)),
        checks={check.id: check.status for check in checks if check.id != _KNOWN_FOR_A_WHILE or check.status == "fail"},
        offer=plan.found.offers[0] if plan.spends else None,
    )


def _change(change: Change) -> PlannedChange:
    fields = tuple(
        field.model_copy(update={"after": Path(str(field.after)).name}) if field.path == _CONFIG_FILE else field
        for field in change.fields
    )
    return PlannedChange(resource=change.resource, action=change.action, fields=fields)


def _write(write: Write) -> PlannedWrite:
    values = asdict(write)
    if write.action == "write_config":  # the folder varies from machine to machine
        values["target"] = Path(write.target).name
        match write.before:
            case {"base": {"template": template, **rest}} if template:
                values["before"] = {**write.before, BASE: {**rest, "template": Path(str(template)).name}}
    return PlannedWrite(**values)


def differences(saved: Planned, present: Planned) -> Iterator[Difference]:
    """Yields how a plan that is made now differs from a saved one: its stack, its resources, and its checks."""
    yield from between("tenant", {"phone_stack": saved.phone_stack}, {"phone_stack": present.phone_stack})
    for resource in ALL_RESOURCES:
        fields = tuple(between(resource, _fields(saved, resource), _fields(present, resource)))
        yield from fields or between(resource, _writes(saved, resource), _writes(present, resource))
    yield from between("checks", dict(saved.checks), dict(present.checks))


def _fields(plan: Planned, resource: ResourceName) -> dict[str, JsonValue]:
    own = (change for change in plan.changes if change.resource == resource)
    return {field.path: _values(field) for change in own for field in change.fields}


def _values(field: FieldChange) -> JsonValue:
    return "(secret)" if field.sensitive else {"before": field.before, "after": field.after}


def _writes(plan: Planned, resource: ResourceName) -> dict[str, JsonValue]:
    """Returns each value of the writes of a resource, by the action, its count if it is repeated, and its name."""
    values, counts = dict[str, JsonValue](), Counter[str]()
    for write in (one for one in plan.writes if one.resource == resource):
        counts[write.action] += 1
        begin = write.action if counts[write.action] == 1 else f"{write.action}.{counts[write.action]}"
        values[f"{begin}.target"] = write.target
        for name in dict.fromkeys((*write.before, *write.after)):
            values[f"{begin}.{name}"] = {"before": write.before.get(name), "after": write.after.get(name)}
    return values


def sale(saved: Offer, present: Offer | None) -> Iterator[Difference]:
    """Yields how the number of a saved plan differs from what is on sale now: it was sold, or has another price."""
    if present is None:
        yield Difference(path="number.phone_number", planned=saved.phone_number, now=None)
    elif saved.monthly != present.monthly:
        yield Difference(path="number.price", planned=_price(saved), now=_price(present))


def _price(offer: Offer) -> JsonValue:
    return offer.monthly.model_dump() if offer.monthly else None


def outdated(saved: Planned, differing: tuple[Difference, ...], present: Planned | None = None) -> PlanOutdatedError:
    """Returns the error that names everything that differs from a saved plan."""
    sentences = [*_sold(saved, differing), f"The plan is outdated. These differ: {', '.join(names_of(differing))}."]
    if applied := _applied(saved, present):
        sentences.append(f"Already as planned: {', '.join(LABELS[name] for name in applied)}.")
    return PlanOutdatedError(" ".join([*sentences, "Nothing was changed."]), hint=NEW_PLAN, differences=differing)


def impossible(why: MfaSetupError, differing: tuple[Difference, ...] = ()) -> PlanOutdatedError:
    """Returns the error for a saved plan that can no longer be made, for example because a name is ambiguous now."""
    found = differing or (Difference(path="plan", planned="possible", now=why.message),)
    named = f" These differ: {', '.join(names_of(differing))}." if differing else ""
    return PlanOutdatedError(
        f"The plan is outdated: {why.message}{named} Nothing was changed.", hint=NEW_PLAN, differences=found
    )


def late(why: MfaSetupError) -> PlanOutdatedError:
    """Returns the error for a saved plan that could not be applied to its end, because a choice is needed now."""
    return PlanOutdatedError(f"The plan is outdated: {why.message}", hint=NEW_PLAN)


def too_late(saved: Planned, gone: NumberGoneError) -> PlanOutdatedError:
    """Returns the error for a saved plan whose number was sold after the comparison."""
    if saved.offer is None:
        return late(gone)
    return PlanOutdatedError(
        f"The plan is outdated: the planned number {saved.offer.phone_number} was sold in the meantime. "
        "No other number was bought.",
        hint=NEW_PLAN,
        differences=tuple(sale(saved.offer, None)),
    )


def refused(saved: Planned, refusal: ForbiddenError) -> MfaSetupError:
    """Returns the error for a check that stops the reading of the tenant, and passed when the plan was made."""
    failing = refusal.checks or tuple(filter(None, [account.blocked(refusal)]))
    now: Mapping[str, JsonValue] = {check.id: check.status for check in failing}
    differing = tuple(between("checks", {check_id: saved.checks.get(check_id) for check_id in now}, now))
    return impossible(refusal, differing) if differing else refusal


def _sold(saved: Planned, differing: tuple[Difference, ...]) -> Iterator[str]:
    offer, by_path = saved.offer, {one.path: one for one in differing}
    if offer is None:
        return
    sold, dearer = by_path.get("number.phone_number"), by_path.get("number.price")
    if sold and sold.planned == offer.phone_number:
        yield f"The planned number {offer.phone_number} is no longer on sale."
    elif dearer:
        match dearer.now:
            case {"amount": amount, "currency": currency}:
                now = f"{amount} {currency}"
            case _:
                now = "an unknown price"
        yield (
            f"The planned number {offer.phone_number} costs {now} per month now, and {offer.shown_price} when the plan "
            "was made."
        )


def _applied(saved: Planned, present: Planned | None) -> tuple[ResourceName, ...]:
    """Returns the resources that the plan would have changed, and that need no change now."""
    now = {change.resource: change.action for change in present.changes} if present else {}
    return tuple(one.resource for one in saved.changes if one.action != "none" and now.get(one.resource) == "none")
