"""The rules for every request: read-only mode, rate limits, retries, cancellation, and failures as our errors.

Both adapters give their SDK a transport that sends requests through an `HttpPolicy`. All retry decisions are made here,
and neither the retries nor the error classes of an SDK are used beyond this layer.
"""

import random
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

from mfa_setup.adapters.answers import TITLES, Answer, refusal, served_at
from mfa_setup.adapters.connection import Network
from mfa_setup.adapters.rate_limit import RateLimit, retry_delay
from mfa_setup.cancellation import Cancellation
from mfa_setup.clock import Clock
from mfa_setup.errors import (
    InterruptedRunError,
    MfaSetupError,
    OutcomeUnknownError,
    RateLimitedError,
    ReadOnlyError,
    Service,
    UnavailableError,
    leaves_open,
)
from mfa_setup.model.exchange import Exchange
from mfa_setup.model.readiness import Headroom

READS = frozenset({"GET", "HEAD"})
REPEATABLE = READS | {"PUT", "PATCH", "DELETE"}
"""Methods that may be retried, because they are idempotent here. A POST creates or buys, so it is never retried."""

LONGEST_PACE = 5.0
"""The longest pause, in seconds, to avoid reaching the rate limit."""
MAX_TRIES = 5
ATTEMPT_SECONDS = 10.0
"""The longest wait for one response; both SDKs would wait a minute or without limit."""


