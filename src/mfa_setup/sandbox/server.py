"""The sandbox as a server: in a thread for tests and `demo`, in the foreground for `mfa-setup sandbox`."""

import asyncio
import os
import signal
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

import uvicorn

from mfa_setup.sandbox import fleet
from mfa_setup.sandbox.app import build_app
from mfa_setup.sandbox.config import SandboxConfig
from mfa_setup.sandbox.connections import Connections
from mfa_setup.sandbox.site import Site
from mfa_setup.sandbox.sockets import PortInUseError, bind
from mfa_setup.sandbox.world import World

__all__ = ["PortInUseError", "Sandbox"]

_START_SECONDS = 10


class Sandbox:
    """Both services on loopback, in a thread of this process.

    Use it as a context manager, or call `start` and `stop`. It is reachable as `localhost` and as `127.0.0.1`.

    Args:
        config: The options of the sandbox.
        hosts: The host names of the tenants, as `World` takes them.

    Attributes:
        config: The options of the sandbox; after `start`, `world.config` has the port that is served.
    """

    def __init__(self, config: SandboxConfig | None = None, hosts: Sequence[str] | None = None) -> None:
        self.config = config or SandboxConfig()
        self._hosts = hosts
        self._world: World | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connections = Connections()

    @property
    def world(self) -> World:
        """The state behind the server.

        Raises:
            RuntimeError: The sandbox has not been started.
        """
        if self._world is None:
            raise RuntimeError("the sandbox has not been started")
        return self._world

    @property
    def url(self) -> str:
        """The URL of the sandbox, without a trailing slash."""
        return self.world.site.url

    def start(self) -> Self:
        """Binds the port and serves it in a daemon thread; returns once requests are answered.

        Raises:
            PortInUseError: Another program uses the port.
            RuntimeError: The sandbox did not start.
        """
        sockets = bind(self.config.port)
        world = World(replace(self.config, port=sockets[0].getsockname()[1]), self._hosts)
        self._world = world
        self._connections = Connections()
        settings = uvicorn.Config(
            build_app(world, self._connections),
            http=self._connections.protocol(),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,  # `edge.Dated` adds the header, unless a fault sets its own
            timeout_graceful_shutdown=1,
        )
        settings.load()
        settings.ssl = _tls(world.site) if self.config.tls else None
        self._server = uvicorn.Server(settings)
        self._thread = threading.Thread(
            target=self._run, args=(self._server, sockets), name="mfa-setup-sandbox", daemon=True
        )
        self._thread.start()
        self._await_start(self._server, self._thread)
        return self

    def _run(self, server: uvicorn.Server, sockets: list[socket.socket]) -> None:
        async def serve() -> None:
            self._loop = asyncio.get_running_loop()
            await server.serve(sockets=sockets)

        asyncio.run(serve())

    def _await_start(self, server: uvicorn.Server, thread: threading.Thread) -> None:
        pause = threading.Event()
        for _ in range(_START_SECONDS * 200):
            if server.started:
                return
            if not thread.is_alive():
                break
            pause.wait(0.005)
        self.stop()
        raise RuntimeError("the sandbox did not start")

    def stop(self) -> None:
        """Stops serving at once and cuts off requests that are still running. Stopping twice is harmless."""
        server, thread, loop = self._server, self._thread, self._loop
        self._server = self._thread = self._loop = None
        if server is None or thread is None:
            return
        server.should_exit = True
        self.world.site.workers.stop()
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._connections.stop)
        thread.join(timeout=_START_SECONDS)
        if self.world.site.ca_file is not None:
            Path(self.world.site.ca_file).unlink(missing_ok=True)

    def serve_forever(self, announce: Callable[[], None] = lambda: None) -> None:
        """Serves in the foreground until SIGINT or SIGTERM; starts the sandbox first if it is not running.

        `announce` is called once the signal handlers are installed: a program that reads it may stop the sandbox at
        once.
        """
        if self._server is None:
            self.start()
        asked_to_stop: list[int] = []

        def note(number: int, _frame: FrameType | None) -> None:
            asked_to_stop.append(number)

        before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            announce()
            while not asked_to_stop and self._thread is not None and self._thread.is_alive():
                self._thread.join(timeout=0.1)
        finally:
            self.stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def ready(self) -> dict[str, Any]:
        """Returns the JSON that `mfa-setup sandbox --json` prints: the addresses, and the environment for a client."""
        site, tenant = self.world.site, self.world.first
        credentials = self.world.twilio.credentials
        env = {
            "MFA_SETUP_SANDBOX": site.url,
            "AUTH0_DOMAIN": tenant.domain,
            "AUTH0_CLIENT_ID": tenant.tool.client_id,
            "AUTH0_CLIENT_SECRET": tenant.tool.client_secret,
            "TWILIO_ACCOUNT_SID": credentials.account_sid,
            "TWILIO_AUTH_TOKEN": credentials.auth_token,
        }
        answer: dict[str, Any] = {
            "url": site.url,
            "control": f"{site.url}/_sandbox",
            "inbox": f"{site.url}/_sandbox/inbox",
        }
        if site.ca_file is not None:
            answer["ca_file"] = site.ca_file
            names = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
            env |= dict.fromkeys(names, site.ca_file)
        if self.config.tenants is not None:
            answer["tenants"] = list(self.world.tenants)
            env |= fleet.environment(self.world.tenants.values())
        return answer | {"env": env}

    def fleet_file(self) -> str:
        """Returns a fleet file that names the tenants, with their credentials as variables of `ready`'s `env`."""
        return fleet.fleet_file(self.world.tenants)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _tls(site: Site) -> ssl.SSLContext:
    """Returns a server context with a certificate of an authority that exists for this run only."""
    import trustme  # noqa: PLC0415 - only `--tls` needs it, and the sandbox should start quickly

    authority = trustme.CA()
    handle, name = tempfile.mkstemp(prefix="mfa-setup-sandbox-", suffix=".pem")
    os.close(handle)
    authority.cert_pem.write_to_path(name)
    site.ca_file = name
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost", "127.0.0.1", "::1", f"*.{fleet.DOMAIN}").configure_cert(context)
    return context
