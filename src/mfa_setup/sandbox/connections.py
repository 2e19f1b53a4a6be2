"""The open TCP connections, which can be reset on demand and must not delay a stop."""

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
    """Transports by the address of their client, which is what an ASGI scope knows of its connection.

    Attributes:
        stopping: Set when the server is about to stop.
    """

    def __init__(self) -> None:
        self.stopping = asyncio.Event()
        self._open: dict[Peer, asyncio.Transport] = {}

    def protocol(self) -> type[H11Protocol]:
        """An HTTP protocol for uvicorn that registers its connections here."""
        connections = self

        class Registered(H11Protocol):
            """uvicorn's protocol, with its transport on record."""

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
        """Wake everything that waits, and abort shortly after what is still open (TLS closes slowly)."""
        self.stopping.set()
        asyncio.get_running_loop().call_later(_GRACE_SECONDS, self._abort_all)

    def _abort_all(self) -> None:
        for transport in list(self._open.values()):
            transport.abort()

    async def sleep(self, seconds: float) -> None:
        """Sleep, but not beyond the stop of the server."""
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return

    async def hang(self, scope: Scope, receive: Receive) -> None:
        """Answer nothing until the client goes away or the server stops."""
        gone = asyncio.ensure_future(_disconnected(receive))
        stop = asyncio.ensure_future(self.stopping.wait())
        await asyncio.wait((gone, stop), return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if not gone.done():
            gone.cancel()
            await self.reset(scope, receive)

    async def reset(self, scope: Scope, receive: Receive) -> None:
        """Reset the TCP connection: the client sees RST, not the end of a stream."""
        transport = self._transport(scope)
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        transport.abort()
        await _disconnected(receive)

    async def close(self, scope: Scope, receive: Receive) -> None:
        """Close the connection once what was written is out."""
        self._transport(scope).close()
        await _disconnected(receive)

    def _transport(self, scope: Scope) -> asyncio.Transport:
        host, port = scope["client"]
        return self._open[(host, port)]


async def _disconnected(receive: Receive) -> None:
    # uvicorn would answer 500 for an app that returns without an answer while the connection still stands.
    while (await receive())["type"] != "http.disconnect":
        pass