class NoAnswerError(Exception):
    """The server sent no response; `sent` says whether the request may have reached it, and `host` names the server."""

    def __init__(self, reason: str, *, sent: bool, host: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent
        self.host = host


Classify = Callable[[Answer], MfaSetupError]
"""Converts a refusal (4xx) of one service to the matching error."""

WaitListener = Callable[[str, float], None]
"""Called before every retry with the reason and the seconds to wait, for example to show them at the terminal."""


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """Settings for all requests of one run, shared by both adapters.

    Attributes:
        budget: The maximum total seconds for the retries of one request (`--timeout`).
        on_wait: Called before a retry waits; does nothing by default.
        on_pace: Called when requests wait for a service's rate limit; does nothing by default.
        cancellation: Stops the run.
        network: Certificates and proxies.
        on_exchange: Called after every attempt of a request, with its headers and bodies; None disables it.
            Several threads call it, and it must not raise: a response that has arrived would be lost.
        domain_source: The setting that the tenant's domain comes from, named in the error when Auth0 is unreachable.
    """

    budget: float = 20.0
    on_wait: WaitListener = lambda _reason, _seconds: None
    on_pace: Callable[[str], None] = lambda _service: None
    cancellation: Cancellation = field(default_factory=Cancellation)
    network: Network = field(default_factory=Network)
    on_exchange: Callable[[Exchange], None] | None = None
    domain_source: str = "AUTH0_DOMAIN"


@dataclass(slots=True)
class HttpPolicy:
    """Sends the requests of one adapter.

    Attributes:
        service: The service that receives the requests.
        classify: Converts the service's refusals to our errors.
        read_only: Whether all requests except reads are blocked.
        repeatable: The methods that may be retried.
        harmless: The methods that change nothing: a cancelled run does not wait for their response.
        settings: The settings for all requests of the run.
        clock: The clock; by default a monotonic one, with waits that end when the run is cancelled.
        limit: The rate limit according to the responses so far.
        served_at: The time of the service's clock at its latest response.
    """

    service: Service
    classify: Classify
    read_only: bool = False
    repeatable: frozenset[str] = REPEATABLE
    harmless: frozenset[str] = READS
    settings: HttpSettings = field(default_factory=HttpSettings)
    clock: Clock | None = None
    _clock: Clock = field(init=False)
    limit: RateLimit = field(default_factory=RateLimit)
    served_at: datetime | None = None

    def __post_init__(self) -> None:
        """Uses a clock whose waits end when the run is cancelled, unless a test supplies its own clock."""
        self._clock = self.clock or Clock(time.monotonic, self.settings.cancellation.sleep)

    def expect(self, headroom: Headroom, seconds: float) -> None:
        """Initialises the rate limit with the value that an earlier run read the given number of seconds ago."""
        self.limit.expect(headroom, seconds, self._clock.now())

    def run(self, method: str, send: Callable[[float], Answer]) -> Answer:
        """Sends one request and retries it until it succeeds or the retries are exhausted.

        `send` receives the seconds that it may take, and raises `NoAnswerError` if no response arrives. A cancelled run
        waits for the response to a write, but no longer than that one attempt may take; between attempts it stops at
        once.

        Raises:
            ReadOnlyError: The request is a write and the policy is read-only; nothing was sent.
            OutcomeUnknownError: A POST received no clear response; it may have taken effect.
            RateLimitedError, UnavailableError: No attempt succeeded within the budget.
            MfaSetupError: The service refused the request; `classify` chose the error class.
            InterruptedRunError: The run was cancelled; `unsent` says whether the request was never sent.
        """
        method, cancellation = method.upper(), self.settings.cancellation
        if self.read_only and method not in READS:
            raise ReadOnlyError(f"A command that only reads tried to send a {method} request; mfa-setup blocked it.")
        deadline, unclear = self._clock.now() + self.settings.budget, False
        for attempt in range(1, MAX_TRIES + 1):
            try:
                self._await_turn(method, deadline, first=attempt == 1)
                outcome = self._try_once(method, send, deadline)
            except MfaSetupError as refused:  # an earlier attempt without a clear response may still have taken effect
                refused.earlier_try_open = unclear
                raise
            if isinstance(outcome, Answer):
                return outcome
            error, wait = outcome
            error.earlier_try_open = unclear
            unclear = unclear or (method not in self.harmless and leaves_open(error))
            wait = self._backoff(attempt) if wait is None else wait
            cancellation.check()
            if isinstance(error, RateLimitedError):
                error.wait, error.budget = wait, deadline - self._clock.now()
            repeatable = method in self.repeatable and attempt < MAX_TRIES
            if not repeatable or cancellation.stopping or self._clock.now() + wait >= deadline:
                raise error
            self.settings.on_wait(error.message, wait)
            with cancellation.exposed():
                self._clock.sleep(wait)
        raise AssertionError("the last try returns or raises")  # pragma: no cover

    def _await_turn(self, method: str, deadline: float, *, first: bool) -> None:
        """Waits until a request may be sent; a write does not start once the run has been cancelled.

        A read in a shielded block is still sent: it may be the one that finds out whether the preceding write took
        effect.
        """
        if method in self.harmless:
            self.settings.cancellation.check()
            self._pace(deadline)
            return
        try:
            with self.settings.cancellation.exposed():
                self._pace(deadline)
        except InterruptedRunError as stopped:
            stopped.unsent = first
            raise

    def _try_once(
        self, method: str, send: Callable[[float], Answer], deadline: float
    ) -> Answer | tuple[MfaSetupError, float | None]:
        """Makes one attempt; returns the response, or an error that a retry may resolve and the seconds to wait."""
        allowed = max(1.0, min(ATTEMPT_SECONDS, deadline - self._clock.now()))
        shield = nullcontext() if method in self.harmless else self.settings.cancellation.shielded()
        try:
            with shield, self.limit.request():
                answer = send(allowed)
        except NoAnswerError as lost:
            return self._lost(method, lost), None
        self.limit.note(answer, self._clock.now())
        self.served_at = served_at(answer.headers) or self.served_at
        kind: type[MfaSetupError]
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            kind, problem = RateLimitedError, "keeps rejecting requests because its rate limit is exceeded (HTTP 429)"
        elif answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status == HTTPStatus.REQUEST_TIMEOUT:
            kind = UnavailableError if method in self.repeatable else OutcomeUnknownError
            problem = f"failed with HTTP {answer.status}"
        elif answer.status >= HTTPStatus.MULTIPLE_CHOICES:  # never followed: a redirect would leak the credentials
            raise self.classify(answer)
        else:
            return answer
        error = refusal(kind, self.service, answer, f"{TITLES[self.service]} {problem}.")
        return error, retry_delay(answer)

    def _lost(self, method: str, lost: NoAnswerError) -> MfaSetupError:
        title, at = TITLES[self.service], f" at {lost.host}" if lost.host else ""
        if method not in self.repeatable and lost.sent:
            return OutcomeUnknownError(
                (
                    f"{title}{at} did not answer a request ({lost.reason}). It may have taken effect, so it was not "
                    "sent again."
                ),
                service=self.service,
            )
        return UnavailableError(
            f"{title} could not be reached{at}: {lost.reason}.",
            hint=None if lost.sent else self._unreachable_hint(),
            service=self.service,
        )

    def _unreachable_hint(self) -> str:
        network = "your network (and your proxy, if you use one)"
        if self.service == "auth0":
            return f"Check {self.settings.domain_source}, then {network}; then run the command again."
        return f"Check {network} and https://status.twilio.com; then run the command again."

    def _pace(self, deadline: float) -> None:
        """Waits while the rate limit is used up according to the latest responses, to avoid a 429."""
        while (wait := self.limit.take(self._clock.now())) > 0 and self._clock.now() < deadline:
            self.settings.on_pace(TITLES[self.service])
            self._clock.sleep(min(wait, LONGEST_PACE, deadline - self._clock.now()))
            if wait > LONGEST_PACE:
                return

    @staticmethod
    def _backoff(attempt: int) -> float:
        return float(0.25 * 2**attempt * random.uniform(0.8, 1.2))  # noqa: S311 jitter, not a secret
