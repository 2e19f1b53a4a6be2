"""States that an account can be put into by control calls, and what Twilio's own SDK then sees of them."""

from datetime import UTC, datetime, timedelta

import pytest
from twilio.rest import Client

from mfa_setup.sandbox.server import Sandbox
from mfa_setup.sandbox.twilio.stock import catalogue
from support.twilio_states import (
    CA_PHONE,
    DE_PHONE,
    GB_PHONE,
    NUMBER,
    TOLL_FREE,
    US_PHONE,
    Control,
    age,
    ending,
    first_service,
    refusal,
)


def test_a_number_of_the_past_has_its_capabilities_webhooks_and_an_old_pool_entry(
    sandbox: Sandbox, client: Client, control: Control
) -> None:
    """It was bought, and put into its pool, more than thirty days ago."""
    service = first_service(sandbox)
    hooks = {"sms_url": "https://support.example.com/sms", "voice_url": "https://support.example.com/voice"}
    control("numbers", phone_number=NUMBER, service_sid=service, sms=False, voice=False, **hooks)
    (number,) = client.incoming_phone_numbers.list()
    assert number.capabilities == {"voice": False, "sms": False, "mms": False, "fax": False}
    assert (number.sms_url, number.voice_url) == (hooks["sms_url"], hooks["voice_url"])
    assert age(number.date_created) > timedelta(days=30)
    (entry,) = client.messaging.v1.services(service).phone_numbers.list()
    assert age(entry.date_created) > timedelta(days=30)
    assert entry.capabilities == []


def test_a_number_that_the_api_puts_into_a_pool_is_there_since_now(
    sandbox: Sandbox, client: Client, control: Control
) -> None:
    """Until a control call says since when; it delivers at once."""
    service = client.messaging.v1.services(first_service(sandbox))
    number = control("numbers", phone_number=NUMBER)
    entry = service.phone_numbers.create(phone_number_sid=number["sid"])
    assert age(entry.date_created) < timedelta(minutes=1)
    assert ending(sandbox, client, US_PHONE, from_=NUMBER) == (NUMBER, None)
    control("pool", phone_number=NUMBER, seconds_ago=7200)
    (entry,) = service.phone_numbers.list()
    assert timedelta(hours=2) <= age(entry.date_created) < timedelta(hours=3)


def test_a_number_can_be_one_that_the_carriers_are_not_done_with(
    sandbox: Sandbox, client: Client, control: Control
) -> None:
    """To US phones only, and until they are."""
    control("numbers", phone_number=NUMBER, service_sid=first_service(sandbox))
    for code in (30034, 30035):
        control("registering", phone_number=NUMBER, error_code=code)
        assert ending(sandbox, client, US_PHONE, from_=NUMBER) == (NUMBER, code)
        assert ending(sandbox, client, CA_PHONE, from_=NUMBER) == (NUMBER, None)
    control("registering", phone_number=NUMBER, error_code=None)
    assert ending(sandbox, client, US_PHONE, from_=NUMBER) == (NUMBER, None)


def test_messages_of_the_past_are_in_the_log_by_their_dates(sandbox: Sandbox, client: Client, control: Control) -> None:
    """Sent from a number, a name or a short code, with the end that they had."""
    control("numbers", phone_number=NUMBER, service_sid=first_service(sandbox))
    now = client.messages.create(to=US_PHONE, from_=NUMBER, body="123456")
    week = control("messages", **{"from": NUMBER, "to": US_PHONE, "seconds_ago": 7 * 86400})["sid"]
    lost = {"from": NUMBER, "to": US_PHONE, "status": "undelivered", "error_code": 30034, "seconds_ago": 86400}
    day = control("messages", **lost)["sid"]
    control("messages", **{"from": "ACME", "to": DE_PHONE, "body": "Hello", "seconds_ago": 60 * 86400})
    listed = client.messages.list(to=US_PHONE, from_=NUMBER)
    assert [one.sid for one in listed] == [now.sid, day, week]
    assert [(one.status, one.error_code) for one in listed[1:]] == [("undelivered", 30034), ("delivered", None)]
    assert age(listed[2].date_sent) >= timedelta(days=7)
    since = datetime.now(UTC) - timedelta(days=3)
    assert [one.sid for one in client.messages.list(date_sent_after=since)] == [now.sid, day]
    assert [one.body for one in client.messages.list(from_="ACME")] == ["Hello"]
    assert len(client.messages.list(page_size=1)) == 4


