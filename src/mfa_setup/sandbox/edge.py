"""The outermost middleware: finds the tenant of a request, and rejects unreadable requests."""

from email.utils import formatdate

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mfa_setup.sandbox.auth0.reached import reach
from mfa_setup.sandbox.payloads import check_address
from mfa_setup.sandbox.services import failure
from mfa_setup.sandbox.twilio.products import prefix_of
from mfa_setup.sandbox.world import World


class Dated:
    """ASGI middleware: every answer has a Date, as those of the services do."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the header where the answer has none."""

        async def date(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("date", formatdate(usegmt=True))
            await send(message)

        await self.app(scope, receive, date)


class Reach:
    """ASGI middleware: notes the tenant behind the Host header, for everything within."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self.app = app
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find the tenant."""
        if scope["type"] == "http":
            reach(scope, self.world.tenant(Headers(scope=scope).get("host")))
            # What a path begins with to name a product of Twilio is no part of the product's own path.
            scope["root_path"] = prefix_of(scope["path"])
        await self.app(scope, receive, send)


class Readable:
    """ASGI middleware: 400 for a path, a query or a host that no service could make sense of."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what can be read."""
        answer = self.app
        if scope["type"] == "http":
            try:
                check_address(scope["raw_path"], scope["query_string"], Headers(scope=scope).get("host", ""))
            except ValueError:
                # not verified: what the services answer to these
                answer = failure(scope["path"], 400)
        await answer(scope, receive, send)
