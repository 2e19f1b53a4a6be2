"""The rules of a purchase (sources: twilio-numbers, twilio-repeated-purchase, twilio-regulatory)."""

from decimal import Decimal

from mfa_setup.sandbox.twilio import settings
from mfa_setup.sandbox.twilio.countries import COUNTRIES
from mfa_setup.sandbox.twilio.errors import TwilioError
from mfa_setup.sandbox.twilio.forms import Fields, is_e164
from mfa_setup.sandbox.twilio.numbers import OwnedNumber
from mfa_setup.sandbox.twilio.search import area_code
from mfa_setup.sandbox.twilio.state import TwilioState
from mfa_setup.sandbox.twilio.stock import StockNumber, is_valid


def buy(state: TwilioState, form: Fields, kind: str | None = None) -> OwnedNumber:
    """Buy a number by PhoneNumber, or any number of an AreaCode; `kind` is the kind that the path names, if any."""
    own = state.owned(form.text("PhoneNumber"))
    if own:
        # 201: an update, and nothing is bought (sources: twilio-repeated-purchase). not verified today
        settings.apply(own, form)
        return own
    _check_account(state)
    stock = _chosen(state, form)
    if kind and stock.kind != kind:
        raise TwilioError(400, 21421, f"{stock.phone_number} is not a {kind} number")  # not verified: the code
    _check_papers(state, form, stock)
    form.friendly_name()
    settings.read(form)
    number = state.own(stock)
    settings.apply(number, form)
    state.purchases += 1
    own_price = state.settings.prices.get((stock.country, stock.kind))
    state.spent += Decimal(own_price or COUNTRIES[stock.country].prices[stock.kind])
    return number


def _check_account(state: TwilioState) -> None:
    if state.config.twilio_account == "trial":
        # Expected on a trial of 2026 (sources: twilio-trial-purchase). not verified: the purchase and the HTTP status
        raise TwilioError(400, 10002, "Trial accounts do not support this feature. Please upgrade your account.")
    if state.config.twilio_account == "legacy-trial" and state.numbers:
        # not verified: the HTTP status
        text = "Trial accounts are allowed only one Twilio number. To purchase additional ones, please upgrade."
        raise TwilioError(400, 21404, text)


def _chosen(state: TwilioState, form: Fields) -> StockNumber:
    number, code = form.text("PhoneNumber"), area_code(form)
    if number:
        return _by_number(state, number)
    if not code:
        # not verified: the code
        raise TwilioError(400, 21421, "PhoneNumber or AreaCode is required")
    for one in state.in_stock():
        if one.country in {"US", "CA"} and one.kind == "local" and one.phone_number[2:5] == code:
            return one
    raise TwilioError(400, 21452, f"No phone numbers found in area code {code}")


def _by_number(state: TwilioState, number: str) -> StockNumber:
    if not is_e164(number) or not is_valid(number):
        raise TwilioError(400, 21421, f"PhoneNumber is invalid: {number}")
    stock = next((one for one in state.in_stock() if one.phone_number == number), None)
    if stock is None or number in state.taken:
        raise TwilioError(400, 21422, f"The requested number is unavailable: {number}")
    return stock


def _check_papers(state: TwilioState, form: Fields, stock: StockNumber) -> None:
    """Reject a number whose regulatory documents are missing (sources: twilio-regulatory)."""
    address, bundle = form.text("AddressSid"), form.text("BundleSid")
    if stock.address != "none":
        if not address:
            code = 21615 if stock.address == "local" else 21631
            raise TwilioError(400, code, f"Phone number requires an address ({stock.address})")
        country = state.papers.get(address)
        fits = {"any": True, "local": country == stock.country, "foreign": country != stock.country}
        if country is None or not fits[stock.address]:
            raise TwilioError(400, 21615, f"The address does not meet the requirement: {stock.address}")
    if stock.bundle:
        if not bundle:
            raise TwilioError(400, 21649, "Phone number requires a regulatory bundle")
        if state.papers.get(bundle) != stock.country:
            raise TwilioError(400, 21651, "The bundle does not match the phone number")
