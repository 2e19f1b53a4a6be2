"""What axe-core says of every page, light and dark, on a desktop and at 320 pixels."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.site import Site, installed
from browser.visitor import CODE_LABEL, Visitor

pytestmark = pytest.mark.browser

GRAVE = {"serious", "critical"}
WIDTHS = (320, 1280)

Look = Callable[[str], None]


def faults(page: Page) -> list[dict[str, Any]]:
    """What is gravely wrong with a page: the rule, and the elements that break it."""
    found = page.evaluate("() => axe.run()")["violations"]
    return [
        {"rule": fault["id"], "where": [node["html"] for node in fault["nodes"]]}
        for fault in found
        if fault["impact"] in GRAVE
    ]


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A page that brings axe-core along, for users who prefer either scheme."""
    axe = installed(Path(__file__).parent) / "axe-core" / "axe.min.js"
    context = chromium.new_context(color_scheme=request.param)
    context.add_init_script(path=axe)
    yield context.new_page()
    context.close()


@pytest.fixture
def look(page: Page) -> Look:
    """Looks at the page that is open: nothing is gravely wrong, and nothing is cut off at the side."""

    def at(name: str) -> None:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert faults(page) == [], f"{name} at {width} pixels"
            needed = page.evaluate("() => document.documentElement.scrollWidth")
            assert needed <= width, f"{name} scrolls sideways at {width} pixels"

    return at


def test_every_page_on_the_way_in(page: Page, look: Look, sites: Callable[..., Site]) -> None:
    site = sites(phone_stack="unified")
    visitor = Visitor(site, page)
    page.goto(site.url)
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    look("the application")
    visitor.press("Log in")
    look("log in")
    visitor.log_in()
    expect(visitor.alert).to_be_visible()
    look("log in, refused")
    page.get_by_role("link", name="Sign up").click()
    look("sign up")
    visitor.press("Continue")
    expect(visitor.alert).to_be_visible()
    look("sign up, refused")
    visitor.log_in()
    expect(visitor.heading("Secure Your Account")).to_be_visible()
    look("enrol a phone")
    visitor.enroll("555")
    expect(visitor.alert).to_be_visible()
    look("enrol a phone, refused")
    visitor.enroll()
    expect(page.get_by_label(CODE_LABEL)).to_be_visible()
    look("the code")
    visitor.enter(visitor.wrong_code())
    expect(visitor.alert).to_be_visible()
    look("the code, refused")
    visitor.press("Resend")
    expect(page.get_by_role("status")).to_be_visible()
    look("the code, sent again")
    visitor.enter(visitor.code())
    visitor.sees_profile()
    page.get_by_text("The token itself").click()
    look("the profile")
    page.goto(f"{site.lab.sandbox.url}/_sandbox/inbox")
    expect(page.get_by_role("region", name=visitor.phone)).to_be_visible()
    look("the inbox")


def test_the_pages_beside_the_way(page: Page, look: Look, sites: Callable[..., Site]) -> None:
    site = sites(phone_stack="unified")
    sandbox = site.lab.sandbox.url
    page.goto(f"{sandbox}/authorize?client_id={site.client_id}&response_type=code&redirect_uri=http://localhost:9/")
    expect(page.get_by_role("alert")).to_be_visible()
    look("a refused callback URL")
    page.goto(f"{sandbox}/oidc/logout")
    expect(page.get_by_role("heading", name="Log")).to_be_visible()
    look("log out")
    page.goto(f"{sandbox}/_sandbox")
    expect(page.get_by_role("heading").first).to_be_visible()
    look("the sandbox")


def test_a_choice_of_channel_a_recovery_code_and_consent(page: Page, look: Look, sites: Callable[..., Site]) -> None:
    site = sites(phone_stack="legacy")
    visitor = Visitor(site, page)
    with site.richer():
        visitor.open_app()
        visitor.sign_up()
        expect(page.get_by_role("group", name="How do you want to receive the code?")).to_be_visible()
        look("a choice of channel")
        visitor.enroll()
        expect(page.get_by_role("button", name="Get a call")).to_be_visible()
        look("the code, or a call")
        visitor.enter(visitor.code())
        expect(visitor.heading("Almost There!")).to_be_visible()
        look("the recovery code")
        page.get_by_label("I have safely recorded this code").check()
        visitor.press("Continue")
        expect(visitor.heading("Authorize App")).to_be_visible()
        look("consent")
        visitor.press("Accept")
        visitor.sees_profile()
        visitor.log_out()
        visitor.open_app()
        visitor.log_in()
        visitor.press("Use a recovery code")
        expect(page.get_by_label("Enter your recovery code")).to_be_visible()
        look("a recovery code instead")
