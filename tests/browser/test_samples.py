"""Apps of the shape of the official samples, each on its framework's own port, log in after one `up --app-dir`."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from playwright.sync_api import Browser, BrowserContext, expect

from browser.site import EXAMPLES, Site, installed, serve
from browser.visitor import Visitor
from mfa_setup.sandbox.config import SandboxConfig
from mfa_setup.sandbox.server import Sandbox
from support.lab import Lab

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent
SAMPLES = HERE / "samples"
VITE = ("vite/bin/vite.js", "build", "--logLevel", "warn")


@dataclass(frozen=True)
class Sample:
    """One app.

    Attributes:
        config: The config file that it reads.
        url: Where its development server would serve it.
        packages: The folder whose Node packages it needs.
        source: The folder that it is in; by default that of its name here.
        build: The program that builds it, below those packages, and its arguments; nothing where it is served as it is.
        built: Where that puts it.
    """

    config: str
    url: str
    packages: Path
    source: Path | None = None
    build: tuple[str, ...] = VITE
    built: str = "dist"


AUDIENCE = "https://api.example.com"
APPS = {
    "javascript-01": Sample(
        "auth_config.json", "http://localhost:3000", EXAMPLES / "plain-js", EXAMPLES / "plain-js", (), "."
    ),
    "javascript-02": Sample(
        "auth_config.json", "http://localhost:3000", EXAMPLES / "plain-js", SAMPLES / "javascript", (), "."
    ),
    "cra": Sample(
        ".env.local",
        "http://localhost:3000",
        SAMPLES / "cra",
        build=("react-scripts/bin/react-scripts.js", "build"),
        built="build",
    ),
    "react": Sample("src/auth_config.json", "http://localhost:3000", EXAMPLES / "react-spa"),
    "vue": Sample("auth_config.json", "http://localhost:5173", HERE),
    "angular": Sample(
        "auth_config.json",
        "http://localhost:4200",
        SAMPLES / "angular",
        build=("@angular/cli/bin/ng.js", "build"),
        built="dist/browser",
    ),
}
APART = ("cra", "javascript-02")
"""Those that `.ci/run` leaves out."""


def parameters(*names: str) -> list[ParameterSet]:
    """The names of apps as parameters; those that are run manually have the mark for it."""
    return [pytest.param(name, marks=[pytest.mark.slow_sample] if name in APART else []) for name in names]


def copied(name: str, folder: Path) -> Path:
    """A copy of a sample, with its packages."""
    copy = folder / name
    made = shutil.ignore_patterns("node_modules", "dist", ".angular", "auth_config.json")
    shutil.copytree(APPS[name].source or SAMPLES / name, copy, ignore=made)
    (copy / "node_modules").symlink_to(installed(APPS[name].packages))
    return copy


@contextmanager
def set_up(name: str, copy: Path, lab: Lab) -> Iterator[Site]:
    """The sample, set up by one command, built and served at the URL that the command has registered."""
    sample = APPS[name]
    site = Site(lab, sample.url, copy)
    outputs = site.run("up", "--app-dir", ".")["outputs"]
    assert (outputs["url"], outputs["config_file"]) == (sample.url, sample.config)
    site.client_id = outputs["client_id"]
    if sample.build:
        program, *arguments = sample.build
        build = ["node", str(sample.packages / "node_modules" / program), *arguments]
        subprocess.run(build, cwd=copy, check=True, timeout=120, stdout=subprocess.DEVNULL)
    with serve(copy / sample.built, int(sample.url.rpartition(":")[2])):
        yield site


@pytest.fixture(params=parameters(*APPS))
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """Each sample."""
    copy = copied(request.param, tmp_path)
    with (
        Sandbox(SandboxConfig(port=0)) as sandbox,
        closing(Lab(sandbox)) as lab,
        set_up(request.param, copy, lab) as it,
    ):
        yield it


def test_a_sample_logs_in_with_mfa_after_one_command(sample: Site, context: BrowserContext) -> None:
    visitor = Visitor(sample, context.new_page())
    visitor.come_to_code()
    visitor.enter(visitor.code_in_inbox())
    visitor.sees_profile()
    visitor.log_out()
    expect(visitor.page.get_by_role("button", name="Log in", exact=True)).to_be_visible()
    assert visitor.complaints == []


@pytest.mark.parametrize("name", parameters("react", "vue", "angular", "javascript-02"))
def test_a_sample_calls_its_api_under_tls(chromium: Browser, tmp_path: Path, name: str) -> None:
    copy = copied(name, tmp_path)
    config = copy / APPS[name].config
    example = config.with_name(f"{config.name}.example").read_text(encoding="utf-8")
    template = re.sub(r"\{\w*API_?IDENTIFIER\}", AUDIENCE, example, flags=re.IGNORECASE)
    config.write_text(template, encoding="utf-8")
    with Sandbox(SandboxConfig(port=0, tls=True)) as sandbox, closing(Lab(sandbox)) as lab:
        lab.auth0("POST", "resource-servers", {"name": "Sample", "identifier": AUDIENCE})
        with set_up(name, copy, lab) as site, api_of(config, site):
            visitor = Visitor(site, chromium.new_context(ignore_https_errors=True).new_page())
            visitor.join()
            visitor.press("Ping API")
            expect(visitor.page.get_by_role("status")).to_have_text("Your access token was taken")
        values = {"domain": lab.domain, "clientId": site.client_id}
        assert json.loads(config.read_text(encoding="utf-8")) == json.loads(template) | values


@contextmanager
def api_of(config: Path, site: Site) -> Iterator[None]:
    """The API beside an app, which reads the same config file."""
    installed(HERE)
    line = ["node", str(SAMPLES / "api.mjs"), str(config), site.url, "3001"]
    with subprocess.Popen(line, env=os.environ | site.lab.env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        try:
            yield
        finally:
            process.terminate()
