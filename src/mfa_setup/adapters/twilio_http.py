"""The HTTP client under twilio-python: every request goes through a `HttpPolicy`, and may be sent to a sandbox instead.

Facts behind it: twilio-python has no default time-out, wraps network errors in nothing and hides headers; a list's
next page is an absolute URL of the real host, so every URL is moved, not only the first (reference: SDK behaviour).
"""

import re
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response

from mfa_setup.adapters.answers import judged
from mfa_setup.adapters.http_policy import MAX_BYTES, Answer, HttpPolicy, NoAnswerError
from mfa_setup.adapters.tls import trusted_certificates
from mfa_setup.errors import UnreadableAnswerError

REAL_HOSTS = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.twilio\.com(:443)?")
"""Held against the whole authority, letter by letter: what stands before a `@` or a `\\` is read differently by
different readers of URLs."""


class PolicyHttpClient(TwilioHttpClient):  # type: ignore[misc] # the SDK ships no types
    """Sends the SDK's requests through our wire, to the real hosts or to the sandbox at `base`."""

    def __init__(self, wire: HttpPolicy, base: str | None) -> None:
        super().__init__(pool_connections=True)
        self._policy = wire
        self._base = urlsplit(base) if base else None
        if self._base:
            self.session.trust_env = False  # no proxy and no .netrc stands between us and loopback
        if bundle := trusted_certificates():
            self.session.verify = bundle

    def request(  # noqa: PLR0913, PLR0917 the SDK's own signature
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002 the wire decides how long a try may take
        allow_redirects: bool = False,  # noqa: ARG002, FBT001, FBT002 never: they would carry the credentials
    ) -> Response:
        """Sends one request of the SDK.

        Raises:
            MfaSetupError: What the refusal or failure stands for, before the SDK makes its own of it.
        """
        target = self._target(url)

        def send(seconds: float) -> Answer:
            return self._send(
                {
                    "method": method.upper(),
                    "url": target,
                    "params": params,
                    "data": data,
                    "headers": headers,
                    "auth": auth,
                    "timeout": seconds,
                }
            )

        answer = judged("twilio", self._policy.run(method, send))
        return Response(answer.status, answer.text, dict(answer.headers))

    def _target(self, url: str) -> str:
        parts = urlsplit(url)
        if self._base:
            return urlunsplit((self._base.scheme, self._base.netloc, parts.path, parts.query, ""))
        # A page's link comes from the service; followed elsewhere it would take the credentials along.
        if parts.scheme != "https" or not REAL_HOSTS.fullmatch(parts.netloc):
            raise UnreadableAnswerError("Twilio named a next page on a host that is not Twilio's.", service="twilio")
        return url

    def _send(self, request: dict[str, Any]) -> Answer:
        try:
            with self.session.request(**request, allow_redirects=False, stream=True) as response:
                text = _read(response)
        except requests.ConnectTimeout as lost:
            raise NoAnswerError("no connection", sent=False) from lost
        except requests.Timeout as lost:
            raise NoAnswerError("no answer in time", sent=True) from lost
        except requests.ConnectionError as lost:
            refused = "NewConnectionError" in repr(lost) or "NameResolutionError" in repr(lost)
            raise NoAnswerError("no connection" if refused else "the connection broke off", sent=not refused) from lost
        except requests.RequestException as lost:
            raise NoAnswerError(type(lost).__name__, sent=True) from lost
        headers = {key.lower(): value for key, value in response.headers.items()}
        return Answer(response.status_code, headers, text)


def _read(response: requests.Response) -> str:
    chunks, size = [], 0
    try:
        for chunk in response.iter_content(65_536):
            size += len(chunk)
            if size > MAX_BYTES:
                raise _unreadable(response, f"Twilio sent an answer of more than {MAX_BYTES // 1_000_000} MB.")
            chunks.append(chunk)
    except requests.exceptions.ContentDecodingError:
        raise _unreadable(response, "Twilio sent an answer whose compression is broken.") from None
    return b"".join(chunks).decode("utf-8", "replace")


def _unreadable(response: requests.Response, message: str) -> UnreadableAnswerError:
    return UnreadableAnswerError(
        message,
        service="twilio",
        status=response.status_code,
        request_id=response.headers.get("Twilio-Request-Id"),
    )
