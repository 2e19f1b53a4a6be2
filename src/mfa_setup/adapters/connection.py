"""The connections of both adapters: no attempt exceeds its deadline, however slowly a response arrives.

Source: HTTPCore docs, "Network Backends": HTTPCore's timeouts limit each single read or write, not their sum. So this
backend limits each of them to the time left until the attempt's deadline.
"""

import math
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import certifi
import httpcore
import httpx

from mfa_setup.cancellation import TICK, Cancellation
from mfa_setup.errors import ConfigUnreadableError
from mfa_setup.settings.endpoints import LOOPBACK_ADDRESSES, is_loopback, is_subdomain_of_localhost


@dataclass(frozen=True, slots=True)
class Network:
    """How this machine reaches the internet.

    Attributes:
        ca_file: The certificates to trust; by default those of the `certifi` package.
        proxy: Returns the URL of the proxy for a host; None, the default, means a direct connection. Loopback hosts are
            never reached through a proxy.
    """

    ca_file: Path | None = None
    proxy: Callable[[str], str | None] = lambda _host: None


@cache
def tls_context(scheme: str, ca_file: Path | None) -> ssl.SSLContext:
    """Returns the TLS settings for requests; for http, a context without trusted certificates, which is quick to build.

    Args:
        scheme: The scheme of the requests' URLs.
        ca_file: The certificates to trust; by default those of the `certifi` package.

    Raises:
        ConfigUnreadableError: The file contains no certificates.
    """
    if scheme == "http":
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca_file is None:
        return ssl.create_default_context(cafile=certifi.where())
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (ssl.SSLError, OSError):
        raise ConfigUnreadableError(
            f"The file in SSL_CERT_FILE, {ca_file}, contains no certificates in PEM format.",
            hint="Set SSL_CERT_FILE to a PEM file, or unset it.",
        ) from None


class Connections:
    """A pool of kept-alive connections, safe to use from any thread."""

    def __init__(self, network: Network, cancellation: Cancellation) -> None:
        self._network = network
        self._timer = _Timer(cancellation)
        self._pools: dict[tuple[str, str | None], httpcore.ConnectionPool] = {}
        self._lock = threading.Lock()

    def exchange(self, request: httpx.Request, seconds: float) -> httpx.Response:
        """Sends a request and returns the response; the caller reads the body, within the same deadline.

        Raises:
            httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError: The server did not respond.
            InterruptedRunError: The run was cancelled, and the request is not a write.
        """
        self._timer.start(seconds)
        url = request.url
        answer = self._pool(url).handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.read(),
                extensions={"timeout": {"pool": seconds}},
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer), request=request)

    def _pool(self, url: httpx.URL) -> httpcore.ConnectionPool:
        proxy = None if is_loopback(url.host) else self._network.proxy(url.host)
        with self._lock:
            if (url.scheme, proxy) not in self._pools:
                self._pools[url.scheme, proxy] = self._new_pool(url.scheme, proxy)
            return self._pools[url.scheme, proxy]

    def _new_pool(self, scheme: str, proxy: str | None) -> httpcore.ConnectionPool:
        given = httpx.Proxy(proxy) if proxy else None
        return httpcore.ConnectionPool(
            ssl_context=tls_context(scheme, self._network.ca_file),
            proxy=httpcore.Proxy(str(given.url), auth=given.raw_auth) if given else None,
            max_connections=None,
            keepalive_expiry=5.0,
            network_backend=_Backend(self._timer),
        )

    def close(self) -> None:
        """Closes the connections."""
        for pool in self._pools.values():
            pool.close()


class _Body(httpx.SyncByteStream):
    """A response body that is read as it arrives; closing it returns the connection to the pool."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class _Timer(threading.local):
    """The deadline of this thread's current attempt."""

    def __init__(self, cancellation: Cancellation) -> None:
        self._cancellation = cancellation
        self._deadline = math.inf

    def start(self, seconds: float) -> None:
        """Starts the deadline of an attempt."""
        self._deadline = time.monotonic() + seconds

    def left(self, expired: type[httpcore.TimeoutException]) -> float:
        """Returns the seconds until the deadline.

        Raises:
            httpcore.TimeoutException: The deadline has passed.
            InterruptedRunError: The run was cancelled.
        """
        self._cancellation.check()
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise expired
        return left


class _Backend(httpcore.NetworkBackend):
    """Opens connections that obey the attempt's deadline."""

    def __init__(self, timer: _Timer) -> None:
        self._timer = timer
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Tries the addresses of a host in turn, dividing the remaining time among those not yet tried."""
        del timeout
        addresses = _addresses(host, port)
        for later in reversed(range(len(addresses))):
            seconds = self._timer.left(httpcore.ConnectTimeout) / (later + 1)
            try:
                stream = self._plain.connect_tcp(addresses[-1 - later], port, seconds, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if not later:
                    raise
            else:
                return _Stream(stream, self._timer)
        raise httpcore.ConnectError("no address")


def _addresses(host: str, port: int) -> list[str]:
    if is_subdomain_of_localhost(host):
        return list(LOOPBACK_ADDRESSES)
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except OSError as unknown:
        raise httpcore.ConnectError(str(unknown)) from unknown


class _Stream(httpcore.NetworkStream):
    """A connection whose reads and writes end at the deadline; a read also stops when the run is cancelled."""

    def __init__(self, plain: httpcore.NetworkStream, timer: _Timer) -> None:
        self._plain = plain
        self._timer = timer

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        del timeout
        while True:
            seconds = min(TICK, self._timer.left(httpcore.ReadTimeout))
            try:
                return self._plain.read(max_bytes, seconds)
            except httpcore.ReadTimeout:
                continue

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        del timeout
        self._plain.write(buffer, self._timer.left(httpcore.WriteTimeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        del timeout
        seconds = self._timer.left(httpcore.ConnectTimeout)
        return _Stream(self._plain.start_tls(ssl_context, server_hostname, seconds), self._timer)

    def get_extra_info(self, info: str) -> object:
        return self._plain.get_extra_info(info)

    def close(self) -> None:
        self._plain.close()
