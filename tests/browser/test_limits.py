"""Logins to two applications of one tenant, of which the command has limited the policy to one."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from browser.site import Site, build, copied, serve
from browser.visitor import Visitor

pytestmark = pytest.mark.browser

PORTAL, SHOP = "Twilio MFA Test", "Shop"
A_DAY, A_WEEK = 24 * 3600, 7 * 24 * 3600


@pytest.fixture(scope="module")
def portal(sites: Callable[..., Site]) -> Site:
    """The React example, which renews its tokens by silent logins."""
    return sites(phone_stack="unified")


@pytest.fixture(scope="module")
def shop(portal: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The React example once more, in the same tenant, which keeps a refresh token and renews its tokens with it."""
    copy = copied("react-spa", tmp_path_factory.mktemp("shop"))
    main = copy / "src" / "main.jsx"
    code, option = main.read_text(encoding="utf-8"), "clientId={clientId}"
    assert code.count(option) == 1
    refreshing = f'{option} useRefreshTokens cacheLocation="localstorage"'
    main.write_text(code.replace(option, refreshing), encoding="utf-8")
    with serve(copy / "dist") as url:
        shop = Site(portal.lab, url, copy)
        shop.configure("init", "--name", SHOP)
        build(copy)
        yield shop


@pytest.fixture
def visitor(portal: Site, context: BrowserContext) -> Visitor:
    """Someone who has never been here."""
    return Visitor(portal, context.new_page())


def test_only_the_application_that_the_limits_name_asks_for_a_code(
    visitor: Visitor, portal: Site, shop: Site, chromium: Browser
) -> None:
    with portal.policy("always", "--only-application", PORTAL):
        visitor.join()
        visitor.log_out()
        visitor.open_app()
        visitor.log_in()
        expect(visitor.heading("Verify Your Identity")).to_be_visible()
        visitor.enter(visitor.code())
        visitor.sees_profile()

        elsewhere = Visitor(shop, chromium.new_context().new_page())
        elsewhere.email = visitor.email
        elsewhere.open_app()
        elsewhere.log_in()
        elsewhere.sees_profile(amr=None)

    assert len(visitor.codes()) == 2
    assert (visitor.complaints, elsewhere.complaints) == ([], [])


def test_a_session_that_gave_its_code_is_renewed_silently(visitor: Visitor, portal: Site) -> None:
    """Where Always asks everyone, the same reload logs the user out of the application."""
    with portal.policy("always", "--only-application", PORTAL):
        visitor.join()

        visitor.page.reload()

        visitor.sees_profile(amr=None)
    assert portal.log("ssa")
    assert len(visitor.codes()) == 1


def test_a_refresh_token_keeps_working(shop: Site, portal: Site, context: BrowserContext) -> None:
    """An access token lasts a day here; the ID tokens last longer, for only the browser's clock is put forward."""
    lasting = {"jwt_configuration": {"alg": "RS256", "lifetime_in_seconds": A_WEEK}}
    portal.lab.auth0("PATCH", f"clients/{shop.client_id}", lasting)
    context.clock.install()
    visitor = Visitor(shop, context.new_page())
    with portal.policy("always", "--only-application", SHOP):
        visitor.join()
        assert portal.log("sertft") == []
        context.clock.fast_forward(A_DAY * 1000)

        visitor.page.reload()

        visitor.sees_profile(amr=None)
    assert portal.log("sertft")
    assert len(visitor.codes()) == 1
    assert visitor.complaints == []