@pytest.mark.parametrize("status", ["PENDING", "IN_PROGRESS", "FAILED", "SUSPENDED"])
def test_only_a_verified_campaign_delivers(sandbox: Sandbox, client: Client, control: Control, status: str) -> None:
    """The others are listed with their status and their errors."""
    service = first_service(sandbox)
    control("numbers", phone_number=NUMBER, service_sid=service)
    errors = [{"error_code": 30897, "fields": ["MESSAGE_FLOW"], "description": "Rejected."}]
    control(f"campaigns/{service}", status=status, usecase="MARKETING", errors=errors)
    (campaign,) = client.messaging.v1.services(service).us_app_to_person.list()
    assert (campaign.campaign_status, campaign.us_app_to_person_usecase) == (status, "MARKETING")
    assert campaign.errors == errors
    assert client.messaging.v1.services(service).fetch().us_app_to_person_registered is False
    assert ending(sandbox, client, US_PHONE, from_=NUMBER) == (NUMBER, 30034)


def test_a_mock_campaign_delivers_nothing(sandbox: Sandbox, client: Client, control: Control) -> None:
    """It is verified, and no carrier knows of it."""
    service = first_service(sandbox)
    control("numbers", phone_number=NUMBER, service_sid=service)
    control(f"campaigns/{service}", mock=True)
    (campaign,) = client.messaging.v1.services(service).us_app_to_person.list()
    assert (campaign.campaign_status, campaign.mock) == ("VERIFIED", True)
    assert ending(sandbox, client, US_PHONE, from_=NUMBER) == (NUMBER, 30034)


def test_a_campaign_can_go_and_come(sandbox: Sandbox, client: Client, control: Control) -> None:
    """A service without one gets one."""
    service = first_service(sandbox)
    assert control(f"campaigns/{service}", status=None) is None
    assert client.messaging.v1.services(service).us_app_to_person.list() == []
    assert client.messaging.v1.brand_registrations.list() == []
    control(f"campaigns/{service}", usecase="MIXED")
    (campaign,) = client.messaging.v1.services(service).us_app_to_person.list()
    assert (campaign.campaign_status, campaign.us_app_to_person_usecase) == ("VERIFIED", "MIXED")


def test_a_sole_proprietor_has_one_number(sandbox: Sandbox, client: Client, control: Control) -> None:
    """The second is refused."""
    service = first_service(sandbox)
    control(f"campaigns/{service}", usecase="SOLE_PROPRIETOR")
    first, second = (control("numbers", phone_number=number)["sid"] for number in (NUMBER, US_PHONE))
    pool = client.messaging.v1.services(service).phone_numbers
    pool.create(phone_number_sid=first)
    assert refusal(lambda: pool.create(phone_number_sid=second)) == (400, 21714)
    (brand,) = client.messaging.v1.brand_registrations.list()
    assert brand.brand_type == "SOLE_PROPRIETOR"


def test_a_full_pool_takes_no_more(sandbox: Sandbox, client: Client) -> None:
    """It holds 400 numbers."""
    state = sandbox.world.twilio
    (service,) = state.services.values()
    *numbers, last = [one.phone_number for one in catalogue()][:401]
    for number in numbers:
        state.add_to_pool(service, state.add_number(number))
    sid = state.add_number(last).sid
    pool = client.messaging.v1.services(service.sid).phone_numbers
    assert refusal(lambda: pool.create(phone_number_sid=sid)) == (400, 21714)


