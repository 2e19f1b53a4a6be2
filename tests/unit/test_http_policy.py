"""How requests go out: what is sent again and what never, how long, and how fast. No test here waits."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from mfa_setup.adapters import auth0_refusals, twilio_refusals
from mfa_setup.adapters.answers import Answer
from mfa_setup.adapters.http import client
from mfa_setup.adapters.http_policy import (
    ATTEMPT_SECONDS,
    LONGEST_PACE,
    MAX_TRIES,
    HttpPolicy,
    HttpSettings,
    NoAnswerError,
)
from mfa_setup.adapters.rate_limit import SPARE, RateLimit
from mfa_setup.adapters.twilio_http import PolicyHttpClient
from mfa_setup.clock import Clock
from mfa_setup.errors import (
    ForbiddenError,
    MfaSetupError,
    NotFoundError,
    OutcomeUnknownError,
    RateLimitedError,
    ReadOnlyError,
    ServiceRefusedError,
    UnavailableError,
    leaves_open,
)
from mfa_setup.model.readiness import Headroom

START = 1_800_000_000.0
REPEATED = ["GET", "HEAD", "PUT", "PATCH", "DELETE"]
GOOD = Answer(200, {}, "{}")
LOST = NoAnswerError("the connection was lost", sent=True)
UNSENT = NoAnswerError("no connection", sent=False)


def failing(status: int = 503, **headers: str) -> Answer:
    """An answer of a service in trouble; `retry_after` stands for `retry-after`."""
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, "{}")


def left(remaining: int, reset: float, status: int = 200, at: float = START) -> Answer:
    """An answer that tells how many requests are left until when, at a time of the service's clock."""
    headers = {"x-ratelimit-remaining": str(remaining), "x-ratelimit-reset": str(int(reset))}
    return Answer(status, headers | {"date": formatdate(at, usegmt=True)}, "{}")


@dataclass
class Scene:
    """The rules with a clock of their own, and a service that answers by a script.

    Attributes:
        now: The time.
        slept: Every wait.
        told: What the listener of waits was told.
        allowed: The seconds that each try was given.
        takes: The seconds that each try takes.
    """

    now: float = START
    slept: list[float] = field(default_factory=list)
    told: list[tuple[str, float]] = field(default_factory=list)
    allowed: list[float] = field(default_factory=list)
    takes: float = 0.0

    def sleep(self, seconds: float) -> None:
        """Lets the time pass at once."""
        self.slept.append(seconds)
        self.now += seconds

    def policy(self, budget: float = 20.0, **options: Any) -> HttpPolicy:
        """The rules for requests to Auth0 in this scene."""
        clock = Clock(now=lambda: self.now, sleep=self.sleep)
        listener = lambda reason, seconds: self.told.append((reason, seconds))  # noqa: E731
        settings = HttpSettings(budget, listener)
        return HttpPolicy("auth0", auth0_refusals.classify, clock=clock, settings=settings, **options)

    def service(self, *script: Answer | NoAnswerError) -> Callable[[float], Answer]:
        """Answers by the script, the last line of it for ever."""
        lines = list(script)

        def send(seconds: float) -> Answer:
            self.allowed.append(seconds)
            self.now += self.takes
            line = lines.pop(0) if len(lines) > 1 else lines[0]
            if isinstance(line, NoAnswerError):
                raise line
            return line

        return send

    @property
    def tries(self) -> int:
        """How often something was sent."""
        return len(self.allowed)


@pytest.fixture
def scene() -> Scene:
    """A scene."""
    return Scene()


