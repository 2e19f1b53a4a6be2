"""Checks of a plan that need the user's consent: a useless purchase, an unknown price, moving a number in use."""

from collections.abc import Iterator, Sequence

from mfa_setup.checks import tenant
from mfa_setup.checks.catalog import answer
from mfa_setup.checks.context import CheckContext
from mfa_setup.model.base import JsonValue
from mfa_setup.model.check import Check
from mfa_setup.model.observed import Offer
from mfa_setup.model.outcome import Notice
from mfa_setup.model.post_login import ScopeState
from mfa_setup.model.scope_code import is_as_written
from mfa_setup.model.write import Write, WriteAction
from mfa_setup.resources import number_move
from mfa_setup.resources.policy_names import name_of
from mfa_setup.resources.restore import texts
from mfa_setup.snapshot.parts import known_or
from mfa_setup.snapshot.snapshot import Snapshot


def looks_free(found: Snapshot) -> bool:
    """Whether the tenant seems to be on the Free plan, which sends no SMS, by its rate limit and disabled SMS factor.

    An enabled factor is taken as proof that the plan includes SMS. It is not verified that Auth0 refuses to enable
    the factor on the Free plan.
    """
    return tenant.is_free(found.headroom) and "sms" not in known_or(found.factors, frozenset())


def may_ask(found: Snapshot) -> bool:
    """Whether the SMS factor may be enabled before a provider can send, because no user is asked for a code."""
    return found.factors == frozenset() and found.policies == () and not (found.enforcing or found.asks_some)


def asked_first(found: Snapshot) -> Notice:
    """Returns the notice that the factor is enabled before the purchase, as Auth0 may refuse it on the Free plan."""
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
    """Yields the failed checks before a purchase: a plan of the tenant that sends no SMS, and an unknown price.

    Args:
        found: The current snapshot.
        may_send: Whether the tenant's plan seems to include SMS, or Auth0 can refuse the factor before the purchase.
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


def before_limiting(writes: Sequence[Write], set_last: JsonValue) -> Iterator[Check]:
    """Yields a failed check where limits take MFA away from users.

    Args:
        writes: The writes of a plan after which the policy is limited.
        set_last: The policies that the journal last set, from which mfa-setup may take away what it gave.
    """
    for write in writes:
        if write.action == "set_policies" and not write.after["policies"] and write.before["policies"] != set_last:
            yield _lowered(write.before["policies"])


def before_losing_code(writes: Sequence[Write], found: Snapshot) -> Iterator[Check]:
    """Yields a failed check where the plan replaces, deletes or unbinds code of an Action that somebody changed."""
    losing = {write.target: _LOSING[write.action] for write in writes if write.action in _LOSING}
    for one in known_or(found.scope, ScopeState()).ours:
        if one.id in losing and not (is_as_written(one.effective) and is_as_written(one.code)):
            yield _changed(one.name, losing[one.id])


_LOSING: dict[WriteAction, str] = {
    "update_action": "replace",
    "deploy_action": "replace",
    "unbind_action": "unbind",
    "delete_action": "delete",
}
"""The writes that end what the code of an Action does, in words; of several, the last one counts."""


def _lowered(policies: JsonValue) -> Check:
    name = name_of(texts(policies))
    return answer(
        "mfa_lowered",
        "fail",
        f"The policy {name.capitalize()} asks every user now, and this machine's mfa-setup did not set it. Everybody "
        "outside the limits would no longer be asked for MFA.",
        "Ask the people who are responsible for the policy first.",
    )


def _changed(name: str, loses: str) -> Check:
    return answer(
        "action_changed",
        "fail",
        f'Somebody changed the code of the post-login Action "{name}", which limits the policy. This run would {loses} '
        "the code.",
        "Review the code first: Auth0 dashboard, Actions > Library.",
    )


def before_moving(given: CheckContext, writes: Sequence[Write]) -> Iterator[Check]:
    """Yields a failed check for each number in use that the plan moves to a Messaging Service.

    Naming both the number and the Messaging Service in the settings counts as consent.
    """
    account = known_or(given.snapshot.inventory, None)
    if account is None or given.desired.number.is_placed:
        return
    for move in number_move.moves(writes, account):
        fix = (
            f"To agree, name both: --from {move.number.phone_number} --messaging-service-sid {move.service.sid}. To "
            "leave the number where it is, pass another one with --from, or --buy."
        )
        yield answer(number_move.CONSENT, "fail", move.evidence, fix)
