"""One attempt ends with its deadline, and a read with the run, however slowly the answer drips in."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import httpcore
import httpx
import pytest

from mfa_setup.adapters import auth0_refusals, twilio_refusals
from mfa_setup.adapters.connection import Connections, Network, tls_context
from mfa_setup.adapters.http import client
from mfa_setup.adapters.http_policy import HttpPolicy, HttpSettings
from mfa_setup.adapters.twilio_http import PolicyHttpClient
from mfa_setup.cancellation import Cancellation
from mfa_setup.cli.network import network_of
from mfa_setup.errors import (
    ConfigUnreadableError,
    InterruptedRunError,
    InvalidValueError,
    MfaSetupError,
    OutcomeUnknownError,
    UnavailableError,
)

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n"
DRIPS = {"headers": b"", "body": HEAD, "nothing": None}
BUDGET = 1.0
"""Seconds that an attempt gets; the server would drip for several times as long."""


class Dripping:
    """A server on loopback that sends the beginning of an answer at once, and the rest byte by byte."""

    def __init__(self, at_once: bytes | None) -> None:
        self._at_once = at_once
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._stop = threading.Event()
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.arrived = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                peer = self._socket.accept()[0]
                threading.Thread(target=self._drip, args=(peer,), daemon=True).start()

    def _drip(self, peer: socket.socket) -> None:
        with closing(peer), suppress(OSError):
            peer.recv(65_536)
            self.arrived.set()
            peer.sendall(self._at_once or b"")
            for byte in HEAD if self._at_once == b"" else b" " * 900:
                if self._stop.wait(BUDGET / 10):
                    return
                peer.sendall(bytes([byte]) if self._at_once is not None else b"")

    def close(self) -> None:
        """Stops it."""
        self._stop.set()
        self._socket.close()


@pytest.fixture
def dripping() -> Iterator[Callable[[str], Dripping]]:
    """Starts servers, and stops them at the end."""
    with ExitStack() as stack:
        yield lambda kind: stack.enter_context(closing(Dripping(DRIPS[kind])))


Ask = Callable[[str, str, Cancellation], object]
"""Sends a request by one of the two clients: method, URL, token."""


def by_auth0(method: str, url: str, token: Cancellation) -> object:
    """Sends a request as the Auth0 adapter does."""
    settings = HttpSettings(BUDGET, cancellation=token)
    with client(HttpPolicy("auth0", auth0_refusals.classify, settings=settings)) as http:
        return http.request(method, f"{url}/api")


def by_twilio(method: str, url: str, token: Cancellation) -> object:
    """Sends a request as the Twilio adapter does."""
    settings = HttpSettings(BUDGET, cancellation=token)
    with closing(PolicyHttpClient(HttpPolicy("twilio", twilio_refusals.classify, settings=settings), url)) as http:
        return http.request(method, "https://api.twilio.com/numbers", data={"a": "b"})


@pytest.fixture(params=[by_auth0, by_twilio], ids=["auth0", "twilio"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """One of the two clients."""
    asking: Ask = request.param
    return asking


@pytest.mark.parametrize(("method", "expected"), [("GET", UnavailableError), ("POST", OutcomeUnknownError)])
@pytest.mark.parametrize("kind", DRIPS)
def test_an_answer_that_drips_past_the_deadline_is_no_answer(
    dripping: Callable[[str], Dripping], ask: Ask, kind: str, method: str, expected: type[MfaSetupError]
) -> None:
    server = dripping(kind)
    began = time.monotonic()
    with pytest.raises(UnavailableError, match="the request timed out") as raised:
        ask(method, server.url, Cancellation())
    assert type(raised.value) is expected
    assert time.monotonic() - began < BUDGET * 3


@pytest.mark.parametrize("kind", DRIPS)
def test_a_cancelled_read_does_not_wait_for_the_rest(dripping: Callable[[str], Dripping], ask: Ask, kind: str) -> None:
    server, token = dripping(kind), Cancellation()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(ask, "GET", server.url, token)
        assert server.arrived.wait(BUDGET * 5)
        began = time.monotonic()
        token.cancel()
        with pytest.raises(InterruptedRunError):
            future.result(BUDGET * 5)
        assert time.monotonic() - began < BUDGET * 0.8


def test_a_cancelled_write_waits_for_its_answer_until_the_deadline(
    dripping: Callable[[str], Dripping], ask: Ask
) -> None:
    server, token = dripping("body"), Cancellation()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(ask, "POST", server.url, token)
        assert server.arrived.wait(BUDGET * 5)
        token.cancel()
        with pytest.raises(InterruptedRunError) as raised:
            future.result(BUDGET * 5)
    assert not raised.value.unsent


def test_the_addresses_of_a_host_share_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    allowed: list[float] = []

    def connect(_backend: object, _host: str, _port: int, seconds: float, *_more: object) -> object:
        allowed.append(seconds)
        raise httpcore.ConnectTimeout

    def resolve(*_arguments: object, **_named: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"203.0.113.{n}", 443)) for n in range(4)]

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    connections = Connections(Network(), Cancellation())
    with pytest.raises(httpcore.ConnectTimeout):
        connections.exchange(httpx.Request("GET", "http://example.com/"), 4.0)
    assert allowed == pytest.approx([1.0, 4 / 3, 2.0, 4.0], abs=0.2)


# --- the network of this machine -----------------------------------------------------------------------------------


def proxy_of(monkeypatch: pytest.MonkeyPatch, host: str = "api.twilio.com", **environment: str) -> str | None:
    """The proxy for a host in an environment."""
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return network_of({}).proxy(host)


def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert proxy_of(monkeypatch) is None
    assert proxy_of(monkeypatch, https_proxy="http://proxy.corp:3128") == "http://proxy.corp:3128"
    assert proxy_of(monkeypatch, https_proxy="proxy.corp:3128") == "http://proxy.corp:3128"
    assert proxy_of(monkeypatch, https_proxy="http://proxy.corp:3128", no_proxy="twilio.com") is None
    with pytest.raises(InvalidValueError, match="neither http nor https"):
        proxy_of(monkeypatch, https_proxy="socks5://proxy.corp:1080")


def test_a_proxy_that_is_not_reached_has_sent_nothing_and_loopback_is_never_proxied() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        nobody = f"http://127.0.0.1:{probe.getsockname()[1]}"
    settings = HttpSettings(BUDGET, network=Network(proxy=lambda _host: nobody))
    with client(HttpPolicy("auth0", auth0_refusals.classify, settings=settings)) as http:
        with pytest.raises(UnavailableError) as raised:
            http.post("https://acme.eu.auth0.com/api/v2/clients")
        assert type(raised.value) is UnavailableError
        assert [proxy for _scheme, proxy in http._transport._connections._pools] == [nobody]  # type: ignore[attr-defined]
        with pytest.raises(UnavailableError):
            http.get(f"{nobody}/api")
        assert {proxy for _scheme, proxy in http._transport._connections._pools} == {nobody, None}  # type: ignore[attr-defined]


def test_a_certificate_file_must_hold_certificates(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.touch()
    with pytest.raises(ConfigUnreadableError, match="no certificates"):
        tls_context("https", empty)
    assert network_of({"SSL_CERT_FILE": str(empty)}).ca_file == empty
    with pytest.raises(ConfigUnreadableError, match="which is not a file"):
        network_of({"SSL_CERT_FILE": str(tmp_path)})
    with pytest.raises(ConfigUnreadableError):
        network_of({"SSL_CERT_FILE": "x" * 300})  # longer than a file's name may be


def test_a_proxy_that_refuses_has_passed_nothing_on_and_sees_no_token() -> None:
    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def refuse() -> None:
            with suppress(OSError):
                while True:
                    with closing(server.accept()[0]) as peer:
                        seen.append(peer.recv(65_536))
                        peer.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

        threading.Thread(target=refuse, daemon=True).start()
        proxy = f"http://ada:secret@127.0.0.1:{server.getsockname()[1]}"
        settings = HttpSettings(BUDGET, network=Network(proxy=lambda _host: proxy))
        policy = HttpPolicy("auth0", auth0_refusals.classify, settings=settings)
        with client(policy) as http, pytest.raises(UnavailableError) as raised:
            http.post("https://acme.eu.auth0.com/api/v2/clients", headers={"Authorization": "Bearer token"})
    assert type(raised.value) is UnavailableError
    assert seen[0].startswith(b"CONNECT acme.eu.auth0.com:443 HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic " in seen[0]
    assert b"Bearer" not in b"".join(seen)