# --- what is sent again --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", [*REPEATED, "get", "patch"])
@pytest.mark.parametrize(
    "trouble",
    [failing(500), failing(502), failing(503), failing(504), failing(408), failing(429), LOST, UNSENT],
    ids=["500", "502", "503", "504", "408", "429", "lost", "unsent"],
)
def test_reads_and_what_sets_a_value_are_sent_again(scene: Scene, method: str, trouble: Answer | NoAnswerError) -> None:
    assert scene.policy().run(method, scene.service(trouble, trouble, GOOD)) is GOOD
    assert scene.tries == 3


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        (failing(500), OutcomeUnknownError),
        (failing(503, retry_after="1"), OutcomeUnknownError),
        (failing(408), OutcomeUnknownError),
        (LOST, OutcomeUnknownError),
        (failing(429), RateLimitedError),
        (failing(429, retry_after="1"), RateLimitedError),
        (UNSENT, UnavailableError),
    ],
    ids=["500", "503 with Retry-After", "408", "lost", "429", "429 with Retry-After", "unsent"],
)
@pytest.mark.parametrize("method", ["POST", "post"])
def test_a_post_is_never_sent_again(
    scene: Scene, method: str, trouble: Answer | NoAnswerError, expected: type[MfaSetupError]
) -> None:
    with pytest.raises(UnavailableError) as raised:
        scene.policy().run(method, scene.service(trouble, GOOD))
    assert type(raised.value) is expected
    assert scene.tries == 1
    assert scene.slept == []


def test_a_post_that_asks_for_a_token_changes_nothing_and_may_be_repeated(scene: Scene) -> None:
    policy = scene.policy(repeatable=frozenset({"POST"}))
    assert policy.run("POST", scene.service(LOST, GOOD)) is GOOD


@pytest.mark.parametrize(
    ("status", "expected"), [(400, ServiceRefusedError), (403, ForbiddenError), (404, NotFoundError)]
)
def test_a_refusal_is_final(scene: Scene, status: int, expected: type[MfaSetupError]) -> None:
    with pytest.raises(expected) as raised:
        scene.policy().run("GET", scene.service(failing(status), GOOD))
    assert raised.value.status == status
    assert scene.tries == 1


def test_a_good_answer_is_taken_at_once(scene: Scene) -> None:
    assert scene.policy().run("GET", scene.service(GOOD)) is GOOD
    assert scene.slept == []
    assert scene.told == []


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "post", "OPTIONS"])
def test_in_read_only_mode_no_write_is_sent(scene: Scene, method: str) -> None:
    with pytest.raises(ReadOnlyError):
        scene.policy(read_only=True).run(method, scene.service(GOOD))
    assert scene.tries == 0


@pytest.mark.parametrize("method", ["GET", "HEAD", "get"])
def test_in_read_only_mode_reads_are_sent(scene: Scene, method: str) -> None:
    assert scene.policy(read_only=True).run(method, scene.service(LOST, GOOD)) is GOOD


# --- how long ------------------------------------------------------------------------------------------------------


def test_it_gives_up_after_some_tries_with_the_last_error(scene: Scene) -> None:
    last = Answer(503, {"x-auth0-requestid": "abc"}, "{}")
    with pytest.raises(UnavailableError) as raised:
        scene.policy(budget=1000).run("GET", scene.service(last))
    assert scene.tries == MAX_TRIES
    assert (raised.value.status, raised.value.request_id) == (503, "abc")


def test_waits_grow_from_try_to_try(scene: Scene) -> None:
    with pytest.raises(UnavailableError):
        scene.policy(budget=1000).run("GET", scene.service(LOST))
    assert len(scene.slept) == MAX_TRIES - 1
    assert scene.slept == sorted(scene.slept)
    assert scene.slept[0] < 1


def test_every_wait_is_told_with_its_reason(scene: Scene) -> None:
    scene.policy().run("GET", scene.service(failing(429, retry_after="2"), LOST, GOOD))
    (limited, two), (lost, _) = scene.told
    assert "rate limit is exceeded" in limited
    assert two == 2
    assert "could not be reached" in lost


@pytest.mark.parametrize("budget", [0.1, 1, 3, 20])
def test_waiting_ends_with_the_budget(scene: Scene, budget: float) -> None:
    with pytest.raises(UnavailableError):
        scene.policy(budget=budget).run("GET", scene.service(failing(503)))
    assert sum(scene.slept) < budget


def test_slow_tries_count_against_the_budget(scene: Scene) -> None:
    scene.takes = 8
    with pytest.raises(UnavailableError):
        scene.policy(budget=20).run("GET", scene.service(LOST))
    assert scene.tries == 3
    assert scene.now - START < 20 + ATTEMPT_SECONDS


