"""The httpx client of our Auth0 requests: one transport that sends through a `HttpPolicy`."""

from contextlib import closing
from typing import Protocol

import httpx

from mfa_setup.adapters.answers import judged
from mfa_setup.adapters.http_policy import MAX_BYTES, Answer, HttpPolicy, NoAnswerError
from mfa_setup.adapters.tls import tls_context
from mfa_setup.errors import CredentialsRefusedError, ScopeMissingError, UnreadableAnswerError
from mfa_setup.settings.endpoints import is_loopback

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Renew(Protocol):
    """Fetches a new token in place of a cached one."""

    def __call__(self, refused: str) -> str | None:
        """The new token; None where the refused one was new itself."""


class PolicyTransport(httpx.BaseTransport):
    """An httpx transport that gives each request to the wire, which retries it and raises our errors."""

    def __init__(self, wire: HttpPolicy, inner: httpx.BaseTransport, renew: Renew | None) -> None:
        self._policy = wire
        self._inner = inner
        self._renew = renew

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends a request; only good answers come back, everything else is raised as one of our errors."""
        try:
            return self._exchange(request)
        except (CredentialsRefusedError, ScopeMissingError):
            # A token of an earlier run may have been revoked, or be older than the scopes it now needs.
            refused = request.headers.get("Authorization", "").removeprefix("Bearer ")
            fresh = self._renew(refused) if self._renew else None
            if fresh is None:
                raise
            request.headers["Authorization"] = f"Bearer {fresh}"
            return self._exchange(request)

    def _exchange(self, request: httpx.Request) -> httpx.Response:
        body = request.read()

        def send(seconds: float) -> Answer:
            request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"), seconds)
            return self._send(
                httpx.Request(
                    request.method,
                    request.url,
                    headers=request.headers,
                    content=body,
                    extensions=request.extensions,
                )
            )

        answer = judged("auth0", self._policy.run(request.method, send))
        return httpx.Response(answer.status, headers=dict(answer.headers), text=answer.text, request=request)

    def _send(self, request: httpx.Request) -> Answer:
        try:
            response = self._inner.handle_request(request)
            with closing(response):
                text = _read(response)
        except _NOT_SENT as lost:
            raise NoAnswerError(_reason(lost), sent=False) from lost
        except httpx.HTTPError as lost:
            raise NoAnswerError(_reason(lost), sent=True) from lost
        headers = {key.lower(): value for key, value in response.headers.items()}
        # The text is decoded by now, so these two would no longer be true of it.
        headers.pop("content-encoding", None)
        headers.pop("content-length", None)
        return Answer(response.status_code, headers, text)

    def close(self) -> None:
        """Closes the connections."""
        self._inner.close()


def _read(response: httpx.Response) -> str:
    chunks, size = [], 0
    try:
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > MAX_BYTES:
                raise _unreadable(response, f"Auth0 sent an answer of more than {MAX_BYTES // 1_000_000} MB.")
            chunks.append(chunk)
    except httpx.DecodingError:
        raise _unreadable(response, "Auth0 sent an answer whose compression is broken.") from None
    return b"".join(chunks).decode("utf-8", "replace")


def _unreadable(response: httpx.Response, message: str) -> UnreadableAnswerError:
    return UnreadableAnswerError(
        message,
        service="auth0",
        status=response.status_code,
        request_id=response.headers.get("x-auth0-requestid"),
    )


def _reason(lost: httpx.HTTPError) -> str:
    """What went wrong in our own words: the library's may quote the request."""
    match lost:
        case httpx.ConnectTimeout() | httpx.ConnectError():
            return "no connection"
        case httpx.TimeoutException():
            return "no answer in time"
        case httpx.RemoteProtocolError() | httpx.ReadError():
            return "the connection broke off"
        case _:
            return type(lost).__name__


def client(wire: HttpPolicy, base_url: str, renew: Renew | None = None) -> httpx.Client:
    """A client for one tenant; proxies of the environment are obeyed for real hosts, never for loopback."""
    host = httpx.URL(base_url).host
    proxy = None if is_loopback(host) else _proxy(base_url)
    inner = httpx.HTTPTransport(verify=tls_context(base_url), proxy=proxy, retries=0)
    return httpx.Client(transport=PolicyTransport(wire, inner, renew), follow_redirects=False, trust_env=False)


def _proxy(base_url: str) -> str | None:
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 slow to import on some systems

    host = httpx.URL(base_url).host
    return None if proxy_bypass(host) else getproxies().get("https")
