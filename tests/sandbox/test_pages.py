"""The sandbox's pages."""

import re
from html.parser import HTMLParser

import httpx
import pytest

from mfa_setup.sandbox.pages.phones import phones
from mfa_setup.sandbox.server import Sandbox
from mfa_setup.sandbox.twilio.delivery import DELIVERED, Outcome
from mfa_setup.sandbox.twilio.message_records import Message
from mfa_setup.sandbox.twilio.stock import catalogue

PHONE, OTHER = "+14155550123", "+447400123456"


def get(web: httpx.Client, path: str) -> httpx.Response:
    """Fetch a page."""
    return web.get(f"/_sandbox{path}")


def put(sandbox: Sandbox, body: str, to: str = PHONE, ending: Outcome = DELIVERED, age: float = 60) -> str:
    """Put a message into the account and return its SID."""
    state = sandbox.world.twilio
    sid = f"SM{state.rank():032x}"
    born = state.clock() - age
    state.messages[sid] = Message(sid, state.rank(), to, "+14155550100", body, ending, born)
    return sid


class Outline(HTMLParser):
    """Collects the tags of a page, and complains about those that are not closed."""

    VOID = frozenset({"meta", "link", "br"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Check that the tag closes the one that was opened last."""
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of every tag of a name."""
        return [attributes for name, attributes in self.tags if name == tag]


def test_messages_are_json_newest_first(sandbox: Sandbox, web: httpx.Client) -> None:
    """Messages are JSON newest first."""
    first, second = put(sandbox, "one"), put(sandbox, "two")
    answer = get(web, "/messages")
    assert [one["sid"] for one in answer.json()] == [second, first]
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_empty_inbox_says_so(web: httpx.Client) -> None:
    """An empty inbox says so."""
    answer = get(web, "/inbox")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "No message yet" in answer.text


def test_the_inbox_shows_phones_and_codes(sandbox: Sandbox, web: httpx.Client) -> None:
    """The inbox shows phones and codes."""
    put(sandbox, "111111 is your code")
    put(sandbox, "222222 is your code", OTHER)
    put(sandbox, "333333 is your code")
    page = get(web, "/inbox").text
    assert re.findall(r"<output>(\d+)</output>", page) == ["333333", "111111", "222222"]
    assert page.index(PHONE) < page.index(OTHER)


def test_what_did_not_arrive_is_not_shown_as_if_it_had(sandbox: Sandbox, web: httpx.Client) -> None:
    """What did not arrive is not shown as if it had."""
    put(sandbox, "444444 is your code", ending=Outcome("undelivered", 30034))
    put(sandbox, "555555 is your code", age=0)
    page = get(web, "/inbox").text
    assert "444444" not in page
    assert "555555" not in page
    assert "30034" in page
    assert "On its way" in page


def test_a_spoken_code_is_heard_in_the_inbox(sandbox: Sandbox, web: httpx.Client) -> None:
    """A spoken code is heard in the inbox, beside the messages."""
    state = sandbox.world.twilio
    own, number = state.credentials, state.add_number(catalogue()[0].phone_number)
    put(sandbox, "111111 is your code")
    said = "<Response><Say>Your code is 222222 &amp; no other</Say></Response>"
    form = {"To": PHONE, "From": number.phone_number, "Twiml": said}
    path = f"/2010-04-01/Accounts/{own.account_sid}/Calls.json"
    assert web.post(path, data=form, auth=(own.account_sid, own.auth_token)).status_code == 201
    page = get(web, "/inbox").text
    assert "Your code is 222222 &amp; no other" in page
    assert re.findall(r"<output>(\d+)</output>", page) == ["222222", "111111"]


@pytest.mark.parametrize("path", ["/inbox", "/"])
def test_whatever_was_sent_is_escaped(sandbox: Sandbox, web: httpx.Client, path: str) -> None:
    """Whatever was sent is escaped."""
    hostile = "<script>alert(1)</script>\"'&123456"
    put(sandbox, hostile)
    sandbox.world.twilio.add_number(catalogue()[0].phone_number, hostile)
    web.get("/v1/<script>alert(1)</script>")
    answer = get(web, path)
    scripts = Outline(answer.text).all("script")
    assert scripts == [{"src": "/_sandbox/assets/live.js", "defer": None}]
    assert "alert(1)</script>" not in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/inbox", "/"])
def test_pages_are_well_formed_and_accessible(sandbox: Sandbox, web: httpx.Client, path: str) -> None:
    """Pages are well formed and accessible."""
    put(sandbox, "123456 is your code")
    sandbox.world.twilio.add_number(catalogue()[0].phone_number)
    outline = Outline(get(web, path).text)
    assert outline.open == []
    assert outline.all("html") == [{"lang": "en"}]
    assert len(outline.all("h1")) == len(outline.all("main")) == 1
    assert any(one.get("aria-current") == "page" for one in outline.all("a"))
    identities = [one["id"] for _, one in outline.tags if "id" in one]
    assert len(identities) == len(set(identities))
    named = [one["aria-labelledby"] for _, one in outline.tags if "aria-labelledby" in one]
    assert set(named) <= set(identities)
    assert any(one.get("http-equiv") == "refresh" for one in outline.all("meta"))


def test_the_overview_names_tenant_numbers_and_requests(sandbox: Sandbox, web: httpx.Client) -> None:
    """The overview names tenant numbers and requests."""
    number = sandbox.world.twilio.add_number(catalogue()[0].phone_number)
    web.get("/v1/Services")
    page = get(web, "/").text
    assert sandbox.world.first.domain in page
    assert number.phone_number in page
    assert "GET /v1/Services" in page
    assert "401" in page


def test_the_overview_tells_what_protects_the_tenant(sandbox: Sandbox, api: httpx.Client, web: httpx.Client) -> None:
    """The overview tells what protects the tenant, and what became of messages."""
    assert "<dd>never</dd>" in get(web, "/").text
    api.put("/guardian/factors/sms", json={"enabled": True})
    api.put("/guardian/policies", json=["all-applications"])
    put(sandbox, "1", ending=Outcome("undelivered", 30034))
    page = get(web, "/").text
    for shown in ("<dd>always</dd>", "<dd>sms</dd>", "<dd>unified</dd>", PHONE, "undelivered, error 30034"):
        assert shown in page


def test_an_overview_of_nothing_says_so(web: httpx.Client) -> None:
    """An overview of nothing says so."""
    page = get(web, "/").text
    assert "no number yet" in page
    assert "No request yet" in page


@pytest.mark.parametrize(
    ("name", "kind"), [("style.css", "text/css"), ("live.js", "text/javascript"), ("icon.svg", "image/svg+xml")]
)
def test_assets_are_served(web: httpx.Client, name: str, kind: str) -> None:
    """Assets are served."""
    answer = get(web, f"/assets/{name}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(kind)


@pytest.mark.parametrize("name", ["other.js", "..%2F__init__.py"])
def test_nothing_else_is_served(web: httpx.Client, name: str) -> None:
    """Nothing else is served."""
    assert get(web, f"/assets/{name}").status_code == 404


def test_the_bare_path_leads_to_the_overview(web: httpx.Client) -> None:
    """The bare path leads to the overview."""
    answer = get(web, "")
    assert (answer.status_code, answer.headers["Location"]) == (307, "/_sandbox/")


def test_a_code_is_found_among_other_digits() -> None:
    """A code is found among other digits."""
    message = {
        "sid": "SM1",
        "to": PHONE,
        "from": None,
        "body": "+14155550100: 987654 is your code, valid 5 minutes",
        "status": "delivered",
        "error_code": None,
        "date_created": "Tue, 24 Nov 2026 10:00:00 +0000",
    }
    (phone,) = phones([message])
    assert (phone.texts[0].code, phone.texts[0].sender) == ("987654", "")
