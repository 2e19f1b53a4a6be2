"""The server's open TCP connections, which faults can reset and which must not delay a stop."""

import asyncio
import socket
import struct
from typing import TypeAlias

from starlette.types import Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

Peer: TypeAlias = tuple[str, int]

_LINGER_ZERO = struct.pack("ii", 1, 0)
_GRACE_SECONDS = 0.3


class Connections:
    """The open transports, keyed by the address of their client: an ASGI scope identifies its connection by it.

    Attributes:
        stopping: Set when the server is about to stop.
    """

    def __init__(self) -> None:
        self.stopping = asyncio.Event()
        self._open: dict[Peer, asyncio.Transport] = {}

    def protocol(self) -> type[H11Protocol]:
        """Returns an HTTP protocol class for uvicorn that registers its connections here."""
        connections = self

        class Registered(H11Protocol):
            """uvicorn's HTTP protocol, which registers its transport while it is connected."""

            peer: Peer | None = None

            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                self.peer = self.client
                if self.peer is not None:
                    connections._open[self.peer] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                super().connection_lost(exc)
                if self.peer is not None:
                    connections._open.pop(self.peer, None)

        return Registered

    def stop(self) -> None:
        """Wakes every sleeping or hanging request, and soon aborts the connections still open (TLS closes slowly)."""
        self.stopping.set()
        asyncio.get_running_loop().call_later(_GRACE_SECONDS, self._abort_all)

    def _abort_all(self) -> None:
        for transport in list(self._open.values()):
            transport.abort()

    async def sleep(self, seconds: float) -> None:
        """Sleeps for this long, or until the server stops."""
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return

    async def hang(self, scope: Scope, receive: Receive) -> None:
        """Sends no answer until the client disconnects or the server stops."""
        gone = asyncio.ensure_future(_disconnected(receive))
        stop = asyncio.ensure_future(self.stopping.wait())
        await asyncio.wait((gone, stop), return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if not gone.done():
            gone.cancel()
            await self.reset(scope, receive)

    async def reset(self, scope: Scope, receive: Receive) -> None:
        """Resets the TCP connection: the client receives an RST instead of an orderly end of the stream."""
        transport = self._transport(scope)
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        transport.abort()
        await _disconnected(receive)

    async def close(self, scope: Scope, receive: Receive) -> None:
        """Closes the connection once everything written has been sent."""
        self._transport(scope).close()
        await _disconnected(receive)

    def _transport(self, scope: Scope) -> asyncio.Transport:
        host, port = scope["client"]
        return self._open[(host, port)]


async def _disconnected(receive: Receive) -> None:
    # If the app returned without an answer while the connection is open, uvicorn would answer 500.
    while (await receive())["type"] != "http.disconnect":
        pass
