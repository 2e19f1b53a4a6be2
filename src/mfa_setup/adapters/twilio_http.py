"""The HTTP client under twilio-python: the same as under auth0-python, to the real hosts or to a sandbox.

Facts behind it: twilio-python wraps network errors in nothing and hides headers; a list's next page is an absolute URL
of the real host, so every URL is moved to the sandbox, not only the first (sources: twilio-sdk-next-page).
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
"""Held against the whole authority, letter by letter: what stands before a `@` or a `\\` is read differently by
different readers of URLs."""


class PolicyHttpClient(HttpClient):  # type: ignore[misc] # the SDK ships no types
    """Sends the SDK's requests by the rules of a policy, to the real hosts or to the sandbox at `base`."""

    def __init__(self, policy: HttpPolicy, base: str | None, account_sid: str | None = None) -> None:
        super().__init__(logging.getLogger(__name__), is_async=False)
        self._base = urlsplit(base) if base else None
        self._http = client(policy)
        self._account_sid = account_sid
        self._policy = policy

    @property
    def served_at(self) -> datetime | None:
        """The time of the service's own clock at its latest answer."""
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
        timeout: float | None = None,  # noqa: ARG002 the policy decides how long a try may take
        allow_redirects: bool = False,  # noqa: ARG002, FBT001, FBT002 never: they would carry the credentials
    ) -> Response:
        """Sends one request of the SDK.

        Raises:
            MfaSetupError: What the refusal or failure stands for, before the SDK makes its own of it.
            OtherAccountError: What was read is another account's.
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
        # A page's link comes from the service; followed elsewhere it would take the credentials along.
        if parts.scheme != "https" or not REAL_HOSTS.fullmatch(parts.netloc):
            raise UnreadableAnswerError(
                "Twilio returned a link to a next page on a host that is not Twilio's.", service="twilio"
            )
        return urlunsplit(parts._replace(query=query))


KEY_LACKS_PERMISSION = 70051
"""A restricted API key was not given this permission (sources: twilio-errors)."""


def _verb(method: str) -> str:
    return "read" if method.upper() in READS else "write"


def _resource(uri: str) -> str:
    """What a request concerns, as the permissions of a key name it: the product and the path, without SIDs."""
    parts = urlsplit(uri)
    path = re.sub(r"^/2010-04-01(/Accounts/AC[0-9a-fA-F]{32})?", "", parts.path.removesuffix(".json"))
    path = re.sub(r"[A-Z]{2}[0-9a-fA-F]{32}", "{Sid}", path)
    return f"{parts.netloc.partition('.')[0]} {path or '/Accounts'}"


def _other_account(text: str, own: str | None) -> str | None:
    """Another account that an answer or one of its items is about."""
    found = document(text)
    items = [found, *(item for value in found.values() if isinstance(value, list) for item in value)]
    named = (item.get("account_sid") for item in items if isinstance(item, dict))
    others = (sid for sid in named if own and isinstance(sid, str) and sid.lower() != own.lower())
    return next(others, None)


def _encoded(values: dict[str, object] | None) -> str:
    """Values as a form or a query has them, repeated where there are several of one name."""
    return urlencode({name: value for name, value in (values or {}).items() if value is not None}, doseq=True)
