"""The number that a setup buys: what is on sale, what it costs, and the advice before the purchase."""

from mfa_setup.checks.advice import before_buying
from mfa_setup.engine.delivery_guard import demands_codes
from mfa_setup.engine.plan import Plan
from mfa_setup.engine.plan_review import PlanReview
from mfa_setup.engine.run_context import RunContext
from mfa_setup.model.observed import Offer
from mfa_setup.model.outcome import Notice
from mfa_setup.resources import provider_kept, purchase, sender
from mfa_setup.resources.base import OPEN_QUESTIONS, Comparison
from mfa_setup.snapshot.parts import known, known_or


def offers(
    run: RunContext, given: Comparison, known_offers: tuple[Offer, ...], review: PlanReview | None
) -> tuple[Offer, ...]:
    """Finds numbers to buy, if one must be bought; numbers of an earlier plan are looked up by their digits.

    Raises:
        MfaSetupError: The task may not buy, no number is on sale, or a person must choose first.
    """
    found = given.found
    inventory = known_or(found.twilio, None)
    if inventory is None or provider_kept.is_kept(given):
        return ()
    if not (run.task.lenient or review):  # the comparison of the provider refuses a conflict again
        provider_kept.require_no_conflict(given)
    try:
        chosen = sender.choose(run.desired.number, inventory, known(found.provider), given.own)
    except OPEN_QUESTIONS:
        if run.task.lenient or review:  # the comparison of the number raises it again
            return ()
        raise
    if not chosen.to_buy or run.task.lenient:
        return ()
    if not run.task.may_buy:
        raise sender.refuse_to_buy(run.task.command)
    run.person.doing("Looking for a number")
    if review:
        return review.offers()
    if known_offers:
        return purchase.still_on_sale(run.services, run.desired.number, known_offers)
    on_sale = purchase.offers(run.services, run.desired.number)
    return purchase.for_one_plan(run.services, on_sale) if run.task.command == "plan" else on_sale


def rent(run: RunContext, given: Comparison) -> str:
    """Returns the monthly price of the existing number if the task shows it; otherwise an empty text."""
    inventory = known_or(given.found.twilio, None)
    if not run.task.in_full or inventory is None or provider_kept.is_kept(given):
        return ""
    try:
        chosen = sender.choose(run.desired.number, inventory, known(given.found.provider), given.own)
    except OPEN_QUESTIONS:
        return ""
    return purchase.rent(run.services, chosen.number, run.desired.number.country) if chosen.number else ""


def advice(run: RunContext, plan: Plan) -> tuple[Notice, ...]:
    """Returns the advice before a purchase; empty where the guard covers it.

    The guard cannot cover toll-free verification, because that is visible only for a number that is owned.
    """
    inventory = known_or(plan.found.twilio, None)
    if not plan.spends or inventory is None:
        return ()
    offer = plan.found.offers[0]
    if demands_codes(plan) and offer.number_type != "toll-free":
        return ()
    planned = known(plan.after(plan.found).inventory)
    bought = next(number for number in planned.numbers if number.planned)
    pool = next((service for service in planned.services if bought.sid in service.pool), None)
    return before_buying(offer, inventory, pool, run.desired.countries)
