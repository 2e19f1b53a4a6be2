"""The documentation site, as a stranger searches it.

`.ci/run` builds the site and names its folder in `MFA_SETUP_SITE`; without it, these tests are left out.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from browser.site import serve

SITE = os.environ.get("MFA_SETUP_SITE", "")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not SITE, reason="needs the built site: see .ci/run"),
]
QUESTIONS = {
    "code does not arrive": "troubleshooting",
    "30034": "twilio-codes",
    "undo": "undo",
    "rate limit": "troubleshooting",
    "trial account": "twilio-codes",
    "custom domain": "how-to/custom-domain",
    "only some users": "mfa-for-some",
    "exit code 7": "exit-codes",
    "rotate token": "how-to/rotate-token",
    "price": "how-to/number",
}
"""What somebody types, and the page with the answer."""
FIRST = 3
"""How many results somebody looks at."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Where the built site is served."""
    with serve(Path(SITE)) as origin:
        yield origin


@pytest.fixture
def page(context: BrowserContext, url: str) -> Iterator[Page]:
    """The home page, which together with all that it does may load nothing from elsewhere."""
    page = context.new_page()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    yield page
    assert asked
    assert [one for one in asked if not one.startswith((url, "data:", "blob:"))] == []


def test_the_answers_of_ten_questions_are_among_the_first_results(page: Page, url: str) -> None:
    words = page.get_by_role("textbox", name="Search")
    for question, answer in QUESTIONS.items():
        words.fill("")
        words.press_sequentially(question)
        results = page.locator(".md-search-result__item > a")
        expect(page.locator(".md-search-result__meta")).to_contain_text("matching document")
        found = page.locator(f'.md-search-result__item > a[href^="{url}/{answer}/"]')
        expect(found.first).to_be_attached()
        first = [link.get_attribute("href") or "" for link in results.all()[:FIRST]]
        assert any(link.startswith(f"{url}/{answer}/") for link in first), (question, first)


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_is_wider_than_the_window(page: Page, url: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for name in sorted(path.parent.relative_to(SITE) for path in Path(SITE).rglob("index.html")):
        page.goto(f"{url}/{name.as_posix()}/")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
