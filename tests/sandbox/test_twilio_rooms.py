"""The smaller rooms: verified phones, geo permissions, profiles, lookups."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from mfa_setup.sandbox.server import Sandbox

PHONE = "+14155550123"


def client_of(sandbox: Sandbox, connect: Callable[..., httpx.Client]) -> httpx.Client:
    """Return a client with the credentials of a sandbox's account."""
    own = sandbox.world.twilio.credentials
    pair = (own.account_sid, own.auth_token)
    return connect(sandbox, base_url=f"{sandbox.url}", auth=pair)


@pytest.fixture
def api(sandbox: Sandbox, connect: Callable[..., httpx.Client]) -> httpx.Client:
    """Return a client with the account's credentials."""
    return client_of(sandbox, connect)


def permissions(api: httpx.Client, countries: str) -> dict[str, bool]:
    """Return whether each country is on."""
    answer = api.get("/v1/Messaging/GeoPermissions", params={"CountryCode": countries}).json()
    return {one["country_code"]: one["enabled"] for one in answer["permissions"]}


def switch(api: httpx.Client, *wishes: object) -> httpx.Response:
    """Switch countries on or off."""
    form = {"Permissions": [wish if isinstance(wish, str) else json.dumps(wish) for wish in wishes]}
    return api.patch("/v1/Messaging/GeoPermissions", data=form)


def wish(country: str, *, enabled: bool) -> dict[str, Any]:
    """Return one entry of Permissions."""
    return {"country_code": country, "type": "country", "enabled": enabled}


def test_only_the_home_region_is_on_at_first(api: httpx.Client) -> None:
    """Only the home region is on at first."""
    every = permissions(api, "")
    assert len(every) > 200
    assert {country for country, on in every.items() if on} == {"US", "CA"}
    assert permissions(api, "US, de") == {"US": True, "DE": False}
    assert permissions(api, "XX") == {}


def test_a_country_can_be_switched_on_and_off(api: httpx.Client) -> None:
    """A country can be switched on and off."""
    answer = switch(api, wish("DE", enabled=True), wish("CA", enabled=False))
    assert answer.status_code == 200
    assert [one["error_code"] for one in answer.json()["permissions"]] == [0, 0]
    assert permissions(api, "DE,CA") == {"DE": True, "CA": False}


@pytest.mark.parametrize("country", ["PK", "NG", "CU", "IR"])
def test_200_can_hide_a_refusal(api: httpx.Client, country: str) -> None:
    """200 can hide a refusal."""
    answer = switch(api, wish(country, enabled=True))
    (entry,) = answer.json()["permissions"]
    assert (answer.status_code, entry["error_code"]) == (200, 30649)
    assert entry["error_messages"]
    assert permissions(api, country) == {country: False}


@pytest.mark.parametrize(
    "wishes",
    [
        [],
        ["{"],
        ["[]"],
        [{"country_code": "DE", "enabled": True}],
        [{"country_code": "XX", "type": "country", "enabled": True}],
        [{"country_code": "DE", "type": "country", "enabled": "true"}],
        [{"country_code": 49, "type": "country", "enabled": True}],
    ],
)
def test_bad_permissions_are_refused(api: httpx.Client, wishes: list[Any]) -> None:
    """Bad permissions are refused."""
    assert switch(api, *wishes).status_code == 400


def test_a_full_account_has_an_approved_profile(api: httpx.Client) -> None:
    """A full account has an approved profile."""
    (profile,) = api.get("/v1/CustomerProfiles", params={"Status": "twilio-approved"}).json()["results"]
    assert profile["status"] == "twilio-approved"
    assert api.get(f"/v1/CustomerProfiles/{profile['sid']}").json() == profile
    assert api.get("/v1/CustomerProfiles/BU0").status_code == 404
    assert api.get("/v1/CustomerProfiles", params={"Status": "draft"}).json()["results"] == []
    assert api.get("/v1/CustomerProfiles", params={"FriendlyName": "x"}).json()["results"] == []
    assert api.get("/v1/CustomerProfiles", params={"Status": "good"}).status_code == 400


def test_a_trial_has_no_profile_and_hides_its_recipients(
    start: Callable[..., Sandbox], connect: Callable[..., httpx.Client]
) -> None:
    """A trial has no profile and hides its recipients."""
    sandbox = start(twilio_account="trial")
    api = client_of(sandbox, connect)
    assert api.get("/v1/CustomerProfiles").json()["results"] == []
    sandbox.world.twilio.verify_recipient(PHONE)
    base = f"/2010-04-01/Accounts/{sandbox.world.twilio.account_sid}"
    assert api.get(f"{base}/OutgoingCallerIds.json").json()["outgoing_caller_ids"] == []
    account = api.get(f"{base}.json").json()
    assert (account["type"], account["status"]) == ("Trial", "active")
    assert api.get(f"{base}/Balance.json").json()["balance"] == "0.0000"


