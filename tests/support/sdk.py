"""The official SDKs at one sandbox, sync and async, behind one way to ask."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from inspect import isawaitable
from typing import Any, Literal

import httpx
from auth0.management import AsyncAuth0, Auth0
from auth0.management.core.pagination import AsyncPager, SyncPager
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from support.lab import Lab

Mode = Literal["sync", "async"]
Ask = Callable[[Callable[[Any], Any]], Any]
"""Gives a call the SDK's client, waits for its answer where it must, and follows a pager to its end."""

# Over http nothing is verified; loading the usual authorities for each client would take most of the time.
_HTTP: dict[str, Any] = {"trust_env": False, "timeout": 10, "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}
TWILIO_HOSTS = ("accounts", "api", "lookups", "messaging", "monitor", "pricing", "trusthub", "voice")


@contextmanager
def auth0_sdk(lab: Lab, mode: Mode) -> Iterator[Ask]:
    """auth0-python, without retries: each call is one request for each page."""
    options: dict[str, Any] = {"base_url": f"{lab.sandbox.url}/api/v2", "token": lab.token(), "max_retries": 0}
    if mode == "sync":
        with httpx.Client(**_HTTP) as http:
            client = Auth0(**options, httpx_client=http)
            yield lambda call: _all(call(client))
        return
    with asyncio.Runner() as runner:
        http_async = httpx.AsyncClient(**_HTTP)
        async_client = AsyncAuth0(**options, httpx_client=http_async)
        yield lambda call: runner.run(_all_async(call(async_client)))
        runner.run(http_async.aclose())


def _all(answer: Any) -> Any:
    return list(answer) if isinstance(answer, SyncPager) else answer


async def _all_async(answer: Any) -> Any:
    found = await answer if isawaitable(answer) else answer
    return [item async for item in found] if isinstance(found, (AsyncPager, AsyncIterator)) else found


class Twilio:
    """twilio-python with each of its hosts at the sandbox, as its users would point it there."""

    def __init__(self, lab: Lab, http: Any, run: Callable[[Awaitable[Any]], Any] | None) -> None:
        env = lab.env
        # A dict that is not empty keeps the SDK from reading this machine's environment.
        self.client = Client(
            env["TWILIO_ACCOUNT_SID"], env["TWILIO_AUTH_TOKEN"], http_client=http, environment={"_": ""}
        )
        for host in TWILIO_HOSTS:
            getattr(self.client, host).base_url = lab.sandbox.url
        self._run = run

    def ask(self, resource: Any, verb: str, **options: Any) -> Any:
        """One call of a resource, such as `ask(twilio.client.messages, "list", limit=5)`; a stream is read whole."""
        if self._run is None:
            found = getattr(resource, verb)(**options)
            return list(found) if verb == "stream" else found
        return self._run(_all_async(getattr(resource, f"{verb}_async")(**options)))


@contextmanager
def twilio_sdk(lab: Lab, mode: Mode) -> Iterator[Twilio]:
    """twilio-python, which fails at any request that would leave the sandbox."""
    if mode == "sync":
        http = _Staying(lab.sandbox.url)
        yield Twilio(lab, http, None)
        http.session.close()
        return
    with asyncio.Runner() as runner:
        http_async = runner.run(_async_client(lab.sandbox.url))
        yield Twilio(lab, http_async, lambda answer: runner.run(_awaited(answer)))
        runner.run(http_async.close())


async def _awaited(answer: Awaitable[Any]) -> Any:
    return await answer


async def _async_client(url: str) -> "_AsyncStaying":
    return _AsyncStaying(url)  # it asks for a running loop


class _Staying(TwilioHttpClient):  # type: ignore[misc]  # the SDK comes without types
    """Lets no request leave the sandbox: a page's link to the next one must stay there."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=10)
        self.base = base
        self.session.trust_env = False

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        """Send a request."""
        assert url.startswith(f"{self.base}/"), url
        return super().request(method, url, *args, **kwargs)


class _AsyncStaying(AsyncTwilioHttpClient):  # type: ignore[misc]  # as above
    """The same, async; its own timeout is not used by the SDK."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base

    async def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        """Send a request."""
        assert url.startswith(f"{self.base}/"), url
        return await super().request(method, url, *args, **kwargs)
