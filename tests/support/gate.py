"""A gate in front of a running sandbox: a test decides what becomes of each request, and when.

It stands in the sandbox's own process, outside of everything that the sandbox does, so a client at the other end of the
connection cannot tell it from a network that loses or delays things.
"""

import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mfa_setup.sandbox.services import is_control
from support.lab import READS, Lab


class Visit:
    """One request at the gate.

    Attributes:
        n: Its number since the gate was put up, from 1.
        method: The HTTP method.
        path: The path without its query.
        body: What was sent with it.
    """

    def __init__(
        self, n: int, scope: Scope, body: bytes, *, forward: Callable[[Send], Awaitable[None]], send: Send
    ) -> None:
        self.n = n
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.body = body
        self._forward = forward
        self._send = send

    @property
    def writes(self) -> bool:
        """Whether it may change something; asking for a token does not."""
        return self.method not in READS and self.path != "/oauth/token"

    def json(self) -> Any:
        """The body, where it is JSON."""
        return json.loads(self.body)

    async def take(self) -> list[Message]:
        """Lets the request have its effect; the answer is not given back yet."""
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        await self._forward(keep)
        return answer

    async def pass_on(self) -> list[Message]:
        """Lets the request through as if there were no gate; nothing is left to give back."""
        await self._forward(self._send)
        return []


Around = Callable[[Visit], Awaitable[list[Message]]]
"""What happens at the gate; what it returns is given back to the client."""


class _Gate:
    """The ASGI application that stands in front of the sandbox's own."""

    def __init__(self, app: ASGIApp, around: Around) -> None:
        self.app = app
        self.around = around
        self.count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_control(scope["path"]):
            await self.app(scope, receive, send)
            return
        self.count += 1
        number, body = self.count, await _read(receive)

        async def forward(to: Send) -> None:
            await self.app(scope, _replay(body, receive), to)

        for message in await self.around(Visit(number, scope, body, forward=forward, send=send)):
            await send(message)


@contextmanager
def gate(lab: Lab, around: Around) -> Iterator[None]:
    """Puts a gate up for the connections that are opened while this lasts."""
    server = lab.sandbox._server
    assert server is not None, "the sandbox runs"
    before = server.config.loaded_app
    server.config.loaded_app = _Gate(before, around)
    try:
        yield
    finally:
        server.config.loaded_app = before


async def _read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _replay(body: bytes, receive: Receive) -> Receive:
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return left.pop() if left else await receive()

    return again
