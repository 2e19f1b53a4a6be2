"""The control calls of the Twilio half."""

import httpx
import pytest

from mfa_setup.sandbox.server import Sandbox
from mfa_setup.sandbox.twilio.stock import catalogue

PHONE = "+14155550123"


def control(web: httpx.Client, name: str, body: object) -> httpx.Response:
    """Make a control call."""
    return web.post(f"/_sandbox/twilio/{name}", json=body)


def test_a_number_can_be_owned_without_a_purchase(sandbox: Sandbox, web: httpx.Client) -> None:
    """A number can be owned without a purchase."""
    answer = control(web, "numbers", {"phone_number": PHONE, "friendly_name": "old"})
    assert answer.status_code == 201
    snapshot = sandbox.world.snapshot()["twilio"]
    assert snapshot["numbers"] == [answer.json()]
    assert snapshot["purchases"] == 0
    assert control(web, "numbers", {"phone_number": PHONE}).json()["sid"] == answer.json()["sid"]
    toll_free = control(web, "numbers", {"phone_number": "+18335550123"}).json()
    assert (toll_free["type"], toll_free["friendly_name"]) == ("tollfree", "(833) 555-0123")


def test_a_number_can_be_put_into_a_pool_at_once(sandbox: Sandbox, web: httpx.Client) -> None:
    """A number can be put into a pool at once, and stays in the one that it is in."""
    (first,) = sandbox.world.twilio.services
    number = control(web, "numbers", {"phone_number": PHONE, "service_sid": first}).json()
    other = control(web, "services", {"friendly_name": "other"}).json()["sid"]
    assert control(web, "numbers", {"phone_number": PHONE, "service_sid": other}).status_code == 201
    assert [list(service.pool) for service in sandbox.world.twilio.services.values()] == [[number["sid"]], []]
    assert control(web, "numbers", {"phone_number": PHONE, "service_sid": "MGx"}).status_code == 400


def test_the_credentials_can_be_read(sandbox: Sandbox, web: httpx.Client) -> None:
    """The credentials can be read: the test credentials are nowhere else."""
    found = web.get("/_sandbox/twilio/credentials").json()
    assert found["account_sid"] == sandbox.ready()["env"]["TWILIO_ACCOUNT_SID"]
    path = f"/2010-04-01/Accounts/{found['test_account_sid']}/Messages.json"
    magic = {"To": PHONE, "From": "+15005550006", "Body": "hello"}
    sent = web.post(path, data=magic, auth=(found["test_account_sid"], found["test_auth_token"]))
    assert sent.status_code == 201
    assert web.get("/_sandbox/messages").json() == []


def test_a_service_can_be_made_with_or_without_a_campaign(sandbox: Sandbox, web: httpx.Client) -> None:
    """A service can be made with or without a campaign."""
    plain = control(web, "services", {"friendly_name": "a"}).json()
    verified = control(web, "services", {"friendly_name": "b", "verified": True}).json()
    odd = control(web, "services", {"friendly_name": "c", "us_app_to_person_registered": True}).json()
    assert [one["us_app_to_person_registered"] for one in (plain, verified, odd)] == [False, True, True]
    services = sandbox.world.twilio.services
    assert [services[one["sid"]].delivers_us for one in (plain, verified, odd)] == [False, True, False]


def test_the_token_can_be_rotated_until_the_reset(sandbox: Sandbox, web: httpx.Client) -> None:
    """The token can be rotated until the reset."""
    own = sandbox.world.twilio.credentials
    new = "f" * 32
    assert control(web, "token", {"auth_token": new}).json() == {"auth_token": new}

    def status(token: str) -> int:
        pair = (own.account_sid, token)
        return web.get("/v1/Services", auth=pair).status_code

    assert (status(own.auth_token), status(new)) == (401, 200)
    sandbox.world.reset()
    assert (status(own.auth_token), status(new)) == (200, 401)


def test_the_rest_changes_what_it_names(sandbox: Sandbox, web: httpx.Client) -> None:
    """The rest changes what it names."""
    state = sandbox.world.twilio
    number = catalogue()[0].phone_number
    assert control(web, "verified-recipients", {"phone_number": PHONE}).status_code == 201
    assert control(web, "taken", {"phone_number": number}).status_code == 200
    assert control(web, "stopped", {"phone_number": PHONE}).status_code == 200
    assert control(web, "fates", {"phone_number": PHONE, "error_code": 30003}).status_code == 200
    assert control(web, "profile", {"status": None}).status_code == 200
    sid = control(web, "papers", {"kind": "address", "country": "DE"}).json()["sid"]
    assert state.is_verified(PHONE)
    assert (state.taken, state.stopped, state.fates) == ({number}, {PHONE}, {PHONE: 30003})
    assert (state.profile_status, state.papers) == (None, {sid: "DE"})
    control(web, "fates", {"phone_number": PHONE, "error_code": None})
    assert state.fates == {}


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("numbers", []),
        ("numbers", {}),
        ("numbers", {"phone_number": "4155550123"}),
        ("numbers", {"phone_number": "+15555555555"}),
        ("numbers", {"phone_number": PHONE, "friendly_name": "x" * 65}),
        ("services", {}),
        ("services", {"friendly_name": ""}),
        ("services", {"friendly_name": "x", "verified": "yes"}),
        ("verified-recipients", {"phone_number": 1}),
        ("token", {"auth_token": "short"}),
        ("taken", {"phone_number": PHONE}),
        ("fates", {"phone_number": PHONE, "error_code": "30003"}),
        ("fates", {"phone_number": PHONE, "error_code": True}),
        ("profile", {"status": "good"}),
        ("papers", {"kind": "letter", "country": "DE"}),
        ("papers", {"kind": "bundle", "country": "Germany"}),
    ],
)
def test_a_body_that_cannot_be_used_is_400(web: httpx.Client, name: str, body: object) -> None:
    """A body that cannot be used is 400."""
    answer = control(web, name, body)
    assert answer.status_code == 400
    assert isinstance(answer.json()["error"], str)


def test_text_that_is_not_json_is_400(web: httpx.Client) -> None:
    """Text that is not JSON is 400."""
    answer = web.post("/_sandbox/twilio/numbers", content=b"{")
    assert answer.status_code == 400
