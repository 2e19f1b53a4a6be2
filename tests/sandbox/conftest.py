"""A sandbox per test: one server for all tests that take the defaults, reset between them."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from twilio.rest import Client

from mfa_setup.sandbox.config import SandboxConfig
from mfa_setup.sandbox.server import Sandbox
from support.twilio_states import Control, client_of

# Over http nothing is verified; loading the usual authorities for each client would take most of the time.
_NO_TRUST = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[Sandbox]:
    """The server of all tests that take the defaults."""
    with Sandbox(SandboxConfig(port=0)) as running:
        yield running


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Sandbox:
    """A sandbox with the default options, as on its first day."""
    shared_sandbox.world.reset()
    return shared_sandbox


@pytest.fixture
def start() -> Iterator[Callable[..., Sandbox]]:
    """Starts a sandbox with other options; it is stopped after the test."""
    with ExitStack() as stack:

        def begin(**options: Any) -> Sandbox:
            return stack.enter_context(Sandbox(SandboxConfig(port=0, **options)))

        yield begin


@pytest.fixture
def connect() -> Iterator[Callable[..., httpx.Client]]:
    """Makes HTTP clients that are closed after the test."""
    with ExitStack() as stack:

        def client(running: Sandbox, **options: Any) -> httpx.Client:
            defaults: dict[str, Any] = {"base_url": running.url, "trust_env": False, "timeout": 5, "verify": _NO_TRUST}
            return stack.enter_context(httpx.Client(**(defaults | options)))

        yield client


@pytest.fixture
def web(sandbox: Sandbox, connect: Callable[..., httpx.Client]) -> httpx.Client:
    """A client without a token."""
    return connect(sandbox)


@pytest.fixture
def api(sandbox: Sandbox, manage: Callable[..., httpx.Client]) -> httpx.Client:
    """A client of the Management API with every scope."""
    return manage(sandbox)


@pytest.fixture
def manage(connect: Callable[..., httpx.Client]) -> Callable[..., httpx.Client]:
    """Makes clients of the Management API, with every scope or those given."""

    def client(running: Sandbox, *scope: str) -> httpx.Client:
        made = connect(running)
        body = {"scope": scope} if scope else {}
        token = made.post("/_sandbox/tokens", json=body).json()["access_token"]
        made.headers["authorization"] = f"Bearer {token}"
        made.base_url = httpx.URL(f"{running.url}/api/v2")
        return made

    return client


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    """Twilio's SDK with the account's own token."""
    own = sandbox.world.twilio.credentials
    return client_of(sandbox, own.account_sid, own.auth_token, own.account_sid)


@pytest.fixture
def control(web: httpx.Client) -> Control:
    """Makes control calls of the Twilio half."""

    def call(name: str, **body: Any) -> Any:
        answer = web.post(f"/_sandbox/twilio/{name}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    return call


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many recorded exchanges were compared with the sandbox."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    files = [value for report in reports for name, value in report.user_properties if name == "exchanges"]
    if files:
        total = {name: sum(file[name] for file in files) for name in files[0]}
        terminalreporter.write_line(
            f"recordings: {total['checked']} exchanges of {len(files)} files checked, {total['listed']} differences "
            f"listed; {total['unserved']} are on paths that the sandbox does not serve, {total['cut']} were cut short"
        )
