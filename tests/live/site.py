"""The tenant and the Twilio account that the live check works on, reached as mfa-setup reaches them.

All requests go through the project's own transport (`adapters/http.py`), with its rules for rate limits, retries and
certificates: those of the adapters, and the raw ones of `Site.ask`, for what the adapters have no method for.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from live.recorder import Recorder, document
from mfa_setup.adapters.auth0 import Auth0Adapter
from mfa_setup.adapters.auth0_refusals import classify as classify_auth0
from mfa_setup.adapters.http import client
from mfa_setup.adapters.http_policy import HttpPolicy, HttpSettings
from mfa_setup.adapters.token import TokenSource
from mfa_setup.adapters.twilio import TwilioAdapter
from mfa_setup.adapters.twilio_refusals import classify as classify_twilio
from mfa_setup.cli.network import network_of
from mfa_setup.errors import MfaSetupError
from mfa_setup.model.types import PhoneStack
from mfa_setup.settings import endpoints
from mfa_setup.settings.credentials import (
    SecretSource,
    TwilioCredentials,
    auth0_credentials,
    check_formats,
    secrets_of,
    twilio_credentials,
)

PREFIX = "mfa-setup-live-"
"""The beginning of the name of everything that the live check creates, in every run."""
FAKE_SID = "AC" + "00feed" * 5 + "00"
"""The account SID in the phone provider that the check creates where nothing is sent; it marks it as its own."""
FAKE_TOKEN = "00feed" * 5 + "00"

_PATIENCE = 60.0
"""The seconds for the retries of one request: Auth0's free plan allows two requests per second."""


class UntriedError(Exception):
    """A probe cannot be tried here; the text says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response to a raw request.

    Attributes:
        status: The HTTP status.
        body: The JSON of the body, None for an empty body, the text of any other.
        headers: The headers, by their names in lower case.
    """

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def ok(self) -> bool:
        """Whether the service accepted the request."""
        return self.status < 300

    @property
    def code(self) -> str:
        """The error code: Auth0's `errorCode` or `error`, or Twilio's `code`; empty if there is none."""
        found = self.body if isinstance(self.body, dict) else {}
        return str(
            found.get("errorCode") or found.get("code") or ("" if "statusCode" in found else found.get("error", ""))
        )

    @property
    def message(self) -> str:
        """The error's text."""
        found = self.body if isinstance(self.body, dict) else {}
        return str(found.get("message") or found.get("error_description") or "")

    def __getitem__(self, key: str) -> Any:
        """Returns a value of the body; None if the body has none."""
        return self.body.get(key) if isinstance(self.body, dict) else None


