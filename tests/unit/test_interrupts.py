"""When a signal is raised: at once, or once what is under way has its outcome."""

import signal
import threading
from collections.abc import Callable, Iterator

import pytest

from mfa_setup import interrupts
from mfa_setup.adapters import auth0_refusals
from mfa_setup.adapters.http_policy import Answer, Clock, HttpPolicy
from mfa_setup.errors import InterruptedRunError, TerminatedError


@pytest.fixture(autouse=True)
def told() -> Iterator[list[str]]:
    """The handlers of a run, and what a person was told; pytest's own come back at the end."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    lines: list[str] = []
    interrupts.install()
    interrupts.tell(lambda: lines.append("held"))
    yield lines
    interrupts.install()
    for number, handler in before.items():
        signal.signal(number, handler)


def interrupt(number: signal.Signals = signal.SIGINT) -> None:
    signal.raise_signal(number)


@pytest.mark.parametrize(("number", "kind"), [(signal.SIGINT, InterruptedRunError), (signal.SIGTERM, TerminatedError)])
def test_with_nothing_under_way_it_is_raised_at_once(number: signal.Signals, kind: type[InterruptedRunError]) -> None:
    with pytest.raises(InterruptedRunError) as raised:
        interrupt(number)
    assert type(raised.value) is kind


def deferred(work: Callable[[], object]) -> InterruptedRunError:
    """What comes out of a block that holds signals."""
    with pytest.raises(InterruptedRunError) as raised, interrupts.deferred():
        work()
    return raised.value


def test_what_is_under_way_is_finished_first(told: list[str]) -> None:
    done = []

    def work() -> None:
        with interrupts.deferred():
            interrupt()
            done.append("inner")
        done.append("outer")

    deferred(work)
    assert done == ["inner", "outer"]
    assert told == ["held"]


def test_a_second_one_is_raised_at_once() -> None:
    done = []

    def work() -> None:
        interrupt(signal.SIGTERM)
        interrupt(signal.SIGTERM)
        done.append("never")

    assert isinstance(deferred(work), TerminatedError)
    assert done == []


def test_whoever_catches_the_second_one_does_not_get_the_run_to_go_on() -> None:
    def work() -> None:
        interrupt()
        with pytest.raises(InterruptedRunError):
            interrupt()

    deferred(work)


def test_a_failure_of_what_was_under_way_does_not_hide_the_interrupt() -> None:
    def work() -> None:
        interrupt()
        raise ValueError

    deferred(work)


def test_where_nothing_is_under_way_inside_of_a_block_it_is_raised_at_once() -> None:
    done = []

    def work() -> None:
        with interrupts.lifted():
            interrupt()
            done.append("never")

    deferred(work)
    assert done == []


def test_one_that_is_held_is_raised_where_nothing_is_under_way() -> None:
    done = []

    def work() -> None:
        interrupt()
        with interrupts.lifted():
            done.append("never")

    deferred(work)
    assert done == []


def test_one_that_comes_while_the_result_is_put_out_comes_too_late() -> None:
    interrupts.end()
    interrupt()


def test_a_thread_holds_nothing_back() -> None:
    inside, go_on = threading.Event(), threading.Event()

    def work() -> None:
        with interrupts.deferred():
            inside.set()
            go_on.wait(10)

    thread = threading.Thread(target=work)
    thread.start()
    assert inside.wait(10)
    with pytest.raises(InterruptedRunError):
        interrupt()
    go_on.set()
    thread.join()


class Service:
    """Answers by a status, and interrupts whoever asks while it is at it."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.asked = 0
        self.wire = HttpPolicy(
            "auth0", auth0_refusals.classify, clock=Clock(now=lambda: 0.0, sleep=lambda _seconds: None)
        )

    def ask(self, method: str) -> Answer:
        return self.wire.run(method, self._answer)

    def _answer(self, _seconds: float) -> Answer:
        self.asked += 1
        interrupt()
        return Answer(self.status, {}, "{}")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("status", [200, 503])
def test_a_write_gets_its_answer_and_is_not_tried_again(method: str, status: int) -> None:
    service = Service(status)
    with pytest.raises(InterruptedRunError) as raised:
        service.ask(method)
    assert service.asked == 1
    assert raised.value.unsent is False


def test_no_write_begins_after_it_and_that_one_is_known_to_be_unsent() -> None:
    service = Service(200)

    def work() -> None:
        assert service.ask("PUT").status == 200
        with pytest.raises(InterruptedRunError) as raised:
            service.ask("PUT")
        assert raised.value.unsent

    deferred(work)
    assert service.asked == 1


def test_a_read_that_settles_a_write_is_still_made() -> None:
    service = Service(200)
    looked = []

    def work() -> None:
        service.ask("POST")
        looked.append(service.wire.run("GET", lambda _seconds: Answer(200, {}, "{}")))

    deferred(work)
    assert len(looked) == 1
