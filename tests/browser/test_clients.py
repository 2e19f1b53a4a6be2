"""The other example, in plain JavaScript with `@auth0/auth0-spa-js`."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from browser.site import Site
from browser.visitor import Visitor

pytestmark = pytest.mark.browser


@pytest.fixture
def plain(sites: Callable[..., Site], context: BrowserContext) -> Visitor:
    """A visitor of the plain JavaScript example."""
    return Visitor(sites("plain-js"), context.new_page())


def test_the_plain_javascript_example_logs_in_stays_in_and_logs_out(plain: Visitor) -> None:
    plain.join(remembered=True)
    expect(plain.page.get_by_text("Logged in with a second factor")).to_be_visible()

    plain.page.reload()
    plain.sees_profile(amr=None)
    assert len(plain.codes()) == 1

    plain.log_out()
    plain.open_app()
    plain.log_in()
    plain.sees_profile(amr=None)
    assert plain.complaints == []


def test_the_plain_javascript_example_says_why_it_cannot_log_in(plain: Visitor) -> None:
    plain.page.goto(f"{plain.site.url}/?error=access_denied&error_description=Not%20you&state=unknown")

    expect(plain.alert).to_contain_text("The login failed")
    expect(plain.page.get_by_role("button", name="Log in")).to_be_visible()


def test_the_plain_javascript_example_says_that_it_is_not_configured(plain: Visitor) -> None:
    plain.page.route("**/auth_config.json", lambda route: route.fulfill(status=404))

    plain.page.goto(plain.site.url)

    expect(plain.alert).to_contain_text("mfa-setup init --app-dir .")
