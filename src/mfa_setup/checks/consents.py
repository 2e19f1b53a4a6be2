"""What needs somebody's consent before a plan is carried out: a purchase for nothing, an unknown price, a move."""

from collections.abc import Iterator, Sequence

from mfa_setup.checks import tenant
from mfa_setup.checks.catalog import answer
from mfa_setup.checks.context import CheckContext
from mfa_setup.model.check import Check
from mfa_setup.model.observed import Offer
from mfa_setup.model.outcome import Notice
from mfa_setup.model.write import Write
from mfa_setup.resources import number_move
from mfa_setup.snapshot.parts import known_or
from mfa_setup.snapshot.snapshot import Snapshot


def looks_free(found: Snapshot) -> bool:
    """Whether a tenant's rate limit is that of the Free plan, which sends no SMS, and its factor is not on.

    A factor that is on is taken to show that the plan includes it: that Auth0 refuses it on the Free plan is not
    verified.
    """
    return tenant.is_free(found.headroom) and "sms" not in known_or(found.factors, frozenset())


def may_ask(found: Snapshot) -> bool:
    """Whether the factor may be switched on before a provider can send, because nobody is asked for a code."""
    return found.factors == frozenset() and found.policies == () and not found.enforcing


def asked_first(found: Snapshot) -> Notice:
    """The notice that the factor is enabled before a number is bought, as on the Free plan Auth0 may refuse it."""
    return Notice(
        code="auth0_plan",
        message=f"{_limit(found)} The factor is switched on before the number is bought, so that nothing is spent if "
        "Auth0 refuses it.",
        hint="See the plan in the Auth0 dashboard, Settings > Subscription. To buy the number first anyway: "
        "--override auth0_plan.",
    )


def _limit(found: Snapshot) -> str:
    burst = found.headroom.limit if found.headroom else 0
    return f"The tenant's rate limit (a burst of {burst} requests) is that of Auth0's Free plan, which sends no SMS."


def before_buying(found: Snapshot, *, may_send: bool) -> Iterator[Check]:
    """What is known, before a number is bought, to make the purchase useless, or its price unknown.

    Args:
        found: What there is.
        may_send: Whether the plan of the tenant is taken to include SMS, or Auth0 is asked before the purchase.
    """
    if not may_send:
        evidence = f"{_limit(found)} A number would cost money each month and send no code."
        yield answer(
            "auth0_plan", "fail", evidence, "Upgrade the Auth0 plan first: Auth0 dashboard, Settings > Subscription."
        )
    if unpriced := next((offer for offer in found.offers if offer.price is None), None):
        yield _price(unpriced)


def _price(offer: Offer) -> Check:
    evidence = (
        f"Twilio's price list has no price for {offer.number_type} numbers in {offer.country}, so the monthly price of "
        f"{offer.phone_number} is not known."
    )
    return answer(
        "price_known", "fail", evidence, "Look up the price first: Twilio console, Phone Numbers > Buy a number."
    )


def before_moving(given: CheckContext, writes: Sequence[Write]) -> Iterator[Check]:
    """The numbers in use that are put into a Messaging Service, unless both are named, which is consent."""
    account = known_or(given.snapshot.inventory, None)
    if account is None or given.desired.number.is_placed:
        return
    for move in number_move.moves(writes, account):
        fix = (
            f"To agree, name both: --from {move.number.phone_number} --messaging-service-sid {move.service.sid}. To "
            "leave the number where it is, pass another one with --from, or --buy."
        )
        yield answer(number_move.CONSENT, "fail", move.evidence, fix)