def test_a_try_gets_no_more_time_than_is_left_of_the_budget(scene: Scene) -> None:
    scene.takes = 4
    with pytest.raises(UnavailableError):
        scene.policy(budget=9).run("GET", scene.service(LOST))
    assert scene.allowed[0] == 9
    assert 1 <= scene.allowed[1] < 5


def test_no_try_gets_more_than_the_longest_wait_for_one_answer(scene: Scene) -> None:
    scene.policy(budget=3600).run("GET", scene.service(GOOD))
    assert scene.allowed == [ATTEMPT_SECONDS]


# --- when the service says when ------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_in_seconds_is_kept(scene: Scene, status: int) -> None:
    scene.policy().run("GET", scene.service(failing(status, retry_after="7"), GOOD))
    assert scene.slept == [7]


def test_retry_after_as_a_date_is_kept(scene: Scene) -> None:
    when, date = formatdate(START + 6, usegmt=True), formatdate(START, usegmt=True)
    scene.policy().run("GET", scene.service(failing(503, retry_after=when, date=date), GOOD))
    assert scene.slept == [6]


@pytest.mark.parametrize("wrong_by", [-86400, -3600, -5, 5, 3600, 86400])
def test_no_wait_depends_on_the_clock_of_this_machine(scene: Scene, wrong_by: float) -> None:
    scene.now += wrong_by
    when, date = formatdate(START + 6, usegmt=True), formatdate(START, usegmt=True)
    scene.policy().run("GET", scene.service(failing(429, retry_after=when, date=date), GOOD))
    assert scene.slept == [6]
    scene.slept.clear()
    scene.policy().run("GET", scene.service(left(0, START + 4, status=429), GOOD))
    assert scene.slept == [4]
    scene.slept.clear()
    policy = scene.policy()
    policy.run("GET", scene.service(left(0, START + 3)))
    policy.run("GET", scene.service(GOOD))
    assert sum(scene.slept) == pytest.approx(3)


@pytest.mark.parametrize(
    "answer",
    [
        failing(429, retry_after=formatdate(START + 15, usegmt=True)),
        failing(429, x_ratelimit_reset=str(int(START + 15))),
        failing(429, x_ratelimit_reset=str(int(START - 1)), date=formatdate(START, usegmt=True)),
        failing(429, x_ratelimit_reset=str(int(START + 15)), date="today"),
    ],
    ids=["Retry-After", "reset", "a reset that has passed", "no date"],
)
def test_a_moment_that_cannot_be_placed_leaves_the_usual_wait(scene: Scene, answer: Answer) -> None:
    scene.policy().run("GET", scene.service(answer, GOOD))
    assert 0 < sum(scene.slept) < 1


def test_the_closest_of_all_answers_tells_the_time_of_the_service(scene: Scene) -> None:
    policy = scene.policy()
    scene.now += 0.9  # a date is cut to whole seconds
    policy.run("GET", scene.service(left(9, START + 3)))
    scene.now += 0.1
    policy.run("GET", scene.service(left(9, START + 3, at=START + 1)))
    scene.now += 0.9
    policy.run("GET", scene.service(left(0, START + 3, at=START + 1)))
    policy.run("GET", scene.service(GOOD))
    assert sum(scene.slept) == pytest.approx(1.1)


@pytest.mark.parametrize("retry_after", ["2", None])
def test_a_refused_post_says_when_it_may_be_sent_again_and_what_is_left_for_that(
    scene: Scene, retry_after: str | None
) -> None:
    scene.takes = 3
    answer = failing(429, retry_after=retry_after) if retry_after else failing(429)
    with pytest.raises(RateLimitedError) as refused:
        scene.policy(budget=20).run("POST", scene.service(answer, GOOD))
    assert refused.value.wait == 2 if retry_after else 0 < refused.value.wait < 1
    assert refused.value.budget == 17


def test_a_date_that_has_passed_means_at_once(scene: Scene) -> None:
    when, date = formatdate(START - 60, usegmt=True), formatdate(START, usegmt=True)
    scene.policy().run("GET", scene.service(failing(503, retry_after=when, date=date), GOOD))
    assert sum(scene.slept) == 0


