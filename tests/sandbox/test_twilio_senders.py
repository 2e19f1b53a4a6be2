"""Short codes, names and calls: what else can carry a code, through Twilio's own SDK."""

from functools import partial

import httpx
import pytest
from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from mfa_setup.sandbox.server import Sandbox
from support.twilio_states import (
    CA_PHONE,
    DE_PHONE,
    GB_PHONE,
    NUMBER,
    TOLL_FREE,
    US_PHONE,
    Control,
    ending,
    first_service,
    refusal,
)

SHORT_CODE, NAME = "12345", "ACME"


def test_a_short_code_sends_in_its_own_country(sandbox: Sandbox, client: Client, control: Control) -> None:
    """It is listed by the account, and needs no campaign."""
    sid = control("short-codes", short_code=SHORT_CODE)["sid"]
    (listed,) = client.short_codes.list(short_code=SHORT_CODE)
    assert (listed.sid, listed.short_code, listed.friendly_name) == (sid, SHORT_CODE, SHORT_CODE)
    assert client.short_codes(sid).fetch().short_code == SHORT_CODE
    assert client.short_codes.list(short_code="54321") == []
    assert ending(sandbox, client, US_PHONE, from_=SHORT_CODE) == (SHORT_CODE, None)
    for phone in (CA_PHONE, GB_PHONE):
        send = partial(client.messages.create, to=phone, from_=SHORT_CODE, body="x")
        assert refusal(send) == (400, 21659)


def test_a_short_code_of_another_country(sandbox: Sandbox, client: Client, control: Control) -> None:
    """Likewise."""
    control("short-codes", short_code="61234", country="GB")
    assert ending(sandbox, client, GB_PHONE, from_="61234") == ("61234", None)
    assert refusal(lambda: client.messages.create(to=US_PHONE, from_="61234", body="x")) == (400, 21659)


def test_a_short_code_is_in_one_pool_at_most(sandbox: Sandbox, client: Client, control: Control) -> None:
    """As a number is; the account keeps it when it leaves, or when the service goes."""
    first, second = first_service(sandbox), control("services", friendly_name="other")["sid"]
    sid = control("short-codes", short_code=SHORT_CODE)["sid"]
    pool = client.messaging.v1.services(first).short_codes
    entry = pool.create(short_code_sid=sid)
    assert (entry.short_code, entry.country_code, entry.service_sid) == (SHORT_CODE, "US", first)
    assert [one.sid for one in pool.list()] == [pool(sid).fetch().sid] == [sid]
    assert refusal(lambda: pool.create(short_code_sid=sid)) == (409, 21710)
    other = client.messaging.v1.services(second).short_codes
    assert refusal(lambda: other.create(short_code_sid=sid)) == (409, 21712)
    assert refusal(lambda: other.create(short_code_sid="SC" + "0" * 32)) == (400, 21421)
    assert pool(sid).delete()
    assert refusal(lambda: pool(sid).fetch()) == (404, 20404)
    other.create(short_code_sid=sid)
    assert client.messaging.v1.services(second).delete()
    assert [one.sid for one in client.short_codes.list()] == [sid]
    pool.create(short_code_sid=sid)


def test_names_are_in_the_pools_of_services(sandbox: Sandbox, client: Client, control: Control) -> None:
    """They are put there and taken away by the API, too."""
    service = first_service(sandbox)
    control("alpha-senders", alpha_sender=NAME, service_sid=service)
    pool = client.messaging.v1.services(service).alpha_senders
    made = pool.create(alpha_sender="A & B-c_d+1")
    assert [one.alpha_sender for one in pool.list()] == ["A & B-c_d+1", NAME]
    assert pool(str(made.sid)).fetch().capabilities == ["SMS"]
    assert pool(str(made.sid)).delete()
    assert refusal(lambda: pool(str(made.sid)).fetch()) == (404, 20404)
    for name in ("12345", "x" * 12, "a.b"):
        assert refusal(partial(pool.create, alpha_sender=name)) == (400, 20001)


@pytest.mark.parametrize(
    ("to", "sender"),
    [(US_PHONE, SHORT_CODE), (CA_PHONE, TOLL_FREE), (GB_PHONE, NAME), (DE_PHONE, NAME)],
)
def test_a_service_takes_the_sender_that_suits_the_country(
    sandbox: Sandbox, client: Client, control: Control, to: str, sender: str
) -> None:
    """A short code at home, a name where names are allowed, and a number elsewhere."""
    service = first_service(sandbox)
    control("numbers", phone_number=TOLL_FREE, service_sid=service)
    control("alpha-senders", alpha_sender=NAME, service_sid=service)
    control("short-codes", short_code=SHORT_CODE, service_sid=service)
    assert ending(sandbox, client, to, messaging_service_sid=service) == (sender, None)


