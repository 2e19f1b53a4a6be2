"""The API requests so far: what `GET /_sandbox/requests` shows.

Only the latest `KEPT` are there, so that a sandbox which runs for weeks does not grow; their numbers go on.
"""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mfa_setup.sandbox.services import is_control, service_of

if TYPE_CHECKING:
    from mfa_setup.sandbox.world import World

KEPT = 10_000


@dataclass(slots=True)
class Entry:
    """One request.

    Attributes:
        n: Its number, from 1, in order of arrival.
        service: `auth0` or `twilio`.
        method: The HTTP method.
        path: The path without its query.
        status: The status of the answer; None while, or if, there is none.
        tenant: The domain of the Auth0 tenant; None for Twilio.
    """

    n: int
    service: str
    method: str
    path: str
    status: int | None
    tenant: str | None

    def as_json(self) -> dict[str, Any]:
        """The entry as the control API answers it."""
        return asdict(self)


class RequestLog:
    """ASGI middleware that writes each API request to the log; control calls are not logged."""

    def __init__(self, app: ASGIApp, world: "World") -> None:
        self.app = app
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Write the request down, then its status."""
        if scope["type"] != "http" or is_control(scope["path"]):
            await self.app(scope, receive, send)
            return
        entry = self._entry(scope)
        self.world.requests.append(entry)

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry.status = message["status"]
            await send(message)

        await self.app(scope, receive, note)

    def _entry(self, scope: Scope) -> Entry:
        self.world.requested += 1
        service = service_of(scope["path"])
        tenant = self.world.tenant(Headers(scope=scope).get("host")) if service == "auth0" else None
        return Entry(
            n=self.world.requested,
            service=service,
            method=scope["method"],
            path=scope["path"],
            status=None,
            tenant=tenant.domain if tenant is not None else None,
        )
