"""The HTTP client behind twilio-python, the same as behind auth0-python: for Twilio's real hosts or a sandbox.

twilio-python does not wrap network errors and hides response headers. The link to a list's next page is an absolute
URL of the real host, so every URL, not only the first, is rewritten to the sandbox (sources: twilio-sdk-next-page).
"""

import logging
import re
from datetime import datetime
from urllib.parse import urlencode, urlsplit, urlunsplit

import mfa_setup.adapters.twilio_package  # isort: skip # noqa: F401 before the SDK
from twilio.http import HttpClient
from twilio.http.response import Response

from mfa_setup.adapters.answers import document
from mfa_setup.adapters.http import client
from mfa_setup.adapters.http_policy import READS, HttpPolicy
from mfa_setup.errors import MfaSetupError, OtherAccountError, UnreadableAnswerError

REAL_HOSTS = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.twilio\.com(:443)?")
"""Matched against the whole authority of a URL, because URL parsers disagree about the text before a `@` or a `\\`."""


class PolicyHttpClient(HttpClient):  # type: ignore[misc] # the SDK ships no types
    """Sends the SDK's requests through an `HttpPolicy`, to Twilio's real hosts or to the sandbox at `base`."""

    def __init__(self, policy: HttpPolicy, base: str | None, account_sid: str | None = None) -> None:
        super().__init__(logging.getLogger(__name__), is_async=False)
        self._base = urlsplit(base) if base else None
        self._http = client(policy)
        self._account_sid = account_sid
        self._policy = policy

    @property
    def served_at(self) -> datetime | None:
        """The time of the service's clock at its latest response."""
        return self._policy.served_at

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
        timeout: float | None = None,  # noqa: ARG002 the policy limits each attempt
        allow_redirects: bool = False,  # noqa: ARG002, FBT001, FBT002 never: redirects would leak the credentials
    ) -> Response:
        """Sends one request of the SDK.

        Raises:
            MfaSetupError: The request was refused or failed; raised before the SDK converts it to its own exception.
            OtherAccountError: The response is about another account.
        """
        url = self._target(uri, params)
        try:
            answer = self._http.request(method, url, content=_encoded(data) or None, headers=headers, auth=auth)
        except MfaSetupError as refused:
            if refused.twilio_code == KEY_LACKS_PERMISSION:
                refused.message = f"The API key is not allowed to {_verb(method)} {_resource(uri)}. {refused.message}"
            raise
        if method.upper() in READS and (other := _other_account(answer.text, self._account_sid)):
            raise OtherAccountError(
                f"Twilio answered for account {other} instead of {self._account_sid}, so {_resource(uri)} could "
                "not be read.",
                service="twilio",
                status=answer.status_code,
                request_id=answer.headers.get("twilio-request-id"),
            )
        return Response(answer.status_code, answer.text, dict(answer.headers))

    def _target(self, uri: str, params: dict[str, object] | None) -> str:
        parts = urlsplit(uri)
        query = "&".join(filter(None, (parts.query, _encoded(params))))
        if self._base:
            return urlunsplit((self._base.scheme, self._base.netloc, parts.path, query, ""))
        # The link to the next page comes from the response: on another host it would leak the credentials.
        if parts.scheme != "https" or not REAL_HOSTS.fullmatch(parts.netloc):
            raise UnreadableAnswerError(
                "Twilio returned a link to a next page on a host that is not Twilio's.", service="twilio"
            )
        return urlunsplit(parts._replace(query=query))


KEY_LACKS_PERMISSION = 70051
"""Twilio's error code for a restricted API key that lacks this permission (sources: twilio-errors)."""


def _verb(method: str) -> str:
    return "read" if method.upper() in READS else "write"


def _resource(uri: str) -> str:
    """Names the resource of a request as the permissions of an API key do: product and path, without SIDs."""
    parts = urlsplit(uri)
    path = re.sub(r"^/2010-04-01(/Accounts/AC[0-9a-fA-F]{32})?", "", parts.path.removesuffix(".json"))
    path = re.sub(r"[A-Z]{2}[0-9a-fA-F]{32}", "{Sid}", path)
    return f"{parts.netloc.partition('.')[0]} {path or '/Accounts'}"


def _other_account(text: str, own: str | None) -> str | None:
    """Returns the SID of another account that a response or one of its items names; None if they name no other."""
    found = document(text)
    items = [found, *(item for value in found.values() if isinstance(value, list) for item in value)]
    named = (item.get("account_sid") for item in items if isinstance(item, dict))
    others = (sid for sid in named if own and isinstance(sid, str) and sid.lower() != own.lower())
    return next(others, None)


def _encoded(values: dict[str, object] | None) -> str:
    """Encodes values as a form or query string; a list becomes a repeated parameter."""
    return urlencode({name: value for name, value in (values or {}).items() if value is not None}, doseq=True)
