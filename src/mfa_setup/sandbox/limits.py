"""Applies the configured latency and Auth0's rate limit."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mfa_setup.sandbox.auth0.reached import reached
from mfa_setup.sandbox.connections import Connections
from mfa_setup.sandbox.ratelimit import TokenBucket
from mfa_setup.sandbox.services import failure, is_control, is_management


class Latency:
    """ASGI middleware that delays every answer of a service by `latency_ms`."""

    def __init__(self, app: ASGIApp, wait: float, connections: Connections) -> None:
        self.app = app
        self.wait = wait
        self.connections = connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Waits, then passes the request on."""
        if self.wait and scope["type"] == "http" and not is_control(scope["path"]):
            await self.connections.sleep(self.wait)
        await self.app(scope, receive, send)


class RateLimit:
    """ASGI middleware that takes a token per Auth0 API request and adds the three rate-limit headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, or answers 429."""
        bucket = self._bucket(scope)
        if bucket is None:
            await self.app(scope, receive, send)
            return
        let_in = bucket.take()
        headers = bucket.headers()

        async def annotate(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableHeaders(scope=message)
                for name, value in headers.items():
                    answered.setdefault(name, value)  # a fault may set these headers itself
            await send(message)

        answer = self.app if let_in else failure(scope["path"], 429)
        await answer(scope, receive, annotate)

    def _bucket(self, scope: Scope) -> TokenBucket | None:
        if scope["type"] != "http":
            return None
        tenant = reached(scope)
        if tenant is None:
            return None
        if scope["path"] == "/oauth/token":
            return tenant.token_bucket
        return tenant.bucket if is_management(scope["path"]) else None
