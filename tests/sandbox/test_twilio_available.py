"""The search for numbers, and the stock behind it."""

from collections.abc import Callable
from typing import Any

import httpx
import phonenumbers
import pytest

from mfa_setup.sandbox.server import Sandbox
from mfa_setup.sandbox.twilio.countries import COUNTRIES
from mfa_setup.sandbox.twilio.geography import distance
from mfa_setup.sandbox.twilio.stock import catalogue


@pytest.fixture
def api(sandbox: Sandbox, connect: Callable[..., httpx.Client]) -> httpx.Client:
    """Return a client with the account's credentials."""
    own = sandbox.world.twilio.credentials
    base = f"{sandbox.url}/2010-04-01/Accounts/{own.account_sid}"
    return connect(sandbox, base_url=base, auth=(own.account_sid, own.auth_token))


def found(api: httpx.Client, where: str, **query: str) -> list[dict[str, Any]]:
    """Return what a search finds."""
    answer = api.get(f"/AvailablePhoneNumbers/{where}.json", params=query)
    assert answer.status_code == 200, answer.text
    numbers: list[dict[str, Any]] = answer.json()["available_phone_numbers"]
    return numbers


def refusal(api: httpx.Client, where: str, **query: str) -> tuple[int, int]:
    """Return status and code of a search that is refused."""
    answer = api.get(f"/AvailablePhoneNumbers/{where}.json", params=query)
    return answer.status_code, answer.json()["code"]


def test_every_number_is_valid_and_listed_once() -> None:
    """Every number is valid and listed once."""
    numbers = [one.phone_number for one in catalogue()]
    assert len(numbers) == len(set(numbers))
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(number)) for number in numbers)


def test_every_kind_of_every_country_has_stock_and_a_price() -> None:
    """Every kind of every country has stock and a price."""
    listed = {(code, kind) for code, country in COUNTRIES.items() for kind in country.prices}
    stocked = {(one.country, one.kind) for one in catalogue()}
    assert listed - stocked == {("CA", "tollfree")}  # shared with the US
    assert stocked <= listed


def test_countries_link_to_the_kinds_that_they_have(api: httpx.Client) -> None:
    """Countries link to the kinds that they have."""
    countries = {one["country_code"]: one for one in api.get("/AvailablePhoneNumbers.json").json()["countries"]}
    assert set(countries["US"]["subresource_uris"]) == {"local", "toll_free"}
    assert set(countries["GB"]["subresource_uris"]) == {"local", "mobile", "toll_free"}
    assert api.get("/AvailablePhoneNumbers/us.json").json() == countries["US"]


@pytest.mark.parametrize("where", ["XX", "XX/Local", "US/Mobile", "DE/TollFree", "US/Voip", "US/local"])
def test_what_a_country_does_not_have_is_404(api: httpx.Client, where: str) -> None:
    """What a country does not have is 404."""
    assert refusal(api, where) == (404, 20404)


def test_an_area_code_narrows_the_search(api: httpx.Client) -> None:
    """An area code narrows the search."""
    numbers = found(api, "US/Local", AreaCode="415")
    assert len(numbers) == 20
    assert all(one["phone_number"].startswith("+1415") for one in numbers)
    assert {one["locality"] for one in numbers} == {"San Francisco"}
    assert numbers[0]["friendly_name"].startswith("(415) ")


def test_an_area_code_without_stock_is_an_empty_list(api: httpx.Client) -> None:
    """An area code without stock is an empty list."""
    assert found(api, "US/Local", AreaCode="999") == []


@pytest.mark.parametrize("code", ["41", "4155", "abc", "-41", "٤١٥"])
def test_an_area_code_has_three_digits(api: httpx.Client, code: str) -> None:
    """An area code has three digits."""
    assert refusal(api, "US/Local", AreaCode=code) == (400, 21451)


def test_capabilities_differ_and_can_be_asked_for(api: httpx.Client) -> None:
    """Capabilities differ and can be asked for."""
    everything = found(api, "US/Local", PageSize="1000")
    able = found(api, "US/Local", PageSize="1000", SmsEnabled="true")
    unable = found(api, "US/Local", PageSize="1000", SmsEnabled="false")
    assert len(able) + len(unable) == len(everything)
    assert all(one["capabilities"]["sms"] for one in able)
    assert unable
    assert found(api, "US/Local", FaxEnabled="true") == []
    assert found(api, "GB/Local", SmsEnabled="true") == []
    assert found(api, "US/Local", VoiceEnabled="true", MmsEnabled="true")


def test_new_numbers_can_be_left_out(api: httpx.Client) -> None:
    """New numbers can be left out."""
    assert any(one["beta"] for one in found(api, "US/Local"))
    assert not any(one["beta"] for one in found(api, "US/Local", Beta="false"))


