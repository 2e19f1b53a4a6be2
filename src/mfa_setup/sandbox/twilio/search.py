"""The search for available numbers (OpenAPI, AvailablePhoneNumbers; sources: twilio-search)."""

import re
from collections.abc import Callable

from mfa_setup.sandbox.twilio.errors import TwilioError
from mfa_setup.sandbox.twilio.forms import INVALID, Fields, invalid
from mfa_setup.sandbox.twilio.geography import near
from mfa_setup.sandbox.twilio.stock import StockNumber
from mfa_setup.sandbox.twilio.stock_data import NORTH_AMERICA

Predicate = Callable[[StockNumber], bool]

_SHORTEST, _LONGEST = 2, 16
_KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
_WILDCARD_SIGNIFICANT = 2
_PLACE_FIELDS = {
    "InPostalCode": "postal_code",
    "InRegion": "region",
    "InLocality": "locality",
    "InLata": "lata",
}


def matching(query: Fields, numbers: list[StockNumber]) -> list[StockNumber]:
    """Return the numbers that meet all the conditions of a search."""
    conditions = [*_area(query), *_contains(query), *_abilities(query), *_papers(query), *_places(query)]
    conditions += near(query, numbers)
    return [number for number in numbers if all(condition(number) for condition in conditions)]


def area_code(query: Fields) -> str:
    """Return AreaCode, three digits; empty if it was not sent."""
    code = query.text("AreaCode")
    if code and not re.fullmatch(r"[0-9]{3}", code):
        raise TwilioError(400, 21451, f"Invalid area code: {code}")  # not verified: the code
    return code


def _area(query: Fields) -> list[Predicate]:
    code = area_code(query)
    # "Applies to only phone numbers in the US and Canada" (OpenAPI): it has no effect elsewhere.
    return [lambda one: one.country not in NORTH_AMERICA or one.phone_number[2:5] == code] if code else []


def _contains(query: Fields) -> list[Predicate]:
    if "Contains" not in query:
        return []
    pattern = contains_pattern(query.text("Contains"))
    return [lambda one: pattern.search(one.phone_number) is not None]


def contains_pattern(text: str) -> re.Pattern[str]:
    """Compile a Contains pattern: digits, keypad letters, and the signs * % + $ (OpenAPI)."""
    if not _SHORTEST <= len(text) <= _LONGEST or not re.fullmatch(r"\+?[0-9A-Za-z*%]+\$?", text):
        # not verified: the code
        raise TwilioError(400, INVALID, f"Contains must be 2 to 16 digits, letters, *, %, + or $: {text}")
    core = text.removeprefix("+").removesuffix("$")
    plain = core.strip("*%")
    wild = plain != core
    # not verified: that only different signs must not be adjacent, so that `415****` is one wildcard for four digits
    adjacent = re.search(r"%[*%$]|\*[%$]|\+[*%]", text)
    if adjacent or re.search(r"[*%]", plain) or (wild and len(plain) < _WILDCARD_SIGNIFICANT):
        raise invalid("Contains", text)
    digits = core.upper().translate(_KEYPAD).replace("*", r"\d").replace("%", r"\d+")
    start = r"^\+" if text.startswith("+") else ""
    return re.compile(start + digits + ("$" if text.endswith("$") else ""))


def _abilities(query: Fields) -> list[Predicate]:
    found: list[Predicate] = []
    for name, key in (
        ("SmsEnabled", "sms"),
        ("MmsEnabled", "mms"),
        ("VoiceEnabled", "voice"),
        ("FaxEnabled", "fax"),
    ):
        wanted = query.flag(name)
        if wanted is not None:
            found.append(_able(key, wanted=wanted))
    if query.flag("Beta") is False:
        found.append(lambda one: not one.beta)
    return found


def _able(key: str, *, wanted: bool) -> Predicate:
    return lambda one: one.capabilities().get(key, False) is wanted


def _papers(query: Fields) -> list[Predicate]:
    found: list[Predicate] = []
    if query.flag("ExcludeAllAddressRequired"):
        found.append(lambda one: one.address == "none")
    if query.flag("ExcludeLocalAddressRequired"):
        found.append(lambda one: one.address != "local")
    if query.flag("ExcludeForeignAddressRequired"):
        found.append(lambda one: one.address != "foreign")
    return found


def _places(query: Fields) -> list[Predicate]:
    wanted = {key: query.text(name).lower() for name, key in _PLACE_FIELDS.items() if query.text(name)}
    center = query.text("InRateCenter")
    if center:
        if "lata" not in wanted:  # "Requires `in_lata` to be set as well" (OpenAPI)
            raise invalid("InRateCenter", center)
        wanted["rate_center"] = center.lower()
    return [_located(key, value) for key, value in wanted.items()]


def _located(key: str, value: str) -> Predicate:
    # All but the locality "applies to only phone numbers in the US and Canada" (OpenAPI).
    return lambda one: _is_exempt(one, key) or str(one.json()[key] or "").lower() == value


def _is_exempt(one: StockNumber, key: str) -> bool:
    return key != "locality" and one.country not in NORTH_AMERICA
