"""The check `registration`: whether each possible sender is registered for each of the users' countries."""

from mfa_setup.checks.catalog import BY_ID, about, answer, awaiting, idle, unchecked
from mfa_setup.checks.context import CheckContext
from mfa_setup.checks.countries import countries
from mfa_setup.checks.routes import Route, route
from mfa_setup.checks.senders import Sender, chosen_from
from mfa_setup.errors import MfaSetupError
from mfa_setup.model.check import Check
from mfa_setup.model.observed import TwilioInventory
from mfa_setup.phone import US_PHONES, is_north_american
from mfa_setup.snapshot.parts import known_or

_FOR_CODES = frozenset({"2FA", "MIXED", "LOW_VOLUME"})
"""The campaign use cases that cover one-time passwords (sources: twilio-usecases)."""


def registration(given: CheckContext, account: TwilioInventory, found: tuple[Sender, ...]) -> Check:
    """Checks whether each country's carriers accept messages from the senders that would be used for that country."""
    reached = countries(given, found)
    if not reached:
        names = ", ".join(sender.name for sender in found)
        reason = f"The sender has no country of its own ({names})."
        return unchecked("registration", reason, "Name the users' countries with --countries.")
    judged = [one for country in reached for one in _routes_to(given, account, found, country)]
    waits = [one for one in judged if one.sender.planned and one.is_verifiable]
    if failing := [one for one in judged if one.verdict == "fails" and one not in waits]:
        return _combined("fail", failing)
    open_ones = [one for one in judged if one.verdict == "unknown" or (one.verdict == "young" and _has_users(given))]
    if unproved := [one for one in open_ones if not _is_awaited(given, one)]:
        return _unproved(given, unproved)
    if open_ones:
        return awaiting("registration", given.awaited)
    if waits:
        return idle("registration", "A toll-free number can be verified only once the Twilio account owns it.")
    return _passing(judged, reached)


def _unproved(given: CheckContext, routes: list[Route]) -> Check:
    """Returns the result for routes that only a delivery can prove.

    If it matters only because the users could not be counted, the result names that error, too.
    """
    check, users = _combined("skip", routes), given.snapshot.everyone
    evidence = f"Could not check {BY_ID['registration'].clause}: {check.evidence}"
    if isinstance(users, MfaSetupError) and all(one.verdict == "young" for one in routes):
        evidence += f" The tenant's users could not be counted: {users.message}"
        check = about(check, users)
    return check.model_copy(update={"evidence": evidence})


def _passing(judged: list[Route], reached: tuple[str, ...]) -> Check:
    """Returns the result when no route fails, with warnings about new numbers and campaigns for another use."""
    young = [one for one in judged if one.verdict == "young"]
    warnings = [(f"{one.evidence} The tenant has no users yet.", one.fix) for one in young]
    warnings += [_other_use(one) for one in judged if _is_for_another_use(one)]
    if warnings:
        evidence, fixes = zip(*dict.fromkeys(warnings), strict=True)
        return answer("registration", "warn", " ".join(evidence), " ".join(dict.fromkeys(fixes)))
    names = list(dict.fromkeys(one.sender.name for one in judged))
    verb = "reaches" if len(names) == 1 else "reach"
    return answer("registration", "pass", f"{', '.join(names)} {verb} phones in {', '.join(reached)}.")


def _other_use(one: Route) -> tuple[str, str]:
    campaign = one.sender.service.campaign if one.sender.service else None
    use = campaign.usecase if campaign and campaign.usecase else "another use"
    evidence = f"The campaign of {one.sender.name} is registered for {use}, not for codes, so carriers may filter them."
    return evidence, "Register a 2FA campaign for the codes: Twilio console, Messaging > Regulatory compliance."


def _is_for_another_use(one: Route) -> bool:
    """Whether a US route depends on a campaign that is registered for a use other than codes."""
    campaign = one.sender.service.campaign if one.sender.service else None
    needs_it = one.country in US_PHONES and one.sender.kind == "long code" and is_north_american(one.sender.name)
    return needs_it and campaign is not None and campaign.usecase not in _FOR_CODES


def _routes_to(
    given: CheckContext, account: TwilioInventory, found: tuple[Sender, ...], country: str
) -> tuple[Route, ...]:
    """Returns the routes to a country: of each named sender, and of those that a Messaging Service may choose."""
    named_ones = [sender for sender in found if not sender.pooled]
    chosen = chosen_from([sender for sender in found if sender.pooled], country)
    return tuple(route(given, account, sender, country) for sender in (*named_ones, *chosen))


def _is_awaited(given: CheckContext, one: Route) -> bool:
    """Whether a test SMS, sent before the policy is set, will prove this route."""
    return one.sender.tested and any(one.is_shown_by(phone) for phone in given.awaited)


def _combined(status: str, routes: list[Route]) -> Check:
    evidence = " ".join(dict.fromkeys(one.evidence for one in routes))
    fix = " ".join(dict.fromkeys(one.fix for one in routes))
    return answer("registration", status, evidence, fix)  # type: ignore[arg-type] # one of the statuses


def _has_users(given: CheckContext) -> bool:
    """Whether any user could be locked out; true if the users could not be counted."""
    users = known_or(given.snapshot.everyone, None)
    return users is None or users.total > 0
