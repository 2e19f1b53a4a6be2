"""The loopback server of a login: listens at one of the application's callback URLs until the browser returns."""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from mfa_setup.errors import LoginTimedOutError, NoCallbackError
from mfa_setup.settings.endpoints import is_loopback, is_subdomain_of_localhost

_PAGE = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>mfa-setup</title><link rel=icon href='data:,'>"
    "<meta name=viewport content='width=device-width'><style>:root{color-scheme:light dark}"
    "body{font:1.1rem system-ui;margin:4rem auto;max-width:32rem;padding:0 1rem}</style>"
    "<main><h1>Back at mfa-setup</h1><p>You can close this page. See the terminal for the result.</main></html>"
)


class Listener:
    """Listens at one callback URL and stores the first response that carries the `state` of this login."""

    def __init__(self, url: str, state: str) -> None:
        self.url = url
        self._state = state
        self._came = threading.Event()
        self._answer: dict[str, str] = {}

    def take(self, target: str) -> bool:
        """Stores the response to this login, unless one has been stored already.

        Args:
            target: The path and query of a request to the callback URL.

        Returns:
            Whether the request is a response to this login; any other request is rejected.
        """
        parts = urlsplit(target)
        if parts.path != (urlsplit(self.url).path or "/"):
            return False
        answer = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if answer.get("state") != self._state or not ({"code", "error"} & set(answer)):
            return False
        if not self._came.is_set():
            self._answer = answer
            self._came.set()
        return True

    def wait(self, seconds: float) -> dict[str, str]:
        """Waits for the browser to return, and returns the parameters of its request.

        Raises:
            LoginTimedOutError: The browser did not return in time.
        """
        if not self._came.wait(seconds):
            raise LoginTimedOutError(f"Nobody logged in within {seconds:.0f} seconds.")
        return self._answer


@contextmanager
def listening(callbacks: Sequence[str], state: str) -> Iterator[Listener]:
    """Listens at the first of these callback URLs that is on this machine and whose port is free.

    Raises:
        NoCallbackError: No callback URL is on this machine, or the ports of all such URLs are in use.
    """
    split = [(url, urlsplit(url)) for url in callbacks]
    local = [url for url, parts in split if parts.scheme == "http" and _is_here(parts.hostname or "")]
    for url in local:
        listener = Listener(url, state)
        with ExitStack() as stack:
            try:
                servers = [stack.enter_context(_Server(*address)) for address in _addresses(url)]
            except OSError:
                continue
            for server in servers:
                server.take = listener.take
                stack.enter_context(_serving(server))
            yield listener
            return
    raise _nowhere(local)


def _is_here(host: str) -> bool:
    """Whether every browser reaches this machine under a host name; subdomains of `localhost` do not always resolve."""
    return is_loopback(host) and not is_subdomain_of_localhost(host)


class _Server(ThreadingHTTPServer):
    """An HTTP server on one address of this machine; `take` receives the path and query of each request."""

    allow_reuse_address = True
    daemon_threads = True
    take: Callable[[str], bool]

    def __init__(self, family: socket.AddressFamily, host: str, port: int) -> None:
        self.address_family = family
        super().__init__((host, port), _Handler)


@contextmanager
def _serving(server: _Server) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


def _addresses(url: str) -> list[tuple[socket.AddressFamily, str, int]]:
    """Returns the addresses to listen at for a callback URL.

    For `localhost`, these are the IPv4 and the IPv6 address: a browser may use either, and a development server may
    already occupy either.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 80
    v4, v6 = (socket.AF_INET, "127.0.0.1", port), (socket.AF_INET6, "::1", port)
    if host == "localhost":
        return [v4, v6] if _has_ipv6() else [v4]
    return [v6] if host == "::1" else [(socket.AF_INET, host, port)]


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def _nowhere(local: Sequence[str]) -> NoCallbackError:
    if local:
        return NoCallbackError(
            f"Another program uses the port of {', '.join(local)}.",
            hint="Stop that program (often the app itself) and run the command again, or pass --add-callback to "
            "use another port for this login.",
        )
    return NoCallbackError(
        "None of the application's callback URLs is on this machine.",
        hint="Pass --add-callback to add a callback URL for this login (it is removed afterwards), or add one "
        "permanently: mfa-setup init --callback-url http://localhost:3000.",
    )


class _Handler(BaseHTTPRequestHandler):
    server_version = "mfa-setup"
    sys_version = ""

    def do_GET(self) -> None:
        """Answers the browser; `BaseHTTPRequestHandler` requires the name of this method."""
        server = self.server
        came = isinstance(server, _Server) and server.take(self.path)
        body = _PAGE.encode() if came else b"Not found"
        self.send_response(200 if came else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, _format: str, *_arguments: object) -> None:
        """Logs nothing, because the request line contains the authorization code."""
