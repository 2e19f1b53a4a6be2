"""Judges whether a sender reaches a country: known to work, known to fail, or provable only by a delivery.

Sources: twilio-a2p, twilio-toll-free, twilio-uk, twilio-senders, twilio-short-codes (docs/sources.md).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from mfa_setup.checks import deliveries
from mfa_setup.checks.context import CheckContext
from mfa_setup.checks.senders import NO_NAMES, Sender
from mfa_setup.model.observed import Campaign, Message, TwilioInventory
from mfa_setup.phone import US_PHONES, country_of, is_british, is_north_american

TOLL_FREE_REACH = frozenset({"US", "CA"})
YOUNG = timedelta(hours=24)
"""How long after a number is added to a campaign's pool the carriers may still be registering the number."""

Verdict = Literal["works", "fails", "unknown", "young"]


@dataclass(frozen=True, slots=True)
class Route:
    """The verdict on one sender for one country.

    Attributes:
        sender: The sender.
        country: The country of the phone that receives the code.
        verdict: Whether codes arrive; `young` means that they will once the carriers have registered the number.
        evidence: The reason for the verdict, in a whole sentence.
        fix: What the user should do.
    """

    sender: Sender
    country: str
    verdict: Verdict
    evidence: str = ""
    fix: str = ""

    @property
    def is_verifiable(self) -> bool:
        """Whether a toll-free verification would let the sender reach the country."""
        return self.sender.kind == "toll-free" and self.country in TOLL_FREE_REACH

    def is_shown_by(self, phone: str) -> bool:
        """Whether an SMS that arrives on this phone proves that the sender reaches the country.

        A number that US carriers have registered is registered for all US phones.
        """
        country = country_of(phone, "")
        return country == self.country or (self.verdict == "young" and country in US_PHONES)


def route(given: CheckContext, account: TwilioInventory, sender: Sender, country: str) -> Route:
    """Judges one sender for one country, by Twilio's rules and, where these leave it open, by recent deliveries."""
    found = _by_rule(given, account, sender, country)
    if found.verdict == "young":
        messages = deliveries.since_added(given, account.now, sender)
        shown = any(found.is_shown_by(one.to) for one in messages if one.status in deliveries.DELIVERED)
    else:
        shown = any(found.is_shown_by(one.to) for one in deliveries.by_sender(given, account.now, sender))
    return Route(sender, country, "works") if shown and found.verdict in {"unknown", "young"} else found


def _by_rule(given: CheckContext, account: TwilioInventory, sender: Sender, country: str) -> Route:
    if sender.kind == "toll-free":
        return _toll_free(sender, country)
    if sender.kind == "name":
        return _name(sender, country)
    if sender.kind == "long code" and country in US_PHONES and is_north_american(sender.name):
        return _to_us_phones(given, account, sender, country)
    if sender.kind == "long code" and country == "GB" and not is_british(sender.name):
        evidence = f"UK carriers block messages from {sender.name}, because it is a number of another country."
        return Route(
            sender, country, "fails", evidence, "Use a number of that country (--country GB) or a name (--from NAME)."
        )
    registered_us = sender.country == "US" and sender.service is not None and sender.service.verified
    if sender.country == country or (country == "CA" and registered_us):
        return _unless_named(sender, country)
    return Route(
        sender,
        country,
        "unknown",
        f"It is not known whether {sender.name} reaches phones in {country}.",
        _prove(sender, country),
    )


def _unless_named(sender: Sender, country: str) -> Route:
    """Returns "works" for a number, unless its Messaging Service may prefer alphanumeric names that were not read."""
    if not (sender.pooled and sender.service and sender.service.senders is None) or country in NO_NAMES:
        return Route(sender, country, "works")
    evidence = f"The Messaging Service {sender.service.sid} may send from a name in {country}, which could not be read."
    return Route(sender, country, "unknown", evidence, _prove(sender, country))


def _prove(sender: Sender, country: str) -> str:
    """Returns how to prove a route by a delivery: during the run or, if a test SMS can name the sender, before it."""
    way = f"Prove it by an SMS to a phone in {country}: `mfa-setup up --test-to NUMBER`"
    if not (sender.planned or sender.pooled):
        pooled = "" if sender.added or sender.service is None else f"`mfa-setup buy-number --from {sender.name}`, then "
        way += f", or beforehand {pooled}`mfa-setup test sms --from {sender.name} --to NUMBER`"
    return f"{way}." if sender.country == country else f"{way}. Or use a sender of that country."


