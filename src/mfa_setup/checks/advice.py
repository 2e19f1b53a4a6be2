"""Warnings, before a number is bought, about what it still needs until it delivers codes."""

from mfa_setup.checks.account import TRIAL
from mfa_setup.checks.routes import TOLL_FREE_REACH
from mfa_setup.model.observed import MessagingService, Offer, TwilioInventory
from mfa_setup.model.outcome import Notice
from mfa_setup.phone import US_PHONES, country_of, is_toll_free


def before_buying(
    offer: Offer, account: TwilioInventory, pool: MessagingService | None, countries: tuple[str, ...]
) -> tuple[Notice, ...]:
    """Returns the warnings about a number that is about to be bought, with a better type of number if there is one.

    Args:
        offer: The number that is about to be bought.
        account: The Twilio account that buys the number.
        pool: The Messaging Service that the number will be added to; None if it joins no Messaging Service.
        countries: The users' countries; if empty, the number's own country.
    """
    wanted = countries or (country_of(offer.phone_number, offer.country),)
    found = [_trial(account)]
    if is_toll_free(offer.phone_number):
        found += [_verification(account, wanted), _unreached(wanted)]
    elif offer.country == "US" and US_PHONES & set(wanted) and not (pool and pool.verified):
        found.append(_campaign(offer))
    return tuple(warning for warning in found if warning is not None)


def _trial(account: TwilioInventory) -> Notice | None:
    if not account.on_trial:
        return None
    return Notice(code="trial_account", message=TRIAL, hint="Upgrade: Twilio console, Account > Billing.")


def _campaign(offer: Offer) -> Notice:
    """Returns the warning about a missing campaign (sources: twilio-a2p, twilio-a2p-time, twilio-toll-free-time)."""
    price = "" if offer.price is None else f" It costs {offer.price:.2f} {offer.currency} a month all the while."
    return Notice(
        code="number_needs_registration",
        message=f"{offer.phone_number} delivers no code to US phones before a brand and a campaign are registered and "
        f"the number is in their Messaging Service: 10 to 15 business days.{price}",
        hint="To start sooner, pass --number-type toll-free: toll-free numbers are verified in 3 to 5 business days.",
    )


def _verification(account: TwilioInventory, countries: tuple[str, ...]) -> Notice | None:
    reached = sorted(TOLL_FREE_REACH & set(countries))
    if not reached:
        return None
    service = next((item for item in account.services if item.verified), None)
    better = "Begin at once: Twilio console, Messaging > Regulatory compliance > Toll-free verification."
    if service and "US" in reached:
        better = f"A local number delivers at once by the verified campaign of {service.sid}: --number-type local."
    return Notice(
        code="number_needs_verification",
        message=f"A toll-free number delivers to {', '.join(reached)} only once it is verified: 3 to 5 business days.",
        hint=better,
    )


def _unreached(countries: tuple[str, ...]) -> Notice | None:
    beyond = sorted(set(countries) - TOLL_FREE_REACH)
    if not beyond:
        return None
    return Notice(
        code="number_cannot_reach",
        message=f"Toll-free numbers do not reach {', '.join(beyond)}.",
        hint=f"Buy a number of that country: --country {beyond[0]}.",
    )