def test_a_service_passes_over_a_toll_free_number_that_has_no_route(
    sandbox: Sandbox, client: Client, control: Control
) -> None:
    """Where another number has one."""
    service = first_service(sandbox)
    for number in (TOLL_FREE, NUMBER):
        control("numbers", phone_number=number, service_sid=service)
    assert ending(sandbox, client, DE_PHONE, messaging_service_sid=service) == (NUMBER, None)


def test_a_service_with_a_name_alone_reaches_only_where_names_are_allowed(
    sandbox: Sandbox, client: Client, control: Control
) -> None:
    """It is no empty service, but has no route to the US."""
    service = first_service(sandbox)
    control("alpha-senders", alpha_sender=NAME, service_sid=service)
    send = client.messages.create
    assert refusal(lambda: send(to=US_PHONE, messaging_service_sid=service, body="x")) == (400, 21612)
    assert ending(sandbox, client, DE_PHONE, messaging_service_sid=service, from_=NAME) == (NAME, None)


def test_the_inbound_settings_of_a_service_can_be_set(sandbox: Sandbox, client: Client) -> None:
    """By the API, for a service that exists as for a new one."""
    service = client.messaging.v1.services(first_service(sandbox))
    before = service.fetch()
    assert (before.inbound_request_url, before.use_inbound_webhook_on_number) == (None, False)
    service.update(inbound_request_url="https://example.com/in", use_inbound_webhook_on_number=True)
    after = service.fetch()
    assert (after.inbound_request_url, after.use_inbound_webhook_on_number) == ("https://example.com/in", True)


def test_dialing_permissions_name_the_countries_that_can_be_called(client: Client, control: Control) -> None:
    """The home country at first; Canada shares its entry."""
    countries = client.voice.v1.dialing_permissions.countries
    home = countries("US").fetch()
    assert (home.iso_code, home.name, home.country_codes) == ("US", "United States/Canada", ["+1"])
    assert home.low_risk_numbers_enabled is True
    assert countries("CA").fetch().low_risk_numbers_enabled is True
    assert countries("GB").fetch().low_risk_numbers_enabled is False
    control("dialing", country="GB", low_risk_numbers_enabled=True)
    control("dialing", country="US", low_risk_numbers_enabled=False)
    assert [one.iso_code for one in countries.list(low_risk_numbers_enabled=True)] == ["GB"]
    assert [one.name for one in countries.list(iso_code="GB")] == ["United Kingdom"]
    assert len(countries.list()) > 200
    assert refusal(lambda: countries("XX").fetch()) == (404, 20404)


def test_a_call_needs_a_number_with_voice_and_a_country_that_is_on(
    sandbox: Sandbox, client: Client, control: Control
) -> None:
    """A Messaging Service cannot call, and neither can a name."""
    control("numbers", phone_number=NUMBER)

    def code(to: str, sender: str) -> tuple[int, int]:
        return refusal(lambda: client.calls.create(to=to, from_=sender, twiml="<Response/>"))

    assert code(US_PHONE, first_service(sandbox)) == code(US_PHONE, NAME) == (400, 21212)
    assert code(GB_PHONE, NUMBER) == (400, 21215)
    control("dialing", country="US", low_risk_numbers_enabled=False)
    assert code(CA_PHONE, NUMBER) == (400, 21215)
    control("dialing", country="US", low_risk_numbers_enabled=True)
    control("numbers", phone_number=NUMBER, voice=False)
    assert code(US_PHONE, NUMBER) == (400, 21210)


def test_calls_are_listed_and_heard(sandbox: Sandbox, client: Client, control: Control, web: httpx.Client) -> None:
    """By the API, and among the messages of the sandbox, where the channel tells them apart."""
    control("numbers", phone_number=NUMBER, service_sid=first_service(sandbox))
    client.messages.create(to=US_PHONE, from_=NUMBER, body="123456 is your code")
    twiml = "<Response><Say>Your code is 6 5 4 3 2 1</Say></Response>"
    placed = client.calls.create(to=US_PHONE, from_=NUMBER, twiml=twiml)
    assert placed.status == "queued"
    state = sandbox.world.twilio
    start = state.clock()
    state.clock = lambda: start + 60
    (listed,) = client.calls.list(to=US_PHONE, from_=NUMBER, status="completed")
    assert (listed.sid, listed.status, listed.duration) == (placed.sid, "completed", "5")
    assert client.calls(str(placed.sid)).fetch().end_time is not None
    assert client.calls.list(to=GB_PHONE) == []
    assert refusal(lambda: client.calls("CA" + "0" * 32).fetch()) == (404, 20404)
    with pytest.raises(TwilioException):
        client.calls.list(status="loud")
    call, message = web.get("/_sandbox/messages").json()
    assert (call["sid"], call["channel"], call["to"]) == (placed.sid, "voice", US_PHONE)
    assert (call["body"], call["status"]) == ("Your code is 6 5 4 3 2 1", "delivered")
    assert (message["body"], "channel" in message) == ("123456 is your code", False)
    assert len(sandbox.world.snapshot()["twilio"]["messages"]) == 1
