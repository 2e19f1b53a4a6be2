"""What can be set of the account itself: money, owners, credentials, prices and regulatory documents."""

from functools import partial

import httpx
import pytest
from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from mfa_setup.sandbox.server import Sandbox
from support.twilio_states import NUMBER, US_PHONE, Control, client_of, ending, first_service, refusal

PARENT = "AC" + "ab" * 16


def status_of(error: TwilioException) -> int:
    """Return the HTTP status behind the refusal of a list, which the SDK wraps."""
    return int(error.args[1].status_code)


@pytest.mark.parametrize("status", ["suspended", "closed"])
def test_an_account_can_be_suspended_or_closed(client: Client, control: Control, status: str) -> None:
    """It is refused everything, until it is active again."""
    own = client.username
    assert control("account", status=status)["status"] == status
    assert refusal(lambda: client.api.accounts(own).fetch()) == (403, 20003)
    control("account", status="active")
    assert client.api.accounts(own).fetch().status == "active"


def test_an_invoiced_account_has_a_negative_balance_in_its_currency(client: Client, control: Control) -> None:
    """What is bought afterwards goes off it."""
    control("account", balance="-12.50", currency="EUR")
    found = client.balance.fetch()
    assert (found.balance, found.currency) == ("-12.5000", "EUR")
    client.incoming_phone_numbers.create(area_code="512")
    assert client.balance.fetch().balance == "-13.6500"
    control("account", balance="3")
    assert client.balance.fetch().balance == "3.0000"


def test_a_subaccount_has_no_balance_and_no_profile_of_its_own(
    sandbox: Sandbox, client: Client, control: Control
) -> None:
    """Its parent's profile counts."""
    control("account", owner_account_sid=PARENT)
    account = client.api.accounts(client.username).fetch()
    assert (account.owner_account_sid, account.sid) == (PARENT, client.username)
    assert refusal(client.balance.fetch) == (404, 20404)
    assert client.trusthub.v1.customer_profiles.list() == []
    control("numbers", phone_number=NUMBER, service_sid=first_service(sandbox))
    assert ending(sandbox, client, US_PHONE, from_=NUMBER) == (NUMBER, None)
    control("profile", status="in-review")
    assert refusal(lambda: client.messages.create(to=US_PHONE, from_=NUMBER, body="x")) == (400, 21608)
    control("account", owner_account_sid=client.username)
    assert client.balance.fetch().account_sid == client.username


def test_a_parents_key_reaches_the_subaccount_where_the_path_names_it(
    sandbox: Sandbox, web: httpx.Client, control: Control
) -> None:
    """The newer APIs name none, and answer for the parent."""
    own = sandbox.world.twilio.account_sid
    control("account", owner_account_sid=PARENT)
    control("numbers", phone_number=NUMBER)
    pairs = web.get("/_sandbox/twilio/credentials").json()
    client = client_of(sandbox, pairs["parent_api_key"], pairs["parent_api_secret"], own)
    assert [one.phone_number for one in client.incoming_phone_numbers.list()] == [NUMBER]
    (profile,) = client.trusthub.v1.customer_profiles.list()
    (service,) = client.messaging.v1.services.list()
    assert {profile.account_sid, service.account_sid} == {PARENT}
    assert service.sid != first_service(sandbox)
    parent = client_of(sandbox, PARENT, pairs["parent_auth_token"], PARENT)
    theirs = parent.incoming_phone_numbers.create(area_code="512")
    send = partial(client.messages.create, to=US_PHONE, from_=theirs.phone_number, body="x")
    assert refusal(send) == (400, 21660)
    assert parent.incoming_phone_numbers(str(theirs.sid)).delete()
    assert [one.sid for one in parent.api.accounts.list()] == [PARENT, own]
    assert parent.incoming_phone_numbers.list() == []
    assert parent.api.accounts(own).fetch().owner_account_sid == PARENT
    with pytest.raises(TwilioException) as caught:
        client_of(sandbox, own, sandbox.world.twilio.auth_token, PARENT).incoming_phone_numbers.list()
    assert status_of(caught.value) == 401


def test_a_secondary_token_is_accepted_as_well(sandbox: Sandbox, client: Client, control: Control) -> None:
    """Until it is deleted; a rotation of the first leaves it alone."""
    other = client_of(sandbox, client.username, "f" * 32, client.username)
    fetch = other.api.accounts(client.username).fetch
    assert refusal(fetch) == (401, 20003)
    control("secondary-token", auth_token="f" * 32)
    assert fetch().sid == client.api.accounts(client.username).fetch().sid == client.username
    control("token", auth_token="e" * 32)
    assert fetch().auth_token == "e" * 32
    control("secondary-token", auth_token=None)
    assert refusal(fetch) == (401, 20003)