@pytest.mark.parametrize("value", ["soon", "", "-1", "1e9", "NaN"])
def test_a_retry_after_that_cannot_be_read_leaves_the_usual_wait(scene: Scene, value: str) -> None:
    scene.policy().run("GET", scene.service(failing(503, retry_after=value), GOOD))
    assert 0 < sum(scene.slept) < 1


def test_a_retry_after_beyond_the_budget_is_not_waited_for(scene: Scene) -> None:
    with pytest.raises(RateLimitedError):
        scene.policy(budget=20).run("GET", scene.service(failing(429, retry_after="21"), GOOD))
    assert scene.tries == 1
    assert scene.slept == []


def test_the_end_of_a_rate_limit_is_waited_for(scene: Scene) -> None:
    scene.policy().run("GET", scene.service(left(0, START + 4, status=429), GOOD))
    assert sum(scene.slept) == pytest.approx(4)


def test_retry_after_goes_before_the_end_of_the_rate_limit(scene: Scene) -> None:
    headers = {"retry-after": "2", "x-ratelimit-reset": str(int(START + 9))}
    scene.policy().run("GET", scene.service(Answer(429, headers, "{}"), GOOD))
    assert scene.slept == [2]


# --- pacing --------------------------------------------------------------------------------------------------------


def test_where_nothing_is_left_the_next_request_waits_for_the_reset(scene: Scene) -> None:
    policy = scene.policy()
    policy.run("GET", scene.service(left(0, START + 3)))
    assert scene.slept == []
    policy.run("GET", scene.service(left(5, START + 4)))
    assert sum(scene.slept) == pytest.approx(3)


def test_what_is_left_is_used_without_a_wait(scene: Scene) -> None:
    policy = scene.policy()
    policy.run("GET", scene.service(left(2, START + 3)))
    for _ in range(2):
        policy.run("GET", scene.service(GOOD))
    assert scene.slept == []
    policy.run("GET", scene.service(GOOD))
    assert sum(scene.slept) == pytest.approx(3)


def test_after_the_reset_there_is_no_wait(scene: Scene) -> None:
    policy = scene.policy()
    policy.run("GET", scene.service(left(0, START + 3)))
    scene.now += 3
    policy.run("GET", scene.service(GOOD))
    assert scene.slept == []


def of_free_plan(remaining: int, status: int = 200) -> Answer:
    """An answer of a tenant on the Free plan, whose reset is told in whole seconds."""
    answer = left(remaining, START + 60, status)
    return Answer(status, {**answer.headers, "x-ratelimit-limit": "2"}, "{}")


def test_where_the_burst_tells_the_rate_the_reset_is_not_waited_for(scene: Scene) -> None:
    policy = scene.policy()
    policy.run("GET", scene.service(of_free_plan(0)))
    for _ in range(4):
        policy.run("GET", scene.service(of_free_plan(0)))
    assert sum(scene.slept) == pytest.approx(4 / 2 + SPARE / 2)


def test_a_rate_that_was_wrong_is_not_relied_on_again(scene: Scene) -> None:
    policy = scene.policy()
    with pytest.raises(RateLimitedError):
        policy.run("POST", scene.service(of_free_plan(0, status=429)))
    policy.run("GET", scene.service(of_free_plan(0)))
    assert sum(scene.slept) == LONGEST_PACE


def test_what_an_earlier_run_was_told_is_begun_with(scene: Scene) -> None:
    policy = scene.policy()
    policy.expect(Headroom(limit=2, remaining=0), 0.1)
    policy.run("GET", scene.service(of_free_plan(0)))
    assert sum(scene.slept) == pytest.approx((1 + SPARE) / 2 - 0.1)


def test_after_a_pause_an_earlier_run_has_left_everything(scene: Scene) -> None:
    policy = scene.policy()
    policy.expect(Headroom(limit=2, remaining=0), 3600)
    policy.run("GET", scene.service(GOOD))
    assert scene.slept == []


@pytest.mark.parametrize("method", ["POST", "PUT", "GET"])
def test_every_method_is_paced(scene: Scene, method: str) -> None:
    policy = scene.policy()
    policy.run("GET", scene.service(left(0, START + 2)))
    policy.run(method, scene.service(GOOD))
    assert sum(scene.slept) == pytest.approx(2)


