"""Failures on demand: the next matching request fails, before or after it has had its effect."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mfa_setup.sandbox.services import failure, is_control

if TYPE_CHECKING:
    from mfa_setup.sandbox.connections import Connections
    from mfa_setup.sandbox.world import World

_PAGE = "<!DOCTYPE html>\n<html><title>502 Bad Gateway</title><body><h1>502 Bad Gateway</h1></body></html>\n"
_STATUSES = {str(status) for status in range(400, 600)}
_DEFAULTS = {"method": "*", "path": "", "effect": ""}


@dataclass(slots=True)
class Fault:
    """A failure that waits for a matching request.

    Attributes:
        method: The HTTP method, or `*`.
        path: A glob on the path without its query.
        effect: `status:NNN`, `reset`, `hang`, `truncate` or `html`.
        applied: Whether the request has its effect before it fails.
        times: How many matching requests still fail.
    """

    method: str
    path: str
    effect: str
    applied: bool = False
    times: int = 1

    def matches(self, method: str, path: str) -> bool:
        """Whether the request is one of those that shall fail."""
        return self.times > 0 and self.method in ("*", method) and fnmatchcase(path, self.path)


def parse_faults(body: Any) -> list[Fault]:
    """The faults of a `POST /_sandbox/faults`.

    Raises:
        ValueError: It is not a list of faults; the message says what is wrong and where.
    """
    if not isinstance(body, list):
        raise ValueError("expected a list of faults")  # noqa: TRY004 - every refusal is one kind of error
    return [_parse(item, f"faults[{index}]") for index, item in enumerate(body)]


def _parse(item: Any, where: str) -> Fault:
    if not isinstance(item, dict):
        raise ValueError(f"{where}: expected an object")  # noqa: TRY004 - as above
    unknown = item.keys() - {"method", "path", "effect", "applied", "times"}
    if unknown:
        raise ValueError(f"{where}: unknown key {', '.join(sorted(unknown))}")
    method, path, effect = (item.get(name, default) for name, default in _DEFAULTS.items())
    applied, times = item.get("applied", False), item.get("times", 1)
    if not isinstance(method, str) or not isinstance(path, str) or not path:
        raise ValueError(f"{where}: method and path must be strings, and path is required")
    if not _is_effect(effect):
        raise ValueError(f"{where}: effect must be status:400..599, reset, hang, truncate or html")
    if not isinstance(applied, bool) or type(times) is not int or times < 1:
        raise ValueError(f"{where}: applied must be true or false, times a number from 1")
    return Fault(method.upper(), path, effect, applied, times)


def _is_effect(effect: Any) -> bool:
    if not isinstance(effect, str):
        return False
    kind, _, number = effect.partition(":")
    if kind == "status":
        return number in _STATUSES
    return effect in ("reset", "hang", "truncate", "html")


class Faults:
    """ASGI middleware that lets requests fail as asked for; control calls never fail."""

    def __init__(self, app: ASGIApp, world: "World", connections: "Connections") -> None:
        self.app = app
        self.world = world
        self.connections = connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or fail it."""
        fault = self._take(scope)
        if fault is None:
            await self.app(scope, receive, send)
            return
        # The request is read in full: an unread rest would turn any close into a reset, and spoil a reset.
        body = await _read(receive)
        messages: list[Message] = []
        if fault.applied:
            await self._swallow(scope, _replay(body, receive), messages)
        await self._fail(fault, messages, scope, receive, send)

    def _take(self, scope: Scope) -> Fault | None:
        if scope["type"] != "http" or is_control(scope["path"]):
            return None
        faults = self.world.faults
        found = next((fault for fault in faults if fault.matches(scope["method"], scope["path"])), None)
        if found is not None:
            found.times -= 1
            if not found.times:
                faults.remove(found)
        return found

    async def _swallow(self, scope: Scope, receive: Receive, messages: list[Message]) -> None:
        async def keep(message: Message) -> None:
            messages.append(message)

        await self.app(scope, receive, keep)

    async def _fail(self, fault: Fault, messages: list[Message], scope: Scope, receive: Receive, send: Send) -> None:
        kind, _, number = fault.effect.partition(":")
        if kind == "status":
            await failure(scope["path"], int(number))(scope, receive, send)
        elif kind == "html":
            await HTMLResponse(_PAGE, status_code=502)(scope, receive, send)
        elif kind == "truncate":
            await self._truncate(messages, scope, receive, send)
        elif kind == "reset":
            await self.connections.reset(scope, receive)
        else:
            await self.connections.hang(scope, receive)

    async def _truncate(self, messages: list[Message], scope: Scope, receive: Receive, send: Send) -> None:
        if not messages:
            # Without an effect there is no real answer; any JSON will do to be cut in half.
            answer = Response('{"message": "this answer never arrives whole"}', media_type="application/json")
            messages.append({"type": "http.response.start", "status": 200, "headers": answer.raw_headers})
            messages.append({"type": "http.response.body", "body": answer.body})
        body = b"".join(message.get("body", b"") for message in messages[1:])
        await send(messages[0])
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        await self.connections.close(scope, receive)


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body", False):
            return body


def _replay(body: bytes, receive: Receive) -> Receive:
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return left.pop() if left else await receive()

    return again