def test_of_several_toll_free_verifications_the_newest_counts(
    sandbox: Sandbox, client: Client, control: Control
) -> None:
    """All are listed; the first that is filed takes the place of the automatic one."""
    sid = control("numbers", phone_number=TOLL_FREE)["sid"]

    def statuses() -> list[str]:
        found = client.messaging.v1.tollfree_verifications.list(tollfree_phone_number_sid=sid)
        return [str(one.status) for one in found]

    assert statuses() == ["TWILIO_APPROVED"]
    control("tollfree-verifications", phone_number=TOLL_FREE, status="TWILIO_REJECTED", seconds_ago=100)
    assert statuses() == ["TWILIO_REJECTED"]
    assert ending(sandbox, client, US_PHONE, from_=TOLL_FREE) == (TOLL_FREE, 30032)
    control("tollfree-verifications", phone_number=TOLL_FREE, status="TWILIO_APPROVED", seconds_ago=50)
    control("tollfree-verifications", phone_number=TOLL_FREE, status="IN_REVIEW", seconds_ago=200)
    assert statuses() == ["TWILIO_APPROVED", "TWILIO_REJECTED", "IN_REVIEW"]
    assert ending(sandbox, client, US_PHONE, from_=TOLL_FREE) == (TOLL_FREE, None)
    (approved,) = client.messaging.v1.tollfree_verifications.list(status="TWILIO_APPROVED")
    assert client.messaging.v1.tollfree_verifications(str(approved.sid)).fetch().status == "TWILIO_APPROVED"


def test_the_uk_takes_no_numbers_of_other_countries(sandbox: Sandbox, client: Client, control: Control) -> None:
    """Twilio accepts the message, and the carriers drop it."""
    for number in (NUMBER, "+4915735432111"):
        control("numbers", phone_number=number, service_sid=first_service(sandbox))
        assert ending(sandbox, client, GB_PHONE, from_=number) == (number, 30024)


@pytest.mark.parametrize("number", ["+14165550199", "+17875550123"])
def test_every_number_of_north_america_needs_a_campaign_for_the_us(
    sandbox: Sandbox, client: Client, control: Control, number: str
) -> None:
    """Those of Canada and Puerto Rico, too."""
    control("numbers", phone_number=number)
    assert ending(sandbox, client, US_PHONE, from_=number) == (number, 30034)
    sid = control("numbers", phone_number=number)["sid"]
    client.messaging.v1.services(first_service(sandbox)).phone_numbers.create(phone_number_sid=sid)
    assert ending(sandbox, client, US_PHONE, from_=number) == (number, None)


def test_a_from_that_cannot_be_used_says_why(client: Client, control: Control) -> None:
    """Nobody's, somebody else's, and one that cannot send SMS."""
    sold = next(one.phone_number for one in catalogue() if one.sms)
    control("sold", phone_number=sold)
    control("numbers", phone_number=NUMBER, sms=False)

    def code(sender: str) -> tuple[int, int]:
        return refusal(lambda: client.messages.create(to=US_PHONE, from_=sender, body="x"))

    assert code("+14155550177") == (400, 21659)
    assert code(sold) == (400, 21660)
    assert code(NUMBER) == (400, 21606)
    assert code("12345") == (400, 21659)
    assert code("MG" + "0" * 32) == (400, 21212)


def test_a_reset_clears_all_of_it(sandbox: Sandbox, client: Client, control: Control) -> None:
    """The account is as on its first day: a number in the pool delivers, and so does a toll-free one."""
    service = first_service(sandbox)
    control("tollfree-verifications", phone_number=TOLL_FREE, status="IN_REVIEW")
    control("registering", phone_number=NUMBER, error_code=30034)
    control("messages", **{"from": NUMBER, "to": US_PHONE})
    control("short-codes", short_code="12345", service_sid=service)
    control("alpha-senders", alpha_sender="ACME", service_sid=service)
    control(f"campaigns/{service}", status="FAILED")
    sandbox.world.reset()
    account = sandbox.world.snapshot()["twilio"]
    assert account["numbers"] == account["messages"] == account["short_codes"] == []
    assert [one["alpha_senders"] for one in account["services"]] == [[]]
    control("numbers", phone_number=NUMBER, service_sid=service)
    assert ending(sandbox, client, US_PHONE, from_=NUMBER) == (NUMBER, None)
    control("numbers", phone_number=TOLL_FREE)
    assert ending(sandbox, client, US_PHONE, from_=TOLL_FREE) == (TOLL_FREE, None)
