"""Pages of lists, in both forms."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from mfa_setup.sandbox.server import Sandbox
from mfa_setup.sandbox.twilio.stock import catalogue


@pytest.fixture
def sandbox(sandbox: Sandbox) -> Sandbox:
    """Return the sandbox with something to list."""
    for stock in catalogue()[:5]:
        sandbox.world.twilio.add_number(stock.phone_number, "same")
    for index in range(4):
        sandbox.world.twilio.add_service(f"service {index}")
    return sandbox


@pytest.fixture
def api(sandbox: Sandbox, connect: Callable[..., httpx.Client]) -> httpx.Client:
    """Return a client with the account's credentials."""
    own = sandbox.world.twilio.credentials
    return connect(sandbox, auth=(own.account_sid, own.auth_token))


def numbers(sandbox: Sandbox) -> str:
    """Return the path of the account's numbers."""
    return f"/2010-04-01/Accounts/{sandbox.world.twilio.account_sid}/IncomingPhoneNumbers.json"


def get(api: httpx.Client, path: str) -> dict[str, Any]:
    """Fetch a page."""
    answer = api.get(path)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_the_old_api_links_relatively_and_keeps_the_filter(sandbox: Sandbox, api: httpx.Client) -> None:
    """The old API links relatively and keeps the filter."""
    page = get(api, f"{numbers(sandbox)}?FriendlyName=same&PageSize=2")
    assert (page["page"], page["page_size"], page["start"], page["end"]) == (0, 2, 0, 1)
    assert page["previous_page_uri"] is None
    assert page["next_page_uri"].startswith(f"{numbers(sandbox)}?FriendlyName=same&PageSize=2&Page=1&PageToken=PA")
    assert page["first_page_uri"] == f"{numbers(sandbox)}?FriendlyName=same&PageSize=2&Page=0"


def test_following_the_links_shows_every_entry_once(sandbox: Sandbox, api: httpx.Client) -> None:
    """Following the links shows every entry once."""
    seen: list[str] = []
    path = f"{numbers(sandbox)}?PageSize=2"
    pages = []
    while path:
        page = get(api, path)
        pages.append(page)
        seen += [one["sid"] for one in page["incoming_phone_numbers"]]
        path = page["next_page_uri"]
    assert seen == list(reversed(sandbox.world.twilio.numbers))
    assert [page["start"] for page in pages] == [0, 2, 4]
    assert pages[-1]["end"] == 4
    back = get(api, pages[-1]["previous_page_uri"])
    assert back["incoming_phone_numbers"] == pages[1]["incoming_phone_numbers"]


def test_a_page_goes_on_where_it_was_though_entries_vanish(sandbox: Sandbox, api: httpx.Client) -> None:
    """A page goes on where it was though entries vanish."""
    first = get(api, f"{numbers(sandbox)}?PageSize=2")
    for one in first["incoming_phone_numbers"]:
        sandbox.world.twilio.release(sandbox.world.twilio.numbers[one["sid"]])
    rest = get(api, first["next_page_uri"])["incoming_phone_numbers"]
    assert [one["sid"] for one in rest] == list(reversed(sandbox.world.twilio.numbers))[:2]


def test_the_new_apis_link_absolutely_on_the_host_that_was_asked(sandbox: Sandbox, api: httpx.Client) -> None:
    """The new APIs link absolutely on the host that was asked."""
    page = get(api, "/v1/Services?PageSize=3")
    assert page["meta"]["key"] == "services"
    assert page["meta"]["next_page_url"].startswith(f"{sandbox.url}/v1/Services?PageSize=3&Page=1&PageToken=")
    assert page["meta"]["url"] == f"{sandbox.url}/v1/Services?PageSize=3&Page=0"
    last = get(api, page["meta"]["next_page_url"])
    assert len(page["services"]) + len(last["services"]) == 5
    assert last["meta"]["next_page_url"] is None
    assert get(api, last["meta"]["previous_page_url"])["services"] == page["services"]


def test_price_lists_page_too(api: httpx.Client) -> None:
    """Price lists page too."""
    codes = []
    path = "/v1/PhoneNumbers/Countries?PageSize=4"
    while path:
        page = get(api, path)
        codes += [one["iso_country"] for one in page["countries"]]
        path = page["meta"]["next_page_url"]
    assert codes == ["AU", "BE", "CA", "DE", "FR", "GB", "NL", "NO", "SE", "US"]


@pytest.mark.parametrize(
    "query",
    ["Page=1", "Page=1&PageToken=x", "Page=1&PageToken=PAxyz", "PageSize=0", "PageSize=1001", "Page=-1"],
)
def test_a_hand_built_page_is_refused(sandbox: Sandbox, api: httpx.Client, query: str) -> None:
    """A hand built page is refused."""
    assert api.get(f"{numbers(sandbox)}?{query}").status_code == 400
    assert api.get(f"/v1/Services?{query}").status_code == 400


def test_an_empty_list_is_a_page_as_well(sandbox: Sandbox, api: httpx.Client) -> None:
    """An empty list is a page as well."""
    page = get(api, f"{numbers(sandbox)}?FriendlyName=none")
    assert (page["incoming_phone_numbers"], page["start"], page["end"]) == ([], 0, 0)
    assert page["next_page_uri"] is None