@dataclass(slots=True)
class Site:
    """One run against one tenant and one account.

    Attributes:
        domain: The tenant's domain.
        run: The ID of the run, part of every name.
        stack: The tenant's phone stack.
        phone: The phone that test messages go to; None if messages must not be sent.
        spends: Whether probes that cost money may run.
        leftovers: What could not be removed, each with the reason.
    """

    domain: str
    base_url: str
    run: str
    auth0: Auth0Adapter
    tokens: TokenSource
    twilio: TwilioAdapter
    account: TwilioCredentials
    twilio_base: str | None
    recorder: Recorder
    secrets: list[str]
    raw: Any
    raw_twilio: Any
    stack: PhoneStack = "unified"
    phone: str | None = None
    spends: bool = False
    leftovers: list[str] = field(default_factory=list)
    _cleanups: list[tuple[str, Callable[[], object]]] = field(default_factory=list)
    _kept: list[tuple[str, Callable[[], object]]] = field(default_factory=list)
    _names: int = 0

    @property
    def name(self) -> str:
        """A new name for something that this run creates."""
        self._names += 1
        return f"{PREFIX}{self.run}-{self._names}"

    def ask(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, text: str | None = None
    ) -> Answer:
        """Sends one raw request to the tenant and returns its response, whatever the status.

        Args:
            method: The HTTP method.
            path: The path with its query; one that starts with a slash is not part of the Management API.
            body: The JSON of the body.
            token: Another access token, or an empty text for none.
            text: A body that is not JSON, in place of `body`.

        Raises:
            UntriedError: The access token lacks the scope.
        """
        url = self.base_url + (path if path.startswith("/") else f"/api/v2/{path}")
        token = self.tokens.value() if token is None else token
        headers = {"Authorization": f"Bearer {token}"} if token and url.startswith(f"{self.base_url}/api/v2/") else {}
        content = text if text is not None else None if body is None else json.dumps(body)
        if content is not None:
            headers["Content-Type"] = "application/json"
        return self._sent(self.raw, method, url, content, headers, None)

    def ask_twilio(self, method: str, url: str, form: Mapping[str, Any] | None = None) -> Answer:
        """Sends one raw request to Twilio: `url` is that of the real service, `{account}` in it is the account SID."""
        url = url.replace("{account}", self.account.account_sid)
        if self.twilio_base:
            url = self.twilio_base + "/" + url.removeprefix("https://").partition("/")[2]
        user, password = self.account.login
        content = urlencode(form, doseq=True) if form else None
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        return self._sent(self.raw_twilio, method, url, content, headers, (user, password.get_secret_value()))

    def _sent(self, http: Any, method: str, url: str, content: str | None, headers: Any, auth: Any) -> Answer:
        self.recorder.forget()
        try:
            http.request(method, url, content=content, headers=headers, auth=auth)
        except MfaSetupError as refused:
            error: MfaSetupError | None = refused
        else:
            error = None
        exchange = self.recorder.latest
        if exchange is None or exchange.status is None:
            reason = exchange.reason if exchange else error.message if error else "nothing was sent"
            raise UntriedError(f"No response arrived: {reason}.")
        answer = Answer(exchange.status, document(exchange.received), exchange.headers)
        if answer.status == 403 and "expected any of:" in answer.message:
            raise UntriedError(f"The access token lacks a scope. {answer.message}.")
        if answer.status == 429:
            raise UntriedError("The rate limit was still exceeded after waiting as the service asked.")
        return answer

    def created(self, what: str, remove: Callable[[], object], *, for_the_run: bool = False) -> None:
        """Notes how something that a probe created or changed is removed or restored after it, or after the run."""
        (self._kept if for_the_run else self._cleanups).append((what, remove))

    def clean(self) -> None:
        """Removes what the latest probe created and restores what it changed, in reverse order, whatever fails."""
        _clean(self._cleanups, self.leftovers)

    def clean_all(self) -> None:
        """Removes what was created for the whole run, too."""
        self.clean()
        _clean(self._kept, self.leftovers)

    def close(self) -> None:
        """Closes the connections."""
        for service in (self.auth0, self.twilio, self.raw, self.raw_twilio):
            service.close()

    def make(self, path: str, body: Any, *, key: str = "id") -> Any:
        """Creates something on the tenant and returns its JSON; it is deleted after the probe.

        Raises:
            UntriedError: Auth0 refused to create it.
        """
        answer = self.ask("POST", path, body)
        if not answer.ok:
            raise UntriedError(f"POST /api/v2/{path} was refused: {answer.status} {answer.code} {answer.message}")
        place = f"{path}/{quote(str(answer[key]), safe='')}"
        self.created(place, lambda: self.gone(self.ask("DELETE", place)))
        return answer.body

    def gone(self, answer: Answer) -> None:
        """Checks the response to a removal.

        Raises:
            UntriedError: The service refused to remove it.
        """
        if not answer.ok and answer.status != 404:
            raise UntriedError(f"{answer.status} {answer.code} {answer.message}")


def _clean(cleanups: list[tuple[str, Callable[[], object]]], leftovers: list[str]) -> None:
    while cleanups:
        what, remove = cleanups.pop()
        try:
            remove()
        except (MfaSetupError, UntriedError) as failed:
            reason = failed.message if isinstance(failed, MfaSetupError) else str(failed)
            leftovers.append(f"{what}: {reason}")


def connect(environment: Mapping[str, str], run: str) -> Site:
    """Connects to the tenant and the account that the environment names.

    Raises:
        MfaSetupError: A value is missing or malformed, or a service refuses the credentials.
    """
    source = SecretSource({}, environment, str, lambda _label: None)
    check_formats(source)
    domain = environment["AUTH0_DOMAIN"]
    sandbox = environment.get("MFA_SETUP_SANDBOX")
    places = endpoints.resolve(domain, endpoints.sandbox_url(sandbox) if sandbox else None, twilio_needed=True)
    endpoints.require_this_machine(places)
    account = twilio_credentials(source, environment.get("TWILIO_ACCOUNT_SID"))
    login = auth0_credentials(source, domain, environment.get("AUTH0_CLIENT_ID"))
    recorder = Recorder()
    settings = HttpSettings(budget=_PATIENCE, network=network_of(environment), on_exchange=recorder)
    tokens = TokenSource(places.auth0, login, cache=None, settings=settings)
    auth0 = Auth0Adapter(places.auth0, tokens, read_only=False, settings=settings)
    twilio = TwilioAdapter(account, places.twilio, read_only=False, settings=settings)
    secrets = [secret.get_secret_value() for secret in secrets_of(environment)]
    site = Site(
        domain,
        places.auth0,
        run,
        auth0,
        tokens,
        twilio,
        account,
        places.twilio,
        recorder,
        [*secrets, tokens.value(), environment.get("AUTH0_CLIENT_ID", "")],
        client(HttpPolicy("auth0", classify_auth0, settings=settings, limit=auth0._policy.limit)),
        client(HttpPolicy("twilio", classify_twilio, settings=settings)),
        phone=environment.get("MFA_SETUP_LIVE_PHONE"),
    )
    site.stack = auth0.settings().stack or auth0.stack_by_endpoint()
    return site
