"""A sandbox whose answers a test may spoil on their way out, as real bytes over real HTTP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mfa_setup.sandbox import server
from mfa_setup.sandbox.config import SandboxConfig
from mfa_setup.sandbox.server import Sandbox
from mfa_setup.sandbox.services import is_control, service_of
from support.lab import Lab

AUTH0_ID, TWILIO_ID = "auth0-request-0123456789", "RQ0123456789abcdef0123456789abcdef"


@dataclass(frozen=True)
class Sent:
    """An answer of the sandbox, before it leaves."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def with_body(self, body: bytes, **headers: str) -> "Sent":
        """Another body, and headers in place of those there are; an empty one takes a header out."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, body=body, headers={**self.headers, **named})


Spoil = Callable[[Sent], Sent]


def honest(sent: Sent) -> Sent:
    """Spoils nothing."""
    return sent


class Spoiler:
    """What becomes of each answer; the answers so far, as they were sent."""

    def __init__(self) -> None:
        self.spoil: Spoil = honest
        self.sent: list[Sent] = []

    def reset(self) -> None:
        """Back to honesty."""
        self.spoil, self.sent = honest, []

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """ASGI middleware around the whole sandbox; control calls are let be."""

        async def spoiled(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or is_control(scope["path"]):
                await app(scope, receive, send)
                return
            kept: list[Message] = []

            async def keep(message: Message) -> None:
                kept.append(message)

            await app(scope, receive, keep)
            await self._send(scope, kept, send)

        return spoiled

    async def _send(self, scope: Scope, kept: list[Message], send: Send) -> None:
        start, body = kept[0], b"".join(message.get("body", b"") for message in kept[1:])
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]}
        twilio = service_of(scope["path"]) == "twilio"
        headers["twilio-request-id" if twilio else "x-auth0-requestid"] = TWILIO_ID if twilio else AUTH0_ID
        sent = self.spoil(Sent(scope["method"], scope["path"], start["status"], headers, body))
        self.sent.append(sent)
        raw = {**sent.headers, "content-length": str(len(sent.body))}
        pairs = [(name.encode(), value.encode("latin-1")) for name, value in raw.items() if value]
        await send({"type": "http.response.start", "status": sent.status, "headers": pairs})
        await send({"type": "http.response.body", "body": sent.body})


class HostileLab(Lab):
    """A sandbox with a spoiler."""

    def __init__(self, spoiler: Spoiler, **options: Any) -> None:
        self.spoiler = spoiler
        build: Callable[..., ASGIApp] = vars(server)["build_app"]  # as it is watched
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(server, "build_app", lambda *given, **named: spoiler.wrap(build(*given, **named)))
            super().__init__(Sandbox(SandboxConfig(port=0, **options)).start())

    def reset(self) -> None:
        """Back to the first day, and to honesty."""
        self.spoiler.reset()
        super().reset()