def test_a_restricted_key_reaches_what_was_granted_to_it(sandbox: Sandbox, client: Client, control: Control) -> None:
    """Everything else is 403 and 70051."""
    key = control("keys", allowed=["*/IncomingPhoneNumbers*", "/v1/Services"])
    restricted = client_of(sandbox, key["sid"], key["secret"], client.username)
    assert restricted.incoming_phone_numbers.list() == []
    assert len(restricted.messaging.v1.services.list()) == 1
    assert refusal(restricted.balance.fetch) == (403, 70051)
    assert refusal(lambda: restricted.messaging.v1.services(first_service(sandbox)).fetch()) == (403, 70051)
    with pytest.raises(TwilioException) as caught:
        restricted.messages.list()
    assert status_of(caught.value) == 403
    sandbox.world.reset()
    assert refusal(restricted.balance.fetch) == (401, 20003)


def test_a_price_can_be_another_or_missing(client: Client, control: Control) -> None:
    """What the price list names, and what a purchase costs."""

    def prices() -> dict[str, str]:
        found = client.pricing.v1.phone_numbers.countries("US").fetch().phone_number_prices
        return {one["number_type"]: one["current_price"] for one in found or []}

    control("prices", country="US", number_type="local", current_price="2.30")
    control("prices", country="US", number_type="toll free", current_price=None)
    assert prices() == {"local": "2.30"}
    client.incoming_phone_numbers.create(area_code="512")
    assert client.balance.fetch().balance == "247.7000"


def test_a_number_can_need_a_bundle_alone(client: Client, control: Control) -> None:
    """A search without address requirements lists it; the purchase is refused until there is one of its country."""
    (first, *_) = client.available_phone_numbers("BE").mobile.list(exclude_all_address_required=True, limit=1)
    buy = client.incoming_phone_numbers.create
    assert refusal(lambda: buy(phone_number=first.phone_number)) == (400, 21649)
    wrong, right = (control("papers", kind="bundle", country=country)["sid"] for country in ("DE", "BE"))
    assert refusal(lambda: buy(phone_number=first.phone_number, bundle_sid=wrong)) == (400, 21651)
    assert buy(phone_number=first.phone_number, bundle_sid=right).bundle_sid == right


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("account", {"balance": "much"}),
        ("account", {"balance": 12}),
        ("account", {"currency": "euro"}),
        ("account", {"status": "good"}),
        ("account", {"owner_account_sid": "AC1"}),
        ("secondary-token", {"auth_token": "short"}),
        ("keys", {}),
        ("keys", {"allowed": "*"}),
        ("keys", {"allowed": [1]}),
        ("prices", {"country": "XX", "number_type": "local", "current_price": None}),
        ("prices", {"country": "US", "number_type": "fax", "current_price": None}),
        ("prices", {"country": "US", "number_type": "local", "current_price": "-1"}),
        ("dialing", {"country": "US"}),
        ("dialing", {"country": "usa", "low_risk_numbers_enabled": True}),
        ("numbers", {"phone_number": NUMBER, "sms": "no"}),
        ("numbers", {"phone_number": NUMBER, "sms_url": ""}),
        ("registering", {"phone_number": NUMBER, "error_code": 30007}),
        ("registering", {"phone_number": NUMBER, "error_code": "30034"}),
        ("pool", {"phone_number": NUMBER, "seconds_ago": 1}),
        ("pool", {"phone_number": NUMBER, "seconds_ago": -1}),
        ("tollfree-verifications", {"phone_number": NUMBER, "status": "IN_REVIEW"}),
        ("tollfree-verifications", {"phone_number": "+18335550123", "status": "GOOD"}),
        ("messages", {"from": NUMBER}),
        ("messages", {"from": "", "to": US_PHONE}),
        ("messages", {"from": NUMBER, "to": US_PHONE, "status": "good"}),
        ("messages", {"from": NUMBER, "to": US_PHONE, "seconds_ago": 1.5}),
        ("messages", {"from": NUMBER, "to": US_PHONE, "seconds_ago": 10**12}),
        ("messages", {"from": NUMBER, "to": US_PHONE, "error_code": True}),
        ("messages", {"from": NUMBER, "to": US_PHONE, "messaging_service_sid": "MG1"}),
        ("campaigns/MG0", {"status": "VERIFIED"}),
        ("campaigns/{service}", {"status": "GOOD"}),
        ("campaigns/{service}", {"usecase": ""}),
        ("campaigns/{service}", {"mock": 1}),
        ("campaigns/{service}", {"errors": ["x"]}),
        ("short-codes", {"short_code": "12"}),
        ("short-codes", {"short_code": "12345", "service_sid": "MG0"}),
        ("short-codes", {"short_code": "12345", "country": "us"}),
        ("alpha-senders", {"alpha_sender": "ACME"}),
        ("alpha-senders", {"alpha_sender": "12345", "service_sid": "{service}"}),
    ],
)
def test_a_body_that_cannot_be_used_is_400_and_changes_nothing(
    sandbox: Sandbox, web: httpx.Client, name: str, body: dict[str, object]
) -> None:
    """The answer says what is wrong."""
    service = first_service(sandbox)
    before = sandbox.world.snapshot()["twilio"]
    filled = {key: service if value == "{service}" else value for key, value in body.items()}
    answer = web.post(f"/_sandbox/twilio/{name.replace('{service}', service)}", json=filled)
    assert answer.status_code == 400
    assert isinstance(answer.json()["error"], str)
    assert sandbox.world.snapshot()["twilio"] == before
