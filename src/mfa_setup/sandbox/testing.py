"""A pytest fixture for testing your own Auth0 and Twilio code: both services on loopback, fresh for each test.

In `conftest.py` at the root of your tests:

    pytest_plugins = ["mfa_setup.sandbox.testing"]

and a test takes `mfa_sandbox`:

    def test_a_code_arrives(mfa_sandbox: MfaSandbox) -> None:
        mfa_sandbox.add_number("+14155550100")
        my_code_that_reads_AUTH0_DOMAIN_and_so_on()
        assert "123456" in mfa_sandbox.wait_for_message("+14155550123")["body"]

One server runs for the whole session; each test finds it as on its first day. While a test runs, the environment
points at the sandbox and holds none of the caller's own `AUTH0_*` and `TWILIO_*`: nothing real is reached by mistake.

For other options than the defaults, override `mfa_sandbox_config`:

    @pytest.fixture(scope="session", params=["unified", "legacy"])
    def mfa_sandbox_config(request):
        return SandboxConfig(phone_stack=request.param)

PYTEST_DONT_REWRITE: nothing is asserted here, and so a `conftest.py` may import from this module, too.
"""

import os
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest

from mfa_setup.sandbox.config import SandboxConfig
from mfa_setup.sandbox.server import Sandbox

__all__ = ["MfaSandbox", "SandboxConfig", "mfa_sandbox", "mfa_sandbox_config", "mfa_sandbox_server"]

_OVERRIDDEN = ("AUTH0_", "TWILIO_", "MFA_SETUP_SANDBOX")
_LOOPBACK = "localhost,127.0.0.1"


class MfaSandbox:
    """A running sandbox, and hands to look at it and to change it; each is a call under `/_sandbox/`.

    Attributes:
        url: Where both services answer, without a trailing slash.
        auth0_url: The base URL of the Management API, for `auth0.management.Auth0(base_url=…)`.
        domain: The domain of the Auth0 tenant, as in `AUTH0_DOMAIN`.
        env: The environment of a client: addresses and credentials.
    """

    def __init__(self, server: Sandbox) -> None:
        ready = server.ready()
        self.url: str = ready["url"]
        self.auth0_url = f"{self.url}/api/v2"
        self.env: dict[str, str] = dict(ready["env"])
        self.domain = self.env["AUTH0_DOMAIN"]
        self._http = httpx.Client(base_url=f"{self.url}/_sandbox/", trust_env=False, verify=_trust(ready), timeout=30)
        self._token: str | None = None

    @property
    def token(self) -> str:
        """An access token of the Management API that is ready to use and holds every scope."""
        if self._token is None:
            self._token = self.new_token()
        return self._token

    def new_token(self, **options: Any) -> str:
        """Another token: `scope=["read:clients"]`, `expires_in=-1` for an expired one, `audience="…"`."""
        return str(self.control("tokens", {"tenant": self.domain} | options)["access_token"])

    def state(self) -> dict[str, Any]:
        """The Auth0 tenants and the Twilio account: `{"tenants": {domain: {…}}, "twilio": {…}}`."""
        return dict(self.read("state"))

    def tenant(self) -> dict[str, Any]:
        """The Auth0 tenant: its `clients`, `factors`, `policies` and so on."""
        return dict(self.state()["tenants"][self.domain])

    def requests(self) -> list[dict[str, Any]]:
        """The API requests of this test, oldest first: `n`, `service`, `method`, `path`, `status`, `tenant`."""
        return list(self.read("requests"))

    def messages(self) -> list[dict[str, Any]]:
        """The SMS of this test, newest first, as Twilio's API answers them."""
        return list(self.read("messages"))

    def wait_for_message(self, to: str, timeout: float = 5) -> dict[str, Any]:
        """The newest SMS to a phone, once Twilio is done with it; look at its `status`.

        Raises:
            TimeoutError: There is none, or it is still on its way.
        """
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            found = next((message for message in self.messages() if message["to"] == to), None)
            if found is not None and found["status"] in {"delivered", "undelivered", "failed"}:
                return found
            time.sleep(0.05)
        raise TimeoutError(f"no message has reached {to} in {timeout} seconds")

    def faults(self, *faults: Mapping[str, Any]) -> None:
        """Lets the next matching requests fail, as in `{"path": "/api/v2/clients", "effect": "status:503"}`.

        Keys: `method` (or `*`), `path` (a glob), `effect` (`status:NNN`, `reset`, `hang`, `truncate`, `html`),
        `applied` (whether the request has its effect nevertheless), `times`; with `status:NNN` also `body`, `headers`.
        """
        self.control("faults", list(faults))

    def add_number(self, phone_number: str) -> str:
        """Puts a number into the Twilio account, and into the pool that makes a US number deliver, if there is one.

        Returns:
            Its SID.
        """
        services = self.state()["twilio"]["services"]
        pool = {"service_sid": services[0]["sid"]} if services else {}
        return str(self.control("twilio/numbers", {"phone_number": phone_number} | pool)["sid"])

    def reset(self) -> None:
        """Back to the first day, in the middle of a test; credentials and tokens stay valid."""
        self.control("reset")

    def read(self, path: str) -> Any:
        """Any `GET /_sandbox/{path}`."""
        return self._http.get(path).raise_for_status().json()

    def control(self, path: str, body: Any = None) -> Any:
        """Any `POST /_sandbox/{path}`.

        Raises:
            ValueError: The sandbox cannot use the body; the message says why.
        """
        answer = self._http.post(path, json=body)
        if answer.status_code == httpx.codes.BAD_REQUEST:
            raise ValueError(answer.json()["error"])
        return answer.raise_for_status().json()

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()


def _trust(ready: Mapping[str, Any]) -> ssl.SSLContext:
    if "ca_file" in ready:
        return ssl.create_default_context(cafile=ready["ca_file"])
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # over http nothing is verified


@pytest.fixture(scope="session")
def mfa_sandbox_config() -> SandboxConfig:
    """The options of the session's sandbox, for you to override; it always takes a free port."""
    return SandboxConfig()


@pytest.fixture(scope="session")
def mfa_sandbox_server(mfa_sandbox_config: SandboxConfig) -> Iterator[MfaSandbox]:
    """The one server of the session; a test takes `mfa_sandbox`, which resets it."""
    with Sandbox(replace(mfa_sandbox_config, port=0)) as server:
        running = MfaSandbox(server)
        yield running
        running.close()


@pytest.fixture
def mfa_sandbox(mfa_sandbox_server: MfaSandbox, monkeypatch: pytest.MonkeyPatch) -> MfaSandbox:
    """Auth0 and Twilio on loopback, as on their first day, and the environment that points at them."""
    mfa_sandbox_server.reset()
    for name in list(os.environ):
        if name.startswith(_OVERRIDDEN):
            monkeypatch.delenv(name)
    for name, value in mfa_sandbox_server.env.items():
        monkeypatch.setenv(name, value)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, ",".join(filter(None, (os.environ.get(name), _LOOPBACK))))
    return mfa_sandbox_server
