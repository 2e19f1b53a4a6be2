"""A pytest fixture that tests your own Auth0 and Twilio code against the sandbox of mfa-setup, fresh for each test.

A test requests the fixture `mfa_sandbox`:

    def test_a_code_arrives(mfa_sandbox: MfaSandbox) -> None:
        mfa_sandbox.add_number("+14155550100")
        my_code_that_reads_AUTH0_DOMAIN_and_so_on()
        assert "123456" in mfa_sandbox.wait_for_message("+14155550123")["body"]

One `mfa-setup sandbox` runs for the whole session and is reset before each test. While a test runs, the environment
variables point at the sandbox, and the caller's own `AUTH0_*` and `TWILIO_*` variables are removed, so that no test
reaches a real service.

If `mfa-setup` is not on `PATH`, set `MFA_SETUP_COMMAND` to the command that starts it. To start the sandbox with other
options, override `mfa_sandbox_options`:

    @pytest.fixture(scope="session", params=["unified", "legacy"])
    def mfa_sandbox_options(request):
        return ["--phone-stack", request.param]
"""

import json
import logging
import os
import shlex
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any
from urllib.error import HTTPError
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

import pytest

__all__ = ["MfaSandbox", "mfa_sandbox", "mfa_sandbox_options", "mfa_sandbox_server"]

_OVERRIDDEN = ("AUTH0_", "TWILIO_", "MFA_SETUP_SANDBOX")
_LOOPBACK = "localhost,127.0.0.1"
_START_SECONDS = 60
_STOP_SECONDS = 10
_BAD_REQUEST = 400
_log = logging.getLogger(__name__)


class MfaSandbox:
    """A running sandbox, with methods that inspect and change it through requests under `/_sandbox/`.

    Args:
        ready: The document that `mfa-setup sandbox --json` prints.

    Attributes:
        url: The base URL of both services, without a trailing slash.
        auth0_url: The base URL of the Management API, for `auth0.management.Auth0(base_url=…)`.
        domain: The domain of the Auth0 tenant, as in `AUTH0_DOMAIN`.
        env: The environment variables for a client: addresses and credentials.
    """

    def __init__(self, ready: Mapping[str, Any]) -> None:
        self.url: str = ready["url"]
        self.auth0_url = f"{self.url}/api/v2"
        self.env: dict[str, str] = dict(ready["env"])
        self.domain = self.env["AUTH0_DOMAIN"]
        trust = ssl.create_default_context(cafile=ready.get("ca_file"))
        self._http = build_opener(ProxyHandler({}), HTTPSHandler(context=trust))
        self._token: str | None = None

    @property
    def token(self) -> str:
        """An access token for the Management API that is valid and has every scope."""
        if self._token is None:
            self._token = self.new_token()
        return self._token

    def new_token(self, **options: Any) -> str:
        """Creates another access token.

        Args:
            **options: `scope=["read:clients"]` for a limited token, `expires_in=-1` for an expired one, `audience="…"`.
        """
        return str(self.control("tokens", {"tenant": self.domain} | options)["access_token"])

    def state(self) -> dict[str, Any]:
        """Returns the Auth0 tenants and the Twilio account: `{"tenants": {domain: {…}}, "twilio": {…}}`."""
        return dict(self.read("state"))

    def tenant(self) -> dict[str, Any]:
        """Returns the Auth0 tenant: its `clients`, `factors`, `policies` and so on."""
        return dict(self.state()["tenants"][self.domain])

    def requests(self) -> list[dict[str, Any]]:
        """Returns the API requests of this test, oldest first: `n`, `service`, `method`, `path`, `status`, `tenant`."""
        return list(self.read("requests"))

    def messages(self) -> list[dict[str, Any]]:
        """Returns the SMS of this test, newest first, in the form of Twilio's API."""
        return list(self.read("messages"))

    def wait_for_message(self, to: str, timeout: float = 5) -> dict[str, Any]:
        """Waits for the newest SMS to a phone to reach a final status, and returns the SMS with its `status`.

        Args:
            to: The phone number, in E.164 form.
            timeout: The longest time to wait, in seconds.

        Raises:
            TimeoutError: No SMS to the phone reached a final status in time.
        """
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            found = next((message for message in self.messages() if message["to"] == to), None)
            if found is not None and found["status"] in {"delivered", "undelivered", "failed"}:
                return found
            time.sleep(0.05)
        raise TimeoutError(f"no message has reached {to} in {timeout} seconds")

    def faults(self, *faults: Mapping[str, Any]) -> None:
        """Makes the next matching requests fail, such as `{"path": "/api/v2/clients", "effect": "status:503"}`.

        The keys of a fault are `method` (or `*`), `path` (a glob), `effect` (`status:NNN`, `reset`, `hang`, `truncate`,
        `html`), `applied` (whether the request takes effect nevertheless) and `times`; a fault with `status:NNN` can
        also have `body` and `headers`.
        """
        self.control("faults", list(faults))

    def add_number(self, phone_number: str) -> str:
        """Adds a number to the Twilio account, and to the pool of the first Messaging Service if the account has one.

        A US number needs the pool, because its messages are delivered only with the service's campaign.

        Returns:
            The SID of the number.
        """
        services = self.state()["twilio"]["services"]
        pool = {"service_sid": services[0]["sid"]} if services else {}
        return str(self.control("twilio/numbers", {"phone_number": phone_number} | pool)["sid"])

    def reset(self) -> None:
        """Resets the sandbox to its initial state; credentials and tokens stay valid."""
        self.control("reset")

    def read(self, path: str) -> Any:
        """Sends `GET /_sandbox/{path}` and returns the response."""
        return self._call(Request(f"{self.url}/_sandbox/{path}"))  # noqa: S310 the address is the sandbox's

    def control(self, path: str, body: Any = None) -> Any:
        """Sends `POST /_sandbox/{path}` and returns the response.

        Raises:
            ValueError: The sandbox rejected the body; the message says why.
        """
        data = b"" if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        try:
            return self._call(Request(f"{self.url}/_sandbox/{path}", data, headers))  # noqa: S310 the address is the sandbox's
        except HTTPError as refused:
            with refused:
                if refused.code != _BAD_REQUEST:
                    raise
                raise ValueError(json.load(refused)["error"]) from None

    def _call(self, request: Request) -> Any:
        with self._http.open(request, timeout=30) as answer:
            return json.loads(answer.read() or "null")


