"""Runs the probe of an assumption: checks what it needs, tries it, cleans up, and keeps the evidence."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

from live.assumptions import Assumption, judge
from live.scrub import Scrubber
from live.site import Site, UntriedError
from mfa_setup.errors import MfaSetupError

Probe = Callable[[Site], str]
"""Tries an assumption and returns the outcome, one of those in `assumptions.toml`."""

PROBES: dict[str, Probe] = {}
_MODULES = ("auth0_phone", "auth0_things", "twilio_free", "spending")


def probe(name: str) -> Callable[[Probe], Probe]:
    """Registers a function as the probe of the assumption with this ID."""

    def register(function: Probe) -> Probe:
        PROBES[name] = function
        return function

    return register


@cache
def load() -> dict[str, Probe]:
    """Imports the modules with the probes and returns all of them."""
    for module in _MODULES:
        import_module(f"live.{module}")
    return PROBES


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one assumption.

    Attributes:
        outcome: The outcome; None if the probe was not tried.
        reason: Why it was not tried.
        exchanges: The scrubbed exchanges, in the format of the recordings.
    """

    assumption: Assumption
    outcome: str | None
    reason: str = ""
    exchanges: list[dict[str, Any]] = field(default_factory=list)

    @property
    def contradicts(self) -> bool:
        """Whether the service did not answer as assumed."""
        return self.outcome not in {None, self.assumption.expected}


def try_out(site: Site, assumption: Assumption, scrubber: Scrubber) -> Finding:
    """Tries one assumption; everything that the probe created is removed when this returns, whatever happened.

    Raises:
        LeakError: The evidence could not be scrubbed.
    """
    outcome, reason = None, ""
    exchanges: list[dict[str, Any]] = []
    try:
        _require(site, assumption)
        with site.recorder.probe() as exchanges:
            try:
                outcome = _outcome(site, assumption)
            finally:
                site.clean()
    except UntriedError as untried:
        reason = str(untried)
    except MfaSetupError as failed:
        reason = f"A request failed: {failed.message}"
    source = f"live check {site.run}, {assumption.id}"
    scrubbed = [scrubber.exchange(exchange) | {"source": source} for exchange in exchanges]
    return Finding(assumption, outcome, reason, scrubbed)


def _outcome(site: Site, assumption: Assumption) -> str:
    row = assumption.request
    if row is None:
        return load()[assumption.id](site)
    method, _, place = row["request"].partition(" ")
    if assumption.service == "twilio":
        return judge(row, site.ask_twilio(method, place, row.get("form")))
    return judge(row, site.ask(method, place, row.get("body"), token=row.get("token"), text=row.get("text")))


def _require(site: Site, assumption: Assumption) -> None:
    if assumption.cost != "free" and not site.spends:
        raise UntriedError("It costs money: pass --live-spend and confirm the price.")
    held = site.tokens.scopes()
    missing = [scope for scope in assumption.scopes if held is not None and scope not in held]
    if missing:
        raise UntriedError(f"The access token lacks {', '.join(missing)}.")
    for need in assumption.needs:
        if reason := _lacks(site, need):
            raise UntriedError(reason)


def _lacks(site: Site, need: str) -> str:
    """Returns what is missing; an empty text if nothing is."""
    if need in {"unified", "legacy"}:
        return "" if site.stack == need else f"The tenant is on the {site.stack} phone stack."
    if need == "provider":
        found = site.auth0.provider(site.stack)
        text = "The tenant has a phone provider, whose token cannot be read and so not be restored. Delete it first."
        return text if found.sid or found.id else ""
    if need == "phone":
        return "" if site.phone else "MFA_SETUP_LIVE_PHONE does not name a phone for the test messages."
    if need == "key":
        return "" if site.account.api_key else "TWILIO_API_KEY and TWILIO_API_SECRET are not set."
    return _account_lacks(site, need)


def _account_lacks(site: Site, need: str) -> str:
    account = site.twilio.account()
    if account is None:
        return "The account cannot be read without its auth token."
    if need == "trial":
        return "" if account.kind == "Trial" else "It is not a trial account."
    return "" if account.owner_sid not in {None, site.account.account_sid} else "The account is not a subaccount."
