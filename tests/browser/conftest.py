"""A browser, and applications that log in with what the tool has set up.

The tests of this folder are marked `browser`: they need Chromium and the Node packages of the examples, and fail
where those are missing. Run them with `pytest -m browser`.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from browser.site import Site, new_site
from browser.visitor import Visitor

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
ALONE = ("--disable-background-networking", "--disable-component-update", "--disable-sync")
PATIENCE = 10_000
"""Milliseconds that a page may take."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    assert found is not None, f"the browser tests need Chromium: none of {', '.join(NAMES)} is installed"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*QUIET, *ALONE])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Site]]:
    """Applications by example and options of their sandbox, each set up once: their tests share a tenant."""
    made: dict[str, Site] = {}
    with ExitStack() as stack:

        def site(example: str = "react-spa", **options: str) -> Site:
            name = "-".join([example, *options.values()])
            if name not in made:
                made[name] = stack.enter_context(new_site(tmp_path_factory.mktemp(name), example, **options))
            return made[name]

        yield site


@pytest.fixture(params=["unified", "legacy"])
def site(request: pytest.FixtureRequest, sites: Callable[..., Site]) -> Site:
    """The React example on each phone stack: a test that takes it runs on both."""
    return sites(phone_stack=request.param)


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser without cookies."""
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def visitor(site: Site, context: BrowserContext) -> Visitor:
    """Someone who has never been here."""
    return Visitor(site, context.new_page())
