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
    """ASGI middleware that adds a Date header to every answer, as the services do."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Adds the header to an answer that has none."""

        async def date(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("date", formatdate(usegmt=True))
            await send(message)

        await self.app(scope, receive, date)


class Reach:
    """ASGI middleware that stores the tenant of the Host header in the scope, for everything it wraps."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self.app = app
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Finds the tenant and passes the request on."""
        if scope["type"] == "http":
            reach(scope, self.world.tenant(Headers(scope=scope).get("host")))
            # A prefix that names a Twilio product is not part of that product's own path.
            scope["root_path"] = prefix_of(scope["path"])
        await self.app(scope, receive, send)


class Readable:
    """ASGI middleware that answers 400 to a path, a query or a Host header that no service could parse."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on a request that can be parsed."""
        answer = self.app
        if scope["type"] == "http":
            try:
                check_address(scope["raw_path"], scope["query_string"], Headers(scope=scope).get("host", ""))
            except ValueError:
                # not verified: the services' answer to such requests
                answer = failure(scope["path"], 400)
        await answer(scope, receive, send)
