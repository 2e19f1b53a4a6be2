"""When a signal stops the run: at once, or once the outcome of the current request is known."""

import signal
import threading
from collections.abc import Callable, Iterator

import pytest

from mfa_setup.adapters import auth0_refusals
from mfa_setup.adapters.answers import Answer
from mfa_setup.adapters.http_policy import HttpPolicy, HttpSettings
from mfa_setup.cancellation import Cancellation
from mfa_setup.cli import signals
from mfa_setup.clock import Clock
from mfa_setup.errors import InterruptedRunError, TerminatedError


@pytest.fixture
def told() -> list[str]:
    """What the person was told."""
    return []


@pytest.fixture(autouse=True)
def token(told: list[str]) -> Iterator[Cancellation]:
    """The token of a run that signals cancel; pytest's own handlers come back at the end."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    token = Cancellation()
    signals.install(signal.default_int_handler)
    signals.watch(token, lambda: told.append("held"))
    yield token
    signals.watch(Cancellation())
    for number, handler in before.items():
        signal.signal(number, handler)


def interrupt(number: signal.Signals = signal.SIGINT) -> None:
    signal.raise_signal(number)


@pytest.mark.parametrize(("number", "kind"), [(signal.SIGINT, InterruptedRunError), (signal.SIGTERM, TerminatedError)])
def test_with_nothing_under_way_it_is_raised_at_once(number: signal.Signals, kind: type[InterruptedRunError]) -> None:
    with pytest.raises(InterruptedRunError) as raised:
        interrupt(number)
    assert type(raised.value) is kind


def shielded(token: Cancellation, work: Callable[[], object]) -> InterruptedRunError:
    """What a shielded block ends with."""
    with pytest.raises(InterruptedRunError) as raised, token.shielded():
        work()
    return raised.value


def test_what_is_under_way_is_finished_first(token: Cancellation, told: list[str]) -> None:
    done = []

    def work() -> None:
        with token.shielded():
            interrupt()
            done.append("inner")
        done.append("outer")

    shielded(token, work)
    assert done == ["inner", "outer"]
    assert told == ["held"]


def test_a_second_one_is_raised_at_once(token: Cancellation) -> None:
    done = []

    def work() -> None:
        interrupt(signal.SIGTERM)
        interrupt(signal.SIGTERM)
        done.append("never")

    assert isinstance(shielded(token, work), TerminatedError)
    assert done == []


def test_whoever_catches_the_second_one_does_not_get_the_run_to_go_on(token: Cancellation) -> None:
    def work() -> None:
        interrupt()
        with pytest.raises(InterruptedRunError):
            interrupt()

    shielded(token, work)


def test_a_failure_of_what_was_under_way_does_not_hide_the_interrupt(token: Cancellation) -> None:
    def work() -> None:
        interrupt()
        raise ValueError

    shielded(token, work)


def test_where_nothing_is_under_way_inside_of_a_block_it_is_raised_at_once(token: Cancellation) -> None:
    done = []

    def work() -> None:
        with token.exposed():
            interrupt()
            done.append("never")

    shielded(token, work)
    assert done == []


def test_one_that_is_held_is_raised_where_nothing_is_under_way(token: Cancellation) -> None:
    done = []

    def work() -> None:
        interrupt()
        with token.exposed():
            done.append("never")

    shielded(token, work)
    assert done == []


def test_one_that_comes_while_the_result_is_put_out_comes_too_late() -> None:
    signals.end()
    interrupt()


def test_a_thread_holds_nothing_back(token: Cancellation) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def work() -> None:
        inside.set()
        go_on.wait(10)

    thread = threading.Thread(target=lambda: shielded(token, work))
    thread.start()
    assert inside.wait(10)
    with pytest.raises(InterruptedRunError):
        interrupt()
    go_on.set()
    thread.join()


class Service:
    """Answers with a status, and interrupts the client meanwhile."""

    def __init__(self, token: Cancellation, status: int) -> None:
        self.status = status
        self.asked = 0
        clock = Clock(now=lambda: 0.0, sleep=lambda _seconds: None)
        settings = HttpSettings(cancellation=token)
        self.policy = HttpPolicy("auth0", auth0_refusals.classify, settings=settings, clock=clock)

    def ask(self, method: str) -> Answer:
        return self.policy.run(method, self._answer)

    def _answer(self, _seconds: float) -> Answer:
        self.asked += 1
        interrupt()
        return Answer(self.status, {}, "{}")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("status", [200, 503])
def test_a_write_gets_its_answer_and_is_not_tried_again(token: Cancellation, method: str, status: int) -> None:
    service = Service(token, status)
    with pytest.raises(InterruptedRunError) as raised:
        service.ask(method)
    assert service.asked == 1
    assert raised.value.unsent is False


def test_no_write_begins_after_it_and_that_one_is_known_to_be_unsent(token: Cancellation) -> None:
    service = Service(token, 200)

    def work() -> None:
        assert service.ask("PUT").status == 200
        with pytest.raises(InterruptedRunError) as raised:
            service.ask("PUT")
        assert raised.value.unsent

    shielded(token, work)
    assert service.asked == 1


def test_a_read_that_settles_a_write_is_still_made(token: Cancellation) -> None:
    service = Service(token, 200)
    looked = []

    def work() -> None:
        service.ask("POST")
        looked.append(service.policy.run("GET", lambda _seconds: Answer(200, {}, "{}")))

    shielded(token, work)
    assert len(looked) == 1