def test_a_phone_is_verified_when_its_owner_has_typed_the_code(sandbox: Sandbox, api: httpx.Client) -> None:
    """A phone is verified when its owner has typed the code."""
    state = sandbox.world.twilio
    now = 50.0
    state.clock = lambda: now
    base = f"/2010-04-01/Accounts/{state.account_sid}/OutgoingCallerIds"
    started = api.post(f"{base}.json", data={"PhoneNumber": PHONE, "FriendlyName": "me"})
    assert started.status_code == 200
    assert started.json()["validation_code"] == "111111"
    assert api.get(f"{base}.json").json()["outgoing_caller_ids"] == []
    assert not state.is_verified(PHONE)
    now = 60.0
    (found,) = api.get(f"{base}.json", params={"PhoneNumber": PHONE}).json()["outgoing_caller_ids"]
    assert (found["friendly_name"], state.is_verified(PHONE)) == ("me", True)
    assert api.get(f"{base}/{found['sid']}.json").json() == found
    renamed = api.post(f"{base}/{found['sid']}.json", data={"FriendlyName": "you"}).json()
    assert renamed["friendly_name"] == "you"
    again = api.post(f"{base}.json", data={"PhoneNumber": PHONE})
    assert (again.status_code, again.json()["code"]) == (400, 21450)
    assert api.delete(f"{base}/{found['sid']}.json").status_code == 204
    assert api.get(f"{base}/{found['sid']}.json").status_code == 404


@pytest.mark.parametrize("form", [{}, {"PhoneNumber": "x"}, {"PhoneNumber": PHONE, "CallDelay": "61"}])
def test_a_bad_verification_is_refused(sandbox: Sandbox, api: httpx.Client, form: dict[str, str]) -> None:
    """A bad verification is refused."""
    path = f"/2010-04-01/Accounts/{sandbox.world.twilio.account_sid}/OutgoingCallerIds.json"
    assert api.post(path, data=form).status_code == 400


def test_a_trial_verifies_five_phones(start: Callable[..., Sandbox], connect: Callable[..., httpx.Client]) -> None:
    """A trial verifies five phones."""
    sandbox = start(twilio_account="legacy-trial")
    api = client_of(sandbox, connect)
    path = f"/2010-04-01/Accounts/{sandbox.world.twilio.account_sid}/OutgoingCallerIds.json"
    phones = [f"+1415555010{digit}" for digit in range(6)]
    statuses = [api.post(path, data={"PhoneNumber": phone}).status_code for phone in phones]
    assert statuses == [200, 200, 200, 200, 200, 400]


@pytest.mark.parametrize(
    ("number", "valid", "errors"),
    [
        (PHONE, True, []),
        ("+1415555012", False, ["TOO_SHORT"]),
        ("+141555501234", False, ["TOO_LONG"]),
        ("+999123456", False, ["INVALID_COUNTRY_CODE"]),
        ("hello", False, ["NOT_A_NUMBER"]),
        ("+15555555555", False, ["INVALID_BUT_POSSIBLE"]),
    ],
)
def test_an_invalid_number_is_200(api: httpx.Client, number: str, *, valid: bool, errors: list[str]) -> None:
    """An invalid number is 200."""
    answer = api.get(f"/v2/PhoneNumbers/{number}")
    assert answer.status_code == 200
    assert (answer.json()["valid"], answer.json()["validation_errors"]) == (valid, errors)


def test_a_lookup_tells_the_line_only_when_asked(api: httpx.Client) -> None:
    """An invalid number is 200."""
    plain = api.get("/v2/PhoneNumbers/(415) 555-0123", params={"CountryCode": "US"}).json()
    assert (plain["phone_number"], plain["line_type_intelligence"]) == (PHONE, None)
    assert (plain["national_format"], plain["calling_country_code"]) == ("(415) 555-0123", "1")
    line = api.get("/v2/PhoneNumbers/+493012345678", params={"Fields": "line_type_intelligence"}).json()
    assert line["line_type_intelligence"]["type"] == "landline"
    assert line["country_code"] == "DE"


def test_accounts_are_listed_and_filtered(api: httpx.Client) -> None:
    """Accounts are listed and filtered."""
    path = "/2010-04-01/Accounts.json"
    assert len(api.get(path).json()["accounts"]) == 1
    assert api.get(path, params={"FriendlyName": "x"}).json()["accounts"] == []
    assert api.get(path, params={"Status": "closed"}).json()["accounts"] == []
