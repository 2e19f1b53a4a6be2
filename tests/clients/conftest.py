"""Sandboxes with TLS, for clients that speak nothing else, and the Auth0 Deploy CLI."""

import json
import os
import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from mfa_setup.sandbox.config import SandboxConfig
from mfa_setup.sandbox.server import Sandbox

_FOLDER = Path(__file__).with_name("deploy_cli")
_INSTALL = "the tests with the mark `node` need Node 20: `npm ci --prefix tests/clients/deploy_cli`"


@dataclass(frozen=True)
class Secure:
    """A sandbox with TLS and what a client of it needs."""

    sandbox: Sandbox
    http: httpx.Client

    @property
    def env(self) -> dict[str, str | None]:
        """The environment that the sandbox prints."""
        return dict(self.sandbox.ready()["env"])

    @property
    def stack(self) -> str:
        """The phone stack of its tenant."""
        return self.sandbox.config.phone_stack

    @property
    def state(self) -> dict[str, Any]:
        """The state of its tenant."""
        tenants = self.http.get("/_sandbox/state").json()["tenants"]
        return dict(tenants[self.env["AUTH0_DOMAIN"]])

    def reset(self) -> None:
        """Back to the first day, with the same credentials."""
        assert self.http.post("/_sandbox/reset").is_success

    def own(self, phone_number: str) -> None:
        """Give the Twilio account a number, in the pool of its Messaging Service."""
        number = self.http.post("/_sandbox/twilio/numbers", json={"phone_number": phone_number}).json()
        service = self.http.get("/_sandbox/state").json()["twilio"]["services"][0]["sid"]
        account = self.sandbox.world.twilio.credentials
        answer = self.http.post(
            f"/v1/Services/{service}/PhoneNumbers",
            data={"PhoneNumberSid": number["sid"]},
            auth=(account.account_sid, account.auth_token),
        )
        assert answer.is_success, answer.text


@pytest.fixture(params=["unified", "legacy"])
def secure(request: pytest.FixtureRequest) -> Iterator[Secure]:
    """A sandbox with TLS on each phone stack."""
    with Sandbox(SandboxConfig(port=0, phone_stack=request.param, tls=True)) as running:
        trust = ssl.create_default_context(cafile=running.world.site.ca_file)
        with httpx.Client(base_url=running.url, verify=trust, trust_env=False, timeout=10) as http:
            yield Secure(running, http)


DeployCli = Callable[..., str]


@pytest.fixture
def deploy_cli(secure: Secure) -> DeployCli:
    """Runs the Auth0 Deploy CLI on a few kinds of resources; a tool that is not there fails the test."""

    def run(*arguments: str, only: tuple[str, ...], package: str = "auth0-deploy-cli", **settings: Any) -> str:
        node, script = shutil.which("node"), _FOLDER / "node_modules" / package / "lib" / "index.js"
        assert node is not None, _INSTALL
        assert script.is_file(), _INSTALL
        env = {name: value for name, value in secure.env.items() if value} | {
            "PATH": os.environ["PATH"],
            "AUTH0_INCLUDED_ONLY": json.dumps(only),
        }
        env |= {name: json.dumps(value) for name, value in settings.items()}
        done = subprocess.run([node, str(script), *arguments], env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run
