"""The rules for every request: read-only mode, rate limits, retries, cancellation, and failures as our errors.

Both adapters hand their SDK a transport that sends through an `HttpPolicy`. So one place decides about retries, and no
retry or error class of an SDK gets any further.
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
"""The longest wait for one answer; both SDKs would wait for a minute or for ever."""


class NoAnswerError(Exception):
    """The connection gave no answer; `sent` tells whether the request may have arrived, `host` where it went."""

    def __init__(self, reason: str, *, sent: bool, host: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent
        self.host = host


Classify = Callable[[Answer], MfaSetupError]
"""Turns a refusal (4xx) of one service into the error that it stands for."""

WaitListener = Callable[[str, float], None]
"""Called before every retry with the reason and the seconds to wait, so that the terminal can show them."""


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """How the requests of one run are sent, whichever adapter sends them.

    Attributes:
        budget: Seconds that the retries of one request may take in all (`--timeout`).
        on_wait: Told of waits; by default nobody is.
        on_pace: Told that requests wait for the rate limit of a service; by default nobody is.
        cancellation: Stops the run.
        network: Certificates and proxies.
        on_exchange: Told of every attempt of a request, with its headers and bodies; None where nobody wants to know.
            It is called by several threads, and must not raise: an answer that has come in would be lost.
        domain_source: Where the tenant's domain comes from, as the error names it when Auth0 cannot be reached.
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
        service: Whose requests these are.
        classify: Its refusals as our errors.
        read_only: Refuse everything but reads.
        repeatable: The methods that may be sent again.
        harmless: The methods that change nothing: a cancelled run does not wait for their answer.
        settings: What holds for all requests of the run.
        clock: The time; by default a monotonic one, with waits that end when the run is cancelled.
        limit: What the answers have said of the rate limit.
        served_at: The time of the service's own clock at its latest answer.
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
        """Waits by the token of the run unless a test brings its own clock."""
        self._clock = self.clock or Clock(time.monotonic, self.settings.cancellation.sleep)

    def expect(self, headroom: Headroom, seconds: float) -> None:
        """Starts with the rate limit that an earlier run read the given number of seconds ago."""
        self.limit.expect(headroom, seconds, self._clock.now())

    def run(self, method: str, send: Callable[[float], Answer]) -> Answer:
        """Sends one request and retries it until it succeeds or the retries are exhausted.

        `send` gets the seconds that it may take and raises `NoAnswerError` where there was no answer. A cancelled run
        waits for the answer of a write, no longer than that one try may take; between tries it stops at once.

        Raises:
            ReadOnlyError: A write in read-only mode; nothing was sent.
            OutcomeUnknownError: A POST got no clear answer; it may have had its effect.
            RateLimitedError, UnavailableError: Still no good answer when the budget was spent.
            MfaSetupError: What the service's refusal stands for.
            InterruptedRunError: The run was cancelled; `unsent` tells whether the request has never gone out.
        """
        method, cancellation = method.upper(), self.settings.cancellation
        if self.read_only and method not in READS:
            raise ReadOnlyError(f"A command that only reads tried to send a {method} request; mfa-setup blocked it.")
        deadline, unclear = self._clock.now() + self.settings.budget, False
        for attempt in range(1, MAX_TRIES + 1):
            try:
                self._await_turn(method, deadline, first=attempt == 1)
                outcome = self._try_once(method, send, deadline)
            except MfaSetupError as refused:  # it does not tell what an earlier try without a clear answer did
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
        """Waits until a request may go out; a write does not begin once the run has been cancelled.

        A read in a shielded block does: it may be the one that finds out what became of the write before it.
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
        """One try: an answer to use, or an error that another try may fix, and how long to wait for it."""
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
        elif answer.status >= HTTPStatus.MULTIPLE_CHOICES:  # never followed: that would carry the credentials along
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
        """Waits while the last answers say that nothing is left, instead of running into a 429."""
        while (wait := self.limit.take(self._clock.now())) > 0 and self._clock.now() < deadline:
            self.settings.on_pace(TITLES[self.service])
            self._clock.sleep(min(wait, LONGEST_PACE, deadline - self._clock.now()))
            if wait > LONGEST_PACE:
                return

    @staticmethod
    def _backoff(attempt: int) -> float:
        return float(0.25 * 2**attempt * random.uniform(0.8, 1.2))  # noqa: S311 jitter, not a secret
