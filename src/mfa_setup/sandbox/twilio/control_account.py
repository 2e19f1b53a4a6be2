"""Control calls about the account: money, credentials, prices, permissions and regulatory documents."""

import re
import secrets
from dataclasses import asdict, replace
from decimal import Decimal

from mfa_setup.sandbox.control_route import ControlCall
from mfa_setup.sandbox.twilio import control_bodies as read
from mfa_setup.sandbox.twilio.account_settings import RestrictedKey
from mfa_setup.sandbox.twilio.auth import Credentials
from mfa_setup.sandbox.twilio.control_bodies import Body
from mfa_setup.sandbox.twilio.countries import COUNTRIES, IN_PRICES
from mfa_setup.sandbox.twilio.dialing import SHARED
from mfa_setup.sandbox.twilio.ids import new_sid
from mfa_setup.sandbox.twilio.state import TwilioState
from mfa_setup.sandbox.twilio.trusthub import STATUSES as PROFILE_STATUSES

STATUSES = ("active", "suspended", "closed")
_TOKEN, _TOKEN_FORM = "[0-9a-f]{32}", "32 lower-case hex digits"
_AMOUNT, _AMOUNT_FORM = r"-?[0-9]{1,9}(\.[0-9]{1,4})?", "an amount such as 12.50"


def account(state: TwilioState, body: Body) -> Body:
    """Set balance, currency and status; make the account a subaccount if `owner_account_sid` is another account."""
    settings = replace(state.settings)
    if body.get("balance") is not None:
        settings.deposit = Decimal(read.matching(body, "balance", _AMOUNT, _AMOUNT_FORM)) + state.spent
    if body.get("currency") is not None:
        settings.currency = read.matching(body, "currency", "[A-Z]{3}", "an ISO 4217 code")
    if body.get("status") is not None:
        settings.status = read.choice(body, "status", STATUSES)
    if body.get("owner_account_sid") is not None:
        owner = read.matching(body, "owner_account_sid", "AC[0-9a-fA-F]{32}", "the SID of an account")
        state.parent = None if owner == state.account_sid else _parent(state, owner)
    state.settings = settings
    return {
        "sid": state.account_sid,
        "owner_account_sid": (state.parent or state).account_sid,
        "status": state.status,
        "currency": settings.currency,
    }


def _parent(state: TwilioState, sid: str) -> TwilioState:
    known = state.parent
    if known is not None and known.account_sid == sid:
        return known
    credentials = replace(Credentials.generate(), account_sid=sid)
    return TwilioState(state.config, credentials, clock=state.clock, timeline=state.timeline)


def token(state: TwilioState, body: Body) -> Body:
    """Rotate the auth token: the old token is rejected from now on."""
    state.auth_token = read.matching(body, "auth_token", _TOKEN, _TOKEN_FORM)
    return {"auth_token": state.auth_token}


def secondary_token(state: TwilioState, body: Body) -> Body:
    """Create a second auth token, which is accepted too, or delete it if null."""
    value = body.get("auth_token")
    state.settings.secondary_token = None if value is None else read.matching(body, "auth_token", _TOKEN, _TOKEN_FORM)
    return {"auth_token": value}


def key(state: TwilioState, body: Body) -> Body:
    """Create a restricted API key with access to the paths that match one of the globs."""
    allowed = body.get("allowed")
    if not isinstance(allowed, list) or not all(isinstance(one, str) and one for one in allowed):
        raise ValueError("allowed must be a list of globs on paths")
    made = RestrictedKey(new_sid("SK"), secrets.token_hex(16), tuple(allowed))
    state.settings.keys[made.sid] = made
    return {"sid": made.sid, "secret": made.secret}


def price(state: TwilioState, body: Body) -> Body:
    """Set the monthly price of a kind of number in a country; null: Twilio's price list has no such kind."""
    where = read.choice(body, "country", COUNTRIES)
    kinds = {name: kind for kind, name in IN_PRICES.items()}
    kind = kinds[read.choice(body, "number_type", kinds)]
    amount = body.get("current_price")
    if amount is not None and (not isinstance(amount, str) or not re.fullmatch(_AMOUNT.removeprefix("-?"), amount)):
        raise ValueError(f"current_price must be {_AMOUNT_FORM}, or null")
    state.settings.prices[where, kind] = amount
    return {"country": where, "number_type": IN_PRICES[kind], "current_price": amount}


def dialing(state: TwilioState, body: Body) -> Body:
    """Allow or forbid calls to a country's low-risk numbers; Canada shares the permission of the US."""
    country, on = read.country(body), read.flag(body, "low_risk_numbers_enabled")
    if on is None:
        raise ValueError("low_risk_numbers_enabled must be true or false")
    change = state.settings.dialed.add if on else state.settings.dialed.discard
    change(SHARED.get(country, country))
    return {"country": country, "low_risk_numbers_enabled": on}


def profile(state: TwilioState, body: Body) -> Body:
    """Set the status of the compliance profile (for a subaccount: its parent's), or remove the profile if null."""
    status = None if body.get("status") is None else read.choice(body, "status", PROFILE_STATUSES)
    (state.parent or state).profile_status = status
    return {"status": status}


def paper(state: TwilioState, body: Body) -> Body:
    """Add a regulatory address or bundle for a country."""
    kinds = {"address": "AD", "bundle": "BU"}
    kind = kinds[read.choice(body, "kind", kinds)]
    return {"sid": state.add_paper(kind, read.country(body))}


def credentials(call: ControlCall) -> Body:
    """Return all credentials: the account's own, its API key, its test credentials, and those of its parent."""
    state = call.world.twilio
    own = asdict(state.credentials)
    if state.parent is None:
        return own
    parent = state.parent.credentials
    return own | {
        "parent_account_sid": parent.account_sid,
        "parent_auth_token": parent.auth_token,
        "parent_api_key": parent.api_key,
        "parent_api_secret": parent.api_secret,
    }