@pytest.mark.parametrize(
    ("where", "query", "left"),
    [
        ("GB/Mobile", {}, {"none", "any"}),
        ("GB/Mobile", {"ExcludeAllAddressRequired": "true"}, {"none"}),
        ("DE/Mobile", {"ExcludeLocalAddressRequired": "true"}, set()),
        ("NL/Mobile", {"ExcludeForeignAddressRequired": "true"}, set()),
        ("NL/Mobile", {"ExcludeLocalAddressRequired": "true"}, {"foreign"}),
        ("AU/Mobile", {"ExcludeAllAddressRequired": "true"}, {"none"}),
    ],
)
def test_numbers_that_need_papers_can_be_left_out(
    api: httpx.Client, where: str, query: dict[str, str], left: set[str]
) -> None:
    """Numbers that need regulatory documents can be left out."""
    assert {one["address_requirements"] for one in found(api, where, **query)} == left


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("+1415", lambda number: number.startswith("+1415")),
        ("415", lambda number: "415" in number),
        ("00$", lambda number: number.endswith("00")),
        ("*415*", lambda number: "415" in number),
        ("%808", lambda number: "808" in number),
        ("MFA", lambda number: "632" in number),
    ],
)
def test_patterns_match_where_they_should(api: httpx.Client, pattern: str, fits: Any) -> None:
    """Patterns match where they should."""
    every = [one["phone_number"] for one in found(api, "US/Local", PageSize="1000")]
    numbers = [one["phone_number"] for one in found(api, "US/Local", Contains=pattern, PageSize="1000")]
    assert all(fits(number) for number in numbers)
    assert len(numbers) < len(every)


@pytest.mark.parametrize("pattern", ["", "4", "1" * 17, "4*5", "41%*", "41*$", "+*41", "*4", "4 1", "41-5", "$41"])
def test_a_bad_pattern_is_refused(api: httpx.Client, pattern: str) -> None:
    """A bad pattern is refused."""
    assert refusal(api, "US/Local", Contains=pattern)[0] == 400


def test_places_narrow_the_search(api: httpx.Client) -> None:
    """Places narrow the search."""
    assert {one["region"] for one in found(api, "US/Local", InRegion="TX")} == {"TX"}
    assert {one["locality"] for one in found(api, "US/Local", InLocality="denver")} == {"Denver"}
    assert {one["postal_code"] for one in found(api, "US/Local", InPostalCode="10001")} == {"10001"}
    assert len(found(api, "US/Local", InLata="656", InRateCenter="DENVER")) == 20
    assert refusal(api, "US/Local", InRateCenter="DENVER")[0] == 400
    assert {one["region"] for one in found(api, "CA/Local", InRegion="QC")} == {"QC"}


def test_nearness_narrows_the_search(api: httpx.Client) -> None:
    """Nearness narrows the search."""
    near = found(api, "US/Local", NearLatLong="37.7,-122.4", PageSize="1000")
    assert {one["locality"] for one in near} == {"San Francisco", "Palo Alto"}
    tight = found(api, "US/Local", NearNumber="+14155550100", Distance="5", PageSize="1000")
    assert {one["locality"] for one in tight} == {"San Francisco"}
    for query in ({"NearLatLong": "x"}, {"NearNumber": "+19995550100"}, {"Distance": "501"}):
        assert refusal(api, "US/Local", **query)[0] == 400


def test_distance_is_in_miles() -> None:
    """Distance is in miles."""
    assert distance((37.77, -122.42), (34.05, -118.24)) == pytest.approx(347, abs=3)


def test_toll_free_and_foreign_numbers_have_no_place(api: httpx.Client) -> None:
    """Toll free and foreign numbers have no place."""
    for where in ("US/TollFree", "CA/TollFree", "SE/Mobile"):
        first = found(api, where)[0]
        assert (first["region"], first["lata"], first["latitude"]) == (None, None, None)
    assert found(api, "SE/Mobile")[0]["friendly_name"] == found(api, "SE/Mobile")[0]["phone_number"]


def test_an_area_code_means_nothing_outside_north_america(api: httpx.Client) -> None:
    """Nor does any other place of the US and Canada; a locality does."""
    every = found(api, "SE/Mobile")
    for query in ({"AreaCode": "415"}, {"InRegion": "CA"}, {"NearLatLong": "37.7,-122.4"}):
        assert found(api, "SE/Mobile", **query) == every
    assert len(found(api, "GB/Local", InLocality="London")) == 20


def test_the_answer_has_no_paging_and_at_most_a_page(api: httpx.Client) -> None:
    """The answer has no paging and at most a page."""
    answer = api.get("/AvailablePhoneNumbers/US/Local.json").json()
    assert set(answer) == {"available_phone_numbers", "uri"}
    assert len(answer["available_phone_numbers"]) == 50
    assert len(found(api, "US/Local", PageSize="3")) == 3
    for size in ("0", "1001", "x"):
        assert refusal(api, "US/Local", PageSize=size)[0] == 400


@pytest.mark.parametrize("value", ["yes", "1", "on"])
def test_a_flag_is_true_or_false(api: httpx.Client, value: str) -> None:
    """A flag is true or false."""
    assert refusal(api, "US/Local", SmsEnabled=value)[0] == 400
