"""The httpx client behind both SDKs: its one transport applies the rules of an `HttpPolicy` to every request."""

import socket
import ssl
import time
from contextlib import closing
from http import HTTPStatus
from typing import Protocol

import httpcore
import httpx

from mfa_setup.adapters.answers import TITLES, Answer, judged, refusal, request_id_of
from mfa_setup.adapters.connection import Connections
from mfa_setup.adapters.http_policy import HttpPolicy, NoAnswerError
from mfa_setup.errors import (
    CredentialsRefusedError,
    MfaSetupError,
    ScopeMissingError,
    Service,
    UnreadableAnswerError,
)
from mfa_setup.model.exchange import Exchange

MAX_BYTES = 10_000_000
"""The largest response body to read, in bytes; real responses are far smaller."""

_NOT_SENT = (
    httpcore.ConnectError,
    httpcore.ConnectTimeout,
    httpcore.PoolTimeout,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)


class Renew(Protocol):
    """Returns a new token after one was rejected; None if no new token can be requested."""

    def __call__(self, refused: str, *, expired: bool) -> str | None:
        """Returns the new token; `expired` means that the service accepted the rejected token earlier in this run."""


class PolicyTransport(httpx.BaseTransport):
    """Passes each request to the policy, which retries it and raises this project's errors."""

    def __init__(self, policy: HttpPolicy, renew: Renew | None, once: str) -> None:
        self._policy = policy
        self._once = once
        self._connections = Connections(policy.settings.network, policy.settings.cancellation)
        self._renew = renew
        self._accepted = ""  # the token that the service accepted last

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends a request and returns its successful response; any other outcome raises one of our errors."""
        request.read()
        try:
            return self._exchange(request)
        except (CredentialsRefusedError, ScopeMissingError) as refused:
            # A token cached by an earlier run may have been revoked or lack scopes; a token requested in this run may
            # have expired. The refused request had no effect, so it can be sent again, even if it is a POST.
            fresh = self._renewed(_token(request), refused)
            if fresh is None:
                raise
            request.headers["Authorization"] = f"Bearer {fresh}"
            return self._again(request, refused)

    def _renewed(self, token: str, refused: MfaSetupError) -> str | None:
        expired = token == self._accepted and refused.status == HTTPStatus.UNAUTHORIZED
        return self._renew(token, expired=expired) if self._renew else None

    def _again(self, request: httpx.Request, refused: MfaSetupError) -> httpx.Response:
        try:
            return self._exchange(request)
        except MfaSetupError as error:
            error.earlier_try_open = error.earlier_try_open or refused.earlier_try_open
            raise

    def _exchange(self, request: httpx.Request) -> httpx.Response:
        # A list that others change, too, may be another one by the time of a retry, which would undo their change.
        is_once = bool(self._once) and request.url.path.endswith(self._once) and request.method == "PATCH"
        answer = self._policy.run("POST" if is_once else request.method, lambda seconds: self._send(request, seconds))
        self._accepted = _token(request)
        answer = judged(self._policy.service, answer)
        return httpx.Response(answer.status, headers=dict(answer.headers), text=answer.text, request=request)

    def _send(self, request: httpx.Request, seconds: float) -> Answer:
        """Makes one attempt and reports it to the listener, whatever its outcome."""
        begun = time.monotonic()
        try:
            answer = self._attempt(request, seconds)
        except (NoAnswerError, MfaSetupError) as lost:
            self._report(request, begun, None, lost.reason if isinstance(lost, NoAnswerError) else lost.code)
            raise
        self._report(request, begun, answer)
        return answer

    def _attempt(self, request: httpx.Request, seconds: float) -> Answer:
        host = request.url.netloc.decode("ascii")
        try:
            response = self._connections.exchange(request, seconds)
            with closing(response):
                text = _read(self._policy.service, response)
        except _NOT_SENT as lost:
            raise NoAnswerError(_no_connection(lost), sent=False, host=host) from lost
        except httpcore.TimeoutException as lost:
            raise NoAnswerError("the request timed out", sent=True, host=host) from lost
        except (httpcore.NetworkError, httpcore.ProtocolError) as lost:
            raise NoAnswerError("the connection was lost", sent=True, host=host) from lost
        return _answer(response, text)

    def _report(self, request: httpx.Request, begun: float, answer: Answer | None, reason: str = "") -> None:
        listener = self._policy.settings.on_exchange
        if listener is None:
            return
        listener(
            Exchange(
                self._policy.service,
                request.method,
                request.url.raw_path.partition(b"?")[0].decode("ascii"),
                request.url.query.decode("ascii"),
                time.monotonic() - begun,
                answer.status if answer else None,
                reason,
                request_id_of(answer.headers) if answer else None,
                dict(request.headers),
                request.content.decode("utf-8", "replace"),
                answer.headers if answer else {},
                answer.text if answer else "",
            )
        )

    def close(self) -> None:
        """Closes the connections."""
        self._connections.close()


_CAUSES: tuple[tuple[type[BaseException], str], ...] = (
    (socket.gaierror, "the host name cannot be resolved"),
    (ssl.SSLCertVerificationError, "its certificate is not trusted"),
    (ssl.SSLError, "the TLS handshake failed"),
    (ConnectionRefusedError, "the connection was refused"),
    (httpcore.ProxyError, "the proxy refused the connection"),
    (httpcore.ConnectTimeout, "the connection timed out"),
)
"""Reasons for a failed connection, by the exceptions of the operating system and of the HTTP client."""


def _no_connection(lost: BaseException) -> str:
    cause: BaseException | None = lost
    while cause is not None:
        for kind, reason in _CAUSES:
            if isinstance(cause, kind):
                return reason
        cause = cause.__cause__ or cause.__context__
    return "no connection"


def _token(request: httpx.Request) -> str:
    return str(request.headers.get("Authorization", "")).removeprefix("Bearer ")


def _answer(response: httpx.Response, text: str) -> Answer:
    # The text has been decoded, so these two headers no longer describe it.
    gone = {"content-encoding", "content-length"}
    headers = {name.lower(): value for name, value in response.headers.items() if name.lower() not in gone}
    return Answer(response.status_code, headers, text)


def _read(service: Service, response: httpx.Response) -> str:
    chunks, size = [], 0
    try:
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > MAX_BYTES:
                problem = f"{TITLES[service]} returned a response of more than {MAX_BYTES // 1_000_000} MB."
                raise refusal(UnreadableAnswerError, service, _answer(response, ""), problem)
            chunks.append(chunk)
    except httpx.DecodingError:
        problem = f"{TITLES[service]} returned a response that cannot be decompressed."
        raise refusal(UnreadableAnswerError, service, _answer(response, ""), problem) from None
    return b"".join(chunks).decode("utf-8", "replace")


def client(policy: HttpPolicy, renew: Renew | None = None, once: str = "") -> httpx.Client:
    """Creates an HTTP client for one service; it follows no redirects and ignores environment variables.

    Args:
        policy: The rules for retries.
        renew: Returns a new token after one was rejected.
        once: The end of the paths whose PATCH is never sent twice, like a POST; empty for none.
    """
    return httpx.Client(transport=PolicyTransport(policy, renew, once), follow_redirects=False, trust_env=False)
