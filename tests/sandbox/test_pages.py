"""The sandbox's pages."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx
import pytest

from mfa_setup.sandbox.config import SandboxConfig
from mfa_setup.sandbox.pages.phones import phones
from mfa_setup.sandbox.server import Sandbox
from mfa_setup.sandbox.twilio.delivery import DELIVERED, Outcome
from mfa_setup.sandbox.twilio.message_records import Message
from mfa_setup.sandbox.twilio.stock import catalogue

PHONE, OTHER = "+14155550123", "+447400123456"


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    """Run a sandbox with the defaults for all tests of this module."""
    with Sandbox(SandboxConfig(port=0)) as box:
        yield box


@pytest.fixture
def box(running: Sandbox) -> Sandbox:
    """Return the sandbox, set back to the start."""
    running.world.reset()
    return running


def get(box: Sandbox, path: str) -> httpx.Response:
    """Fetch a page."""
    return httpx.get(f"{box.url}/_sandbox{path}", trust_env=False)


def put(box: Sandbox, body: str, to: str = PHONE, ending: Outcome = DELIVERED, age: float = 60) -> str:
    """Put a message into the account and return its SID."""
    state = box.world.twilio
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


def test_messages_are_json_newest_first(box: Sandbox) -> None:
    """Messages are JSON newest first."""
    first, second = put(box, "one"), put(box, "two")
    answer = get(box, "/messages")
    assert [one["sid"] for one in answer.json()] == [second, first]
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_empty_inbox_says_so(box: Sandbox) -> None:
    """An empty inbox says so."""
    answer = get(box, "/inbox")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "No message yet" in answer.text


def test_the_inbox_shows_phones_and_codes(box: Sandbox) -> None:
    """The inbox shows phones and codes."""
    put(box, "111111 is your code")
    put(box, "222222 is your code", OTHER)
    put(box, "333333 is your code")
    page = get(box, "/inbox").text
    assert re.findall(r"<output>(\d+)</output>", page) == ["333333", "111111", "222222"]
    assert page.index(PHONE) < page.index(OTHER)


def test_what_did_not_arrive_is_not_shown_as_if_it_had(box: Sandbox) -> None:
    """What did not arrive is not shown as if it had."""
    put(box, "444444 is your code", ending=Outcome("undelivered", 30034))
    put(box, "555555 is your code", age=0)
    page = get(box, "/inbox").text
    assert "444444" not in page
    assert "555555" not in page
    assert "30034" in page
    assert "On its way" in page


@pytest.mark.parametrize("path", ["/inbox", "/"])
def test_whatever_was_sent_is_escaped(box: Sandbox, path: str) -> None:
    """Whatever was sent is escaped."""
    hostile = "<script>alert(1)</script>\"'&123456"
    put(box, hostile)
    box.world.twilio.add_number(catalogue()[0].phone_number, hostile)
    httpx.get(f"{box.url}/v1/<script>alert(1)</script>", trust_env=False)
    answer = get(box, path)
    scripts = Outline(answer.text).all("script")
    assert scripts == [{"src": "/_sandbox/assets/live.js", "defer": None}]
    assert "alert(1)</script>" not in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/inbox", "/"])
def test_pages_are_well_formed_and_accessible(box: Sandbox, path: str) -> None:
    """Pages are well formed and accessible."""
    put(box, "123456 is your code")
    box.world.twilio.add_number(catalogue()[0].phone_number)
    outline = Outline(get(box, path).text)
    assert outline.open == []
    assert outline.all("html") == [{"lang": "en"}]
    assert len(outline.all("h1")) == len(outline.all("main")) == 1
    assert any(one.get("aria-current") == "page" for one in outline.all("a"))
    identities = [one["id"] for _, one in outline.tags if "id" in one]
    assert len(identities) == len(set(identities))
    named = [one["aria-labelledby"] for _, one in outline.tags if "aria-labelledby" in one]
    assert set(named) <= set(identities)
    assert any(one.get("http-equiv") == "refresh" for one in outline.all("meta"))


def test_the_overview_names_tenant_numbers_and_requests(box: Sandbox) -> None:
    """The overview names tenant numbers and requests."""
    number = box.world.twilio.add_number(catalogue()[0].phone_number)
    httpx.get(f"{box.url}/v1/Services", trust_env=False)
    page = get(box, "/").text
    assert box.world.domain in page
    assert number.phone_number in page
    assert "GET /v1/Services" in page
    assert "401" in page


def test_an_overview_of_nothing_says_so(box: Sandbox) -> None:
    """An overview of nothing says so."""
    page = get(box, "/").text
    assert "no number yet" in page
    assert "No request yet" in page


@pytest.mark.parametrize(("name", "kind"), [("style.css", "text/css"), ("live.js", "text/javascript")])
def test_assets_are_served(box: Sandbox, name: str, kind: str) -> None:
    """Assets are served."""
    answer = get(box, f"/assets/{name}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(kind)


@pytest.mark.parametrize("name", ["other.js", "..%2F__init__.py"])
def test_nothing_else_is_served(box: Sandbox, name: str) -> None:
    """Nothing else is served."""
    assert get(box, f"/assets/{name}").status_code == 404


def test_the_bare_path_leads_to_the_overview(box: Sandbox) -> None:
    """The bare path leads to the overview."""
    answer = get(box, "")
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
