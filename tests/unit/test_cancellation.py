"""A run is cancelled from another thread: it stops at once where that is safe, and after the write where it is not."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from email.utils import formatdate

import pytest

from mfa_setup.adapters import auth0_refusals
from mfa_setup.adapters.answers import Answer
from mfa_setup.adapters.http_policy import HttpPolicy, HttpSettings
from mfa_setup.cancellation import Cancellation
from mfa_setup.clock import Clock
from mfa_setup.errors import InterruptedRunError, TerminatedError

GOOD = Answer(200, {}, "{}")
LONG = 60.0
"""Seconds; no test waits for them."""
SOON = 5.0
"""Seconds within which a thread must have stopped; far more than it takes."""


class Worker:
    """A run in a thread of its own, with the rules for its requests."""

    def __init__(self) -> None:
        self.token = Cancellation()
        self.waits = threading.Event()
        settings = HttpSettings(LONG * 2, lambda _reason, _seconds: self.waits.set(), cancellation=self.token)
        self.policy = HttpPolicy("auth0", auth0_refusals.classify, settings=settings)
        self.sent: list[str] = []

    def start(self, work: Callable[[], object]) -> "Future[object]":
        """Starts the thread; what it raises comes out of the future."""
        pool = ThreadPoolExecutor(1)
        future: Future[object] = pool.submit(work)
        pool.shutdown(wait=False)
        return future

    def ask(self, method: str, *answers: Answer) -> Answer:
        """Sends a request that is answered by these, one after another."""
        left = list(answers)

        def send(_seconds: float) -> Answer:
            self.sent.append(method)
            return left.pop(0)

        return self.policy.run(method, send)


@pytest.fixture
def worker() -> Worker:
    """A worker."""
    return Worker()


def ends(future: "Future[object]") -> InterruptedRunError:
    """How the run in the thread ends."""
    with pytest.raises(InterruptedRunError) as raised:
        future.result(SOON)
    return raised.value


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_a_write_under_way_is_finished_and_no_other_begins(worker: Worker, method: str) -> None:
    arrived, answer = threading.Event(), threading.Event()
    outcomes: list[Answer] = []

    def send(_seconds: float) -> Answer:
        arrived.set()
        assert answer.wait(SOON)
        return GOOD

    def work() -> None:
        with worker.token.shielded():
            outcomes.append(worker.policy.run(method, send))
            worker.ask(method, GOOD)

    future = worker.start(work)
    assert arrived.wait(SOON)
    worker.token.cancel(TerminatedError("Terminated."))
    answer.set()
    assert isinstance(ends(future), TerminatedError)
    assert outcomes == [GOOD]
    assert worker.sent == []


def test_a_write_that_has_not_begun_is_known_to_be_unsent(worker: Worker) -> None:
    worker.token.cancel()
    assert ends(worker.start(lambda: worker.ask("POST", GOOD))).unsent
    assert worker.sent == []


def test_a_read_is_not_begun_either_unless_it_settles_a_write(worker: Worker) -> None:
    worker.token.cancel()
    ends(worker.start(lambda: worker.ask("GET", GOOD)))
    assert worker.sent == []

    def settle() -> None:
        with worker.token.shielded():
            worker.ask("GET", GOOD)

    ends(worker.start(settle))
    assert worker.sent == ["GET"]


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_a_run_that_waits_for_a_retry_wakes_at_once(worker: Worker, method: str) -> None:
    busy = Answer(503, {"retry-after": str(int(LONG))}, "{}")
    future = worker.start(lambda: worker.ask(method, busy, GOOD))
    assert worker.waits.wait(SOON)
    worker.token.cancel()
    assert not ends(future).unsent
    assert worker.sent == [method]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_run_that_waits_for_a_rate_limit_wakes_at_once(worker: Worker, method: str) -> None:
    now = time.time()
    empty = {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": str(int(now + LONG)),
        "date": formatdate(now, usegmt=True),
    }
    worker.ask("GET", Answer(200, empty, "{}"))
    future = worker.start(lambda: worker.ask(method, GOOD))
    with pytest.raises(TimeoutError):
        future.result(0.05)
    worker.token.cancel()
    assert ends(future).unsent is (method == "POST")
    assert worker.sent == ["GET"]


def test_one_thread_shields_nothing_in_another() -> None:
    token, inside, leave = Cancellation(), threading.Event(), threading.Event()

    def work() -> None:
        with token.shielded():
            inside.set()
            assert leave.wait(SOON)

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work)
        assert inside.wait(SOON)
        token.cancel()
        with pytest.raises(InterruptedRunError):
            token.check()
        leave.set()
        with pytest.raises(InterruptedRunError):
            future.result(SOON)


def test_every_thread_gets_an_error_of_its_own() -> None:
    token = Cancellation()
    token.cancel(TerminatedError("Terminated."))
    token.cancel()
    raised = []
    for _ in range(2):
        with pytest.raises(TerminatedError) as error:
            token.check()
        raised.append(error.value)
    assert raised[0] is not raised[1]


def test_a_cleanup_is_carried_out_though_the_run_is_cancelled() -> None:
    worker = Worker()
    clock = Clock(now=lambda: 0.0, sleep=lambda _seconds: None)
    worker.policy = HttpPolicy("auth0", auth0_refusals.classify, settings=worker.policy.settings, clock=clock)
    worker.token.cancel()

    def work() -> None:
        with worker.token.cleanup():
            worker.ask("GET", GOOD)
            worker.ask("PATCH", Answer(503, {}, "{}"), GOOD)

    ends(worker.start(work))
    assert worker.sent == ["GET", "PATCH", "PATCH"]
    with pytest.raises(InterruptedRunError):
        worker.ask("GET", GOOD)


def test_a_run_that_nobody_cancels_sleeps_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    real = time.sleep

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        real(seconds)

    monkeypatch.setattr(time, "sleep", sleep)
    Cancellation().sleep(0.05)
    assert sum(slept) == pytest.approx(0.05, abs=0.02)