def test_a_reset_beyond_the_budget_is_not_waited_for_to_its_end(scene: Scene) -> None:
    policy = scene.policy(budget=5)
    policy.run("GET", scene.service(left(0, START + 600)))
    policy.run("GET", scene.service(GOOD))
    assert sum(scene.slept) <= 5


@pytest.mark.parametrize(
    "headers",
    [
        {"x-ratelimit-remaining": "0"},
        {"x-ratelimit-reset": str(int(START + 9))},
        {"x-ratelimit-remaining": "none", "x-ratelimit-reset": "never"},
    ],
    ids=["no reset", "no count", "no numbers"],
)
def test_limits_that_are_told_by_half_or_in_nonsense_are_no_limits(scene: Scene, headers: dict[str, str]) -> None:
    policy = scene.policy()
    for _ in range(3):
        policy.run("GET", scene.service(Answer(200, headers, "{}")))
    assert scene.slept == []


# --- redirects -----------------------------------------------------------------------------------------------------


def test_after_a_refusal_all_requests_to_the_service_wait_and_not_only_the_refused_one() -> None:
    limit = RateLimit()
    limit.note(failing(429, retry_after="7"), START)
    assert limit.take(START) == 7
    assert limit.take(START + 6.5) == 0.5
    assert limit.take(START + 7) == 0
    assert limit.take(START + 7) == 0


def test_a_refusal_that_names_no_time_lets_other_requests_go_on() -> None:
    limit = RateLimit()
    limit.note(failing(429), START)
    assert limit.take(START) == 0


class Redirecting(BaseHTTPRequestHandler):
    """Redirects every request, and records who sent it."""

    seen: list[str]

    def do_GET(self) -> None:
        """Answers with a redirect."""
        self.seen.append(self.path)
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name that the server calls
        """Says nothing."""


@pytest.fixture
def redirecting() -> Iterator[tuple[str, list[str]]]:
    """A server that redirects, its URL and the paths that were asked for."""
    seen: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Redirecting,), {"seen": seen}))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    with server:
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()
    thread.join()


def test_auth0_is_not_followed_to_another_place(scene: Scene, redirecting: tuple[str, list[str]]) -> None:
    url, seen = redirecting
    with ExitStack() as stack:
        http = stack.enter_context(client(scene.policy()))
        with pytest.raises(ServiceRefusedError) as raised:
            http.get(f"{url}/api", headers={"Authorization": "Bearer secret"})
    assert raised.value.status == 302
    assert seen == ["/api"]


def test_twilio_is_not_followed_to_another_place(redirecting: tuple[str, list[str]]) -> None:
    url, seen = redirecting
    http = PolicyHttpClient(HttpPolicy("twilio", twilio_refusals.classify), url)
    with pytest.raises(ServiceRefusedError) as raised:
        http.request("GET", "https://api.twilio.com/numbers", auth=("AC", "secret"), allow_redirects=True)
    http.close()
    assert raised.value.status == 302
    assert seen == ["/numbers"]


@pytest.mark.parametrize("first", [LOST, failing(502)])
@pytest.mark.parametrize("last", [failing(429), Answer(403, {}, "{}"), Answer(401, {}, "{}")])
def test_a_write_refused_after_a_lost_answer_may_have_had_its_effect(
    first: Answer | NoAnswerError, last: Answer
) -> None:
    scene = Scene()
    with pytest.raises(MfaSetupError) as caught:
        scene.policy().run("PUT", scene.service(first, last))
    assert leaves_open(caught.value) is True


@pytest.mark.parametrize(
    ("method", "script"),
    [
        ("GET", [LOST, Answer(403, {}, "{}")]),  # a read has no effect
        ("PUT", [failing(429), Answer(403, {}, "{}")]),
        ("PUT", [Answer(403, {}, "{}")]),
    ],
)
def test_a_write_refused_without_an_unclear_try_before_it_had_none(method: str, script: list[Any]) -> None:
    scene = Scene()
    with pytest.raises(MfaSetupError) as caught:
        scene.policy().run(method, scene.service(*script))
    assert leaves_open(caught.value) is False
