"""Twilio's products behind one address: told apart by a prefix, or by whose path it is."""

from collections.abc import Callable

import httpx
import pytest
from starlette.routing import Match
from twilio.rest import Client

from mfa_setup.sandbox.server import Sandbox
from mfa_setup.sandbox.services import service_of
from mfa_setup.sandbox.twilio.call import room
from mfa_setup.sandbox.twilio.products import OWNERS, prefix_of, product_of
from mfa_setup.sandbox.twilio.routes import routes

PRODUCTS = {
    "/2010-04-01/Accounts.json": "api",
    "/v1/Services": "messaging",
    "/v1/a2p/BrandRegistrations": "messaging",
    "/v1/Tollfree/Verifications": "messaging",
    "/v1/Messaging/GeoPermissions": "accounts",
    "/v1/Messaging/Countries/US": "pricing",
    "/v1/PhoneNumbers/Countries": "pricing",
    "/v1/Alerts": "monitor",
    "/v1/CustomerProfiles": "trusthub",
    "/v2/PhoneNumbers/+14155550123": "lookups",
    "/v1/DialingPermissions/Countries/US": "voice",
}


@pytest.fixture
def api(sandbox: Sandbox, connect: Callable[..., httpx.Client]) -> httpx.Client:
    """A client with the account's own credentials."""
    own = sandbox.world.twilio.credentials
    return connect(sandbox, auth=(own.account_sid, own.auth_token))


@pytest.mark.parametrize(("path", "product"), PRODUCTS.items())
def test_a_path_is_served_as_it_is_and_under_the_name_of_its_product(
    path: str, product: str, api: httpx.Client
) -> None:
    """The answers are the same, and the log tells whose host it would have been."""
    bare, named = api.get(path), api.get(f"/{product}{path}")
    assert bare.status_code == named.status_code == 200, named.text
    assert bare.json().keys() == named.json().keys()
    found = api.get("/_sandbox/requests", params={"product": product}).json()
    assert [entry["path"] for entry in found] == [path, f"/{product}{path}"]
    assert {entry["service"] for entry in found} == {"twilio"}
    assert api.get("/_sandbox/requests", params={"product": "voice" if product != "voice" else "api"}).json() == []


def test_a_path_of_another_product_is_not_there(api: httpx.Client) -> None:
    """As on the other product's host."""
    for path in ("/pricing/v1/Services", "/messaging/v1/Alerts", "/accounts/v1/Messaging/Countries/US"):
        refused = api.get(path)
        assert (refused.status_code, refused.json()["code"]) == (404, 20404)


def test_a_name_that_is_no_product_or_no_version_of_it_is_auth0s() -> None:
    """`/api/v2` above all."""
    for path in ("/api/v2/clients", "/messaging/v2/Services", "/u/v1/login", "/messaging", "/", ""):
        assert service_of(path) == "auth0", path
    assert service_of("/v1/nothing") == "twilio"
    assert product_of("/v1/nothing") is None


def test_every_path_belongs_to_a_product() -> None:
    """None is served that the table does not know, or that another product owns."""
    assert {product_of(route.path) for route in routes()} == set(OWNERS.values())  # type: ignore[attr-defined]


def test_two_products_can_have_the_same_path() -> None:
    """The table settles for one; the other is reached by its name."""
    rooms = {product: room("/v1/Services", {}, product=product) for product in ("voice", "messaging")}

    def takers(path: str) -> list[str]:
        scope = {"type": "http", "method": "GET", "path": path, "root_path": prefix_of(path)}
        return [product for product, one in rooms.items() if one.matches(scope)[0] is Match.FULL]

    assert takers("/v1/Services") == takers("/messaging/v1/Services") == ["messaging"]
    assert takers("/voice/v1/Services") == ["voice"]


def test_links_stay_under_the_name(api: httpx.Client) -> None:
    """A client that follows them reaches the same product."""
    (service,) = api.get("/messaging/v1/Services").json()["services"]
    assert api.get(service["url"]).json()["sid"] == service["sid"]
    assert "/messaging/v1/Services/" in service["url"]


def test_pages_of_a_list_stay_under_the_name(sandbox: Sandbox, api: httpx.Client) -> None:
    """twilio-python takes a prefix as part of a product's base URL, and follows absolute links."""
    for index in range(3):
        sandbox.world.twilio.add_service(f"service {index}")
    own = sandbox.world.twilio.credentials
    client = Client(own.account_sid, own.auth_token)
    client.messaging.base_url = f"{sandbox.url}/messaging"
    assert len(client.messaging.v1.services.list(page_size=2)) == 4
    log = [entry["path"] for entry in api.get("/_sandbox/requests").json()]
    assert log == ["/messaging/v1/Services"] * 2
