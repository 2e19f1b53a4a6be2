"""Writes each API request into the history of its tenant; control calls are not logged."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mfa_setup.sandbox.auth0.reached import reached
from mfa_setup.sandbox.history import Entry
from mfa_setup.sandbox.services import is_control, service_of
from mfa_setup.sandbox.twilio.products import product_of
from mfa_setup.sandbox.world import World


class RequestLog:
    """ASGI middleware that writes each API request to the log."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self.app = app
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Logs the request, and the status of its answer once it is sent."""
        if scope["type"] != "http" or is_control(scope["path"]):
            await self.app(scope, receive, send)
            return
        entry = self._entry(scope)

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry.status = message["status"]
            await send(message)

        await self.app(scope, receive, note)

    def _entry(self, scope: Scope) -> Entry:
        service = service_of(scope["path"])
        tenant = reached(scope) if service == "auth0" else None
        self.world.requested += 1
        entry = Entry(
            n=self.world.requested,
            service=service,
            method=scope["method"],
            path=scope["path"],
            status=None,
            tenant=tenant.domain if tenant is not None else None,
            product=product_of(scope["path"]),
        )
        (tenant.requests if tenant is not None else self.world.other_requests).append(entry)
        return entry