def _toll_free(sender: Sender, country: str) -> Route:
    if country not in TOLL_FREE_REACH:
        evidence = f"Toll-free numbers do not reach phones in {country} (error 21612)."
        return Route(sender, country, "fails", evidence, f"Use a number of that country (--country {country}).")
    if sender.verification == "TWILIO_APPROVED":
        return Route(sender, country, "works")
    stand = f"its verification is {sender.verification}" if sender.verification else "it has no verification"
    evidence = f"The toll-free number {sender.name} is not verified ({stand}), so carriers drop its messages to "
    evidence += f"phones in {country} (error 30032)."
    where = "Twilio console, Messaging > Regulatory compliance > Toll-free verification"
    return Route(sender, country, "fails", evidence, f"Verify it: {where}; it takes 3 to 5 business days.")


def _name(sender: Sender, country: str) -> Route:
    if country in NO_NAMES:
        evidence = f"Messages from a name such as {sender.name} are not accepted in {country} (error 21612)."
        return Route(sender, country, "fails", evidence, "Use a number of that country (--from NUMBER).")
    evidence = f"It is not known whether the name {sender.name} reaches phones in {country}: some countries "
    evidence += "require names to be registered."
    return Route(sender, country, "unknown", evidence, _prove(sender, country))


def _to_us_phones(given: CheckContext, account: TwilioInventory, sender: Sender, country: str) -> Route:
    campaign = sender.service.campaign if sender.service else None
    if not (campaign and campaign.verified):
        where = f"{_place(sender, campaign)}, so carriers drop its messages to {country} phones (error 30034)."
        return Route(sender, country, "fails", f"The number {sender.name} {where}{_others(account, sender)}", REGISTER)
    is_young = account.now is None or sender.added is None or account.now - sender.added < YOUNG
    if refused := deliveries.refusal(given, account.now, sender):
        return _refused(Route(sender, country, "fails"), refused, account.now, is_young=is_young)
    if is_young:
        since = "will be new in its" if sender.planned else "was added to its"
        ago = "" if sender.planned else " less than a day ago"
        evidence = (
            f"{sender.name} {since} campaign's Messaging Service{ago}, so carriers may drop its messages to {country} "
            "phones for about a day."
        )
        return Route(sender, country, "young", evidence, _prove(sender, country))
    if sender.service and len(sender.service.pool) > sender.service.capacity:
        evidence = (
            f"The campaign of {sender.service.sid} allows one number, but the Messaging Service has more, and Twilio "
        )
        evidence += f"does not report whether {sender.name} is the registered one."
        return Route(sender, country, "unknown", evidence, _prove(sender, country))
    return Route(sender, country, "works")


def _refused(found: Route, refused: Message, now: datetime | None, *, is_young: bool) -> Route:
    """Returns the route after carriers dropped a message because the number is not registered.

    It fails if the number is new in its pool or the refusal is less than a day old; otherwise it is unknown.
    """
    evidence = (
        f"{found.sender.name} is in the pool of the verified campaign, but carriers still drop its messages to "
        f"{found.country} phones (error {refused.error_code})."
    )
    fix = (
        "Wait up to a few days until the carriers have registered the number. Then run "
        "`mfa-setup test sms --to NUMBER`: a delivered SMS shows that they have."
    )
    is_fresh = deliveries.is_of_today(refused, now)
    return replace(found, verdict="fails" if is_young or is_fresh else "unknown", evidence=evidence, fix=fix)


def _place(sender: Sender, campaign: Campaign | None) -> str:
    """Returns where a number without a verified campaign is, as the predicate of a sentence."""
    if sender.service is None:
        return "is in no Messaging Service"
    where = f"is in the Messaging Service {sender.service.sid}"
    return f"{where}, whose campaign {standing(campaign)}" if campaign else f"{where}, which has no campaign"


def standing(campaign: Campaign) -> str:
    """Returns why a campaign is not one that carriers accept, with its errors, as the predicate of a sentence."""
    if campaign.mock:
        return "is a mock campaign, which no carrier knows"
    errors = f" ({'; '.join(campaign.errors)})" if campaign.errors else ""
    return f"is {campaign.status}{errors}"


def _others(account: TwilioInventory, sender: Sender) -> str:
    """Returns a sentence about the account's campaigns, for a number that is in no Messaging Service."""
    if sender.service is not None:
        return ""
    listed = [f"that of {item.sid} {standing(item.campaign)}" for item in account.services if item.campaign]
    return f" Of the account's campaigns, {', '.join(listed)}." if listed else ""


REGISTER = (
    "Register a brand and a 2FA campaign (Twilio console: Messaging > Regulatory compliance; 10 to 15 business days), "
    "then run `mfa-setup buy-number`, which puts the number into the campaign's pool. Faster, in 3 to 5 business days: "
    "verify a toll-free number (--number-type toll-free if no number is bought yet; otherwise buy one in the Twilio "
    "console and pass it with --from)."
)
