"""Twilio's own SDK against the sandbox."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from mfa_setup.sandbox.server import Sandbox

PHONE = "+14155550123"


class Rebased(TwilioHttpClient):  # type: ignore[misc]  # the SDK comes without types
    """Sends what is meant for any of Twilio's hosts to the sandbox."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=10)
        self.base = urlsplit(base)
        self.session.trust_env = False

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        """Send a request to the same path of the sandbox."""
        parts = urlsplit(url)
        here = urlunsplit((self.base.scheme, self.base.netloc, parts.path, parts.query, ""))
        return super().request(method, here, *args, **kwargs)


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    """Return the SDK with the account's credentials."""
    own = sandbox.world.twilio.credentials
    with_http = Rebased(sandbox.url)
    # A dict that is not empty keeps the SDK from reading this machine's environment.
    yield Client(own.account_sid, own.auth_token, http_client=with_http, environment={"_": ""})
    with_http.session.close()


def test_search_buy_attach_send_and_release(sandbox: Sandbox, client: Client) -> None:
    """The whole of a number's life, as the SDK sees it."""
    offers = client.available_phone_numbers("US").local.list(
        area_code=206, sms_enabled=True, exclude_all_address_required=True, beta=False, limit=3
    )
    number = client.incoming_phone_numbers.create(phone_number=offers[0].phone_number, friendly_name="mine")
    assert number.capabilities["sms"] is True
    (owned,) = client.incoming_phone_numbers.list(friendly_name="mine")
    assert owned.sid == number.sid
    assert owned.date_created is not None
    (service,) = client.messaging.v1.services.list()
    client.messaging.v1.services(service.sid).phone_numbers.create(phone_number_sid=number.sid)
    (campaign,) = client.messaging.v1.services(service.sid).us_app_to_person.list()
    assert campaign.campaign_status == "VERIFIED"
    message = client.messages.create(to=PHONE, from_=number.phone_number, body="123456 is your code")
    clock = sandbox.world.twilio.clock() + 60
    sandbox.world.twilio.clock = lambda: clock
    assert message.fetch().status == "delivered"
    assert message.delete() is True
    assert number.delete() is True
    assert client.incoming_phone_numbers.list() == []


def test_lists_go_on_over_many_pages(sandbox: Sandbox, client: Client) -> None:
    """Both forms of paging lead the SDK to every entry."""
    for index in range(7):
        client.messaging.v1.services.create(friendly_name=f"service {index}")
        client.incoming_phone_numbers.create(area_code="303")
    assert len(client.messaging.v1.services.list(page_size=3)) == 8
    assert len(client.incoming_phone_numbers.list(page_size=3)) == 7
    assert sandbox.world.twilio.purchases == 7


def test_the_smaller_hosts_answer_too(client: Client) -> None:
    """Pricing, accounts, Trust Hub, Monitor and Lookup read as the SDK expects."""
    prices = client.pricing.v1.phone_numbers.countries("US").fetch().phone_number_prices
    assert {one["number_type"]: one["current_price"] for one in prices or []} == {
        "local": "1.15",
        "toll free": "2.15",
    }
    geo = client.accounts.v1.messaging_geopermissions
    wish = {"country_code": "DE", "type": "country", "enabled": True}
    changed: Any = geo.update(permissions=[wish]).permissions
    assert changed[0]["error_code"] == 0
    stands: Any = geo.fetch(country_code="DE").permissions
    assert stands[0]["enabled"] is True
    assert [one.status for one in client.trusthub.v1.customer_profiles.list()] == ["twilio-approved"]
    assert client.monitor.v1.alerts.list(log_level="error") == []
    assert client.lookups.v2.phone_numbers(PHONE).fetch().valid is True
    assert client.balance.fetch().currency == "USD"
    assert client.validation_requests.create(phone_number=PHONE).validation_code == "111111"
    account = client.api.accounts(str(client.account_sid)).fetch()
    assert (account.type, account.status) == ("Full", "active")


def test_errors_arrive_as_the_sdk_raises_them(client: Client) -> None:
    """A refusal has status and code; a list's refusal has its response."""
    with pytest.raises(TwilioRestException) as refused:
        client.incoming_phone_numbers.create(phone_number="+14155550100")
    assert (refused.value.status, refused.value.code) == (400, 21422)
    with pytest.raises(TwilioException) as failed:
        client.available_phone_numbers("US").mobile.list()
    response = failed.value.args[1]
    assert (response.status_code, json.loads(response.text)["code"]) == (404, 20404)


def test_a_wrong_token_arrives_as_20003(sandbox: Sandbox) -> None:
    """The SDK names the code of a wrong token."""
    http = Rebased(sandbox.url)
    stranger = Client(sandbox.world.twilio.account_sid, "0" * 32, http_client=http, environment={"_": ""})
    with pytest.raises(TwilioRestException) as refused:
        stranger.api.accounts(sandbox.world.twilio.account_sid).fetch()
    assert (refused.value.status, refused.value.code) == (401, 20003)
    http.session.close()
