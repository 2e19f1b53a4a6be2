"""The HTTP client under twilio-python: the same as under auth0-python, to the real hosts or to a sandbox.

Facts behind it: twilio-python wraps network errors in nothing and hides headers; a list's next page is an absolute URL
of the real host, so every URL is moved to the sandbox, not only the first (sources: twilio-sdk-next-page).
"""

import logging
import re
from urllib.parse import urlencode, urlsplit, urlunsplit

from twilio.http import HttpClient
from twilio.http.response import Response

from mfa_setup.adapters.http import client
from mfa_setup.adapters.http_policy import HttpPolicy
from mfa_setup.errors import UnreadableAnswerError

REAL_HOSTS = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.twilio\.com(:443)?")
"""Held against the whole authority, letter by letter: what stands before a `@` or a `\\` is read differently by
different readers of URLs."""


class PolicyHttpClient(HttpClient):  # type: ignore[misc] # the SDK ships no types
    """Sends the SDK's requests by the rules of a policy, to the real hosts or to the sandbox at `base`."""

    def __init__(self, policy: HttpPolicy, base: str | None) -> None:
        super().__init__(logging.getLogger(__name__), is_async=False)
        self._base = urlsplit(base) if base else None
        self._http = client(policy)

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def request(  # noqa: PLR0913, PLR0917 the SDK's own signature
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002 the policy decides how long a try may take
        allow_redirects: bool = False,  # noqa: ARG002, FBT001, FBT002 never: they would carry the credentials
    ) -> Response:
        """Sends one request of the SDK.

        Raises:
            MfaSetupError: What the refusal or failure stands for, before the SDK makes its own of it.
        """
        url = self._target(uri, params)
        answer = self._http.request(method, url, content=_encoded(data) or None, headers=headers, auth=auth)
        return Response(answer.status_code, answer.text, dict(answer.headers))

    def _target(self, uri: str, params: dict[str, object] | None) -> str:
        parts = urlsplit(uri)
        query = "&".join(filter(None, (parts.query, _encoded(params))))
        if self._base:
            return urlunsplit((self._base.scheme, self._base.netloc, parts.path, query, ""))
        # A page's link comes from the service; followed elsewhere it would take the credentials along.
        if parts.scheme != "https" or not REAL_HOSTS.fullmatch(parts.netloc):
            raise UnreadableAnswerError("Twilio named a next page on a host that is not Twilio's.", service="twilio")
        return urlunsplit(parts._replace(query=query))


def _encoded(values: dict[str, object] | None) -> str:
    """Values as a form or a query has them, repeated where there are several of one name."""
    return urlencode({name: value for name, value in (values or {}).items() if value is not None}, doseq=True)