@contextmanager
def _running(options: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Runs the sandbox as a process and yields the document that it prints when it is ready.

    If the sandbox does not start, the test fails with the reason.
    """
    named = os.environ.get("MFA_SETUP_COMMAND", "").strip() or "mfa-setup"
    command = [*shlex.split(named, posix=os.name == "posix"), "sandbox", "--port", "0", "--json", *options]
    env = {name: value for name, value in os.environ.items() if not name.startswith(_OVERRIDDEN)}
    streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    try:
        process = subprocess.Popen(command, env=env, text=True, encoding="utf-8", **streams)  # noqa: S603 the user's own command
    except OSError as failed:
        pytest.fail(
            f"The sandbox cannot be started: the command {command[0]!r} cannot be run ({failed.strerror}). Install"
            " mfa-setup with its extra `sandbox`, or set MFA_SETUP_COMMAND to the command that starts mfa-setup.",
            pytrace=False,
        )
    with process:
        assert process.stdout is not None  # noqa: S101 for the type checker: it is a pipe
        assert process.stderr is not None  # noqa: S101 likewise
        lines: list[str] = []
        messages = threading.Thread(target=_log_lines, args=(process.stderr, lines), daemon=True)
        messages.start()
        overdue = threading.Timer(_START_SECONDS, process.kill)
        overdue.start()
        try:
            line = process.stdout.readline()
            overdue.cancel()
            yield _ready(line, named, lines, messages)
        finally:
            overdue.cancel()
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
            messages.join(_STOP_SECONDS)


def _log_lines(stream: IO[str], lines: list[str]) -> None:
    """Logs what the sandbox prints for people, such as a request that it does not serve."""
    for line in stream:
        lines.append(line)
        _log.warning("%s", line.rstrip())


def _ready(line: str, command: str, lines: list[str], messages: threading.Thread) -> dict[str, Any]:
    """Parses the line that the sandbox prints when it is ready; fails the test if the sandbox did not start."""
    try:
        document = json.loads(line)
    except ValueError:
        document = None
    if isinstance(document, dict) and "env" in document:
        return document
    if isinstance(document, dict) and isinstance(document.get("error"), dict):
        reason = f"{document['error'].get('message')} {document['error'].get('hint')}"
    else:
        messages.join(1)  # wait for the error messages: the process has ended or printed something else
        reason = "".join(lines).strip() or "It printed no addresses and credentials."
    pytest.fail(f"The sandbox did not start. {reason} (MFA_SETUP_COMMAND: {command})", pytrace=False)


@pytest.fixture(scope="session")
def mfa_sandbox_options() -> Sequence[str]:
    """The options of `mfa-setup sandbox` for this session; override this fixture to add options.

    The sandbox always uses a free port.
    """
    return ()


@pytest.fixture(scope="session")
def mfa_sandbox_server(mfa_sandbox_options: Sequence[str]) -> Iterator[MfaSandbox]:
    """The sandbox of the session; tests use the fixture `mfa_sandbox`, which resets it."""
    with _running(mfa_sandbox_options) as ready:
        yield MfaSandbox(ready)


@pytest.fixture
def mfa_sandbox(mfa_sandbox_server: MfaSandbox, monkeypatch: pytest.MonkeyPatch) -> MfaSandbox:
    """Auth0 and Twilio on loopback in their initial state, with environment variables that point at them."""
    mfa_sandbox_server.reset()
    for name in list(os.environ):
        if name.startswith(_OVERRIDDEN):
            monkeypatch.delenv(name)
    for name, value in mfa_sandbox_server.env.items():
        monkeypatch.setenv(name, value)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, ",".join(filter(None, (os.environ.get(name), _LOOPBACK))))
    return mfa_sandbox_server
