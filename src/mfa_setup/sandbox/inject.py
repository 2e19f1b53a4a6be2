"""Applies injected faults: replaces the response or resets the connection."""

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mfa_setup.sandbox.auth0.reached import reached
from mfa_setup.sandbox.connections import Connections
from mfa_setup.sandbox.faults import Fault
from mfa_setup.sandbox.services import failure, is_control, service_of
from mfa_setup.sandbox.world import World

_PAGE = "<!DOCTYPE html>\n<html><title>502 Bad Gateway</title><body><h1>502 Bad Gateway</h1></body></html>\n"


class Faults:
    """ASGI middleware that fails the requests that match a fault; control calls never fail."""

    def __init__(self, app: ASGIApp, world: World, connections: Connections) -> None:
        self.app = app
        self.world = world
        self.connections = connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, or applies the matching fault."""
        fault = self._take(scope)
        if fault is None:
            await self.app(scope, receive, send)
            return
        # The request is read in full: unread data would turn any close into a reset, and would interfere with a reset.
        body = await _read(receive)
        messages: list[Message] = []
        if fault.applied:
            await self._swallow(scope, _replay(body, receive), messages)
        await self._fail(fault, messages, scope, receive, send)

    def _take(self, scope: Scope) -> Fault | None:
        if scope["type"] != "http" or is_control(scope["path"]):
            return None
        tenant = reached(scope) if service_of(scope["path"]) == "auth0" else None
        for faults in (tenant.faults if tenant is not None else [], self.world.faults):
            found = next((fault for fault in faults if fault.matches(scope["method"], scope["path"])), None)
            if found is not None:
                found.times -= 1
                if not found.times:
                    faults.remove(found)
                return found
        return None

    async def _swallow(self, scope: Scope, receive: Receive, messages: list[Message]) -> None:
        async def keep(message: Message) -> None:
            messages.append(message)

        await self.app(scope, receive, keep)

    async def _fail(self, fault: Fault, messages: list[Message], scope: Scope, receive: Receive, send: Send) -> None:
        kind, _, number = fault.effect.partition(":")
        if kind == "status":
            await _answer(fault, scope["path"], int(number))(scope, receive, send)
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
            # The request did not take effect, so there is no real answer; any JSON can be cut in half.
            answer = Response('{"message": "this answer never arrives whole"}', media_type="application/json")
            messages.append({"type": "http.response.start", "status": 200, "headers": answer.raw_headers})
            messages.append({"type": "http.response.body", "body": answer.body})
        body = b"".join(message.get("body", b"") for message in messages[1:])
        await send(messages[0])
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        await self.connections.close(scope, receive)


def _answer(fault: Fault, path: str, status: int) -> Response:
    """Returns the status in the form of the service, or with the body and the headers of the fault."""
    if fault.body is None:
        answer = failure(path, status)
    elif isinstance(fault.body, str):
        answer = Response(fault.body, status_code=status, media_type="text/plain")
    else:
        answer = JSONResponse(fault.body, status_code=status)
    answer.headers.update(fault.headers)
    return answer


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
