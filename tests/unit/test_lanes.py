"""Writes at the same time: each as soon as what it needs is done, money last, and nothing new once one has failed."""

import threading
from collections.abc import Callable

import pytest

from mfa_setup.engine.lanes import Lanes
from mfa_setup.errors import MfaSetupError, OutcomeUnknownError, ServiceRefusedError

SECONDS = 10
Step = Callable[[], None]


def refused() -> None:
    raise ServiceRefusedError("no")


def test_a_lane_begins_once_those_that_it_needs_are_done() -> None:
    done: list[str] = []
    lanes: list[Step] = [lambda: done.append("first"), lambda: done.append("second"), lambda: done.append("third")]
    Lanes().run(lanes, [(), (0,), (0, 1)])
    assert done == ["first", "second", "third"]


def test_lanes_that_need_nothing_of_each_other_go_at_the_same_time() -> None:
    meeting = threading.Barrier(3)
    met: list[int] = []
    Lanes().run([lambda: met.append(meeting.wait(SECONDS))] * 3, [()] * 3)
    assert sorted(met) == [0, 1, 2]


def test_no_lane_begins_after_one_has_failed() -> None:
    begun: list[str] = []
    with pytest.raises(ServiceRefusedError):
        Lanes().run([refused, lambda: begun.append("needs it")], [(), (0,)])
    assert begun == []


def test_a_lane_that_is_under_way_is_finished() -> None:
    failed, done = threading.Event(), list[str]()

    def fails() -> None:
        failed.set()
        refused()

    def goes_on() -> None:
        failed.wait(SECONDS)
        done.append("the rest of it")

    with pytest.raises(ServiceRefusedError):
        Lanes().run([fails, goes_on, lambda: done.append("needs it")], [(), (), (0, 1)])
    assert done == ["the rest of it"]


def test_money_is_spent_once_the_first_write_of_every_other_lane_was_accepted() -> None:
    lanes, order = Lanes(), list[str]()

    def free() -> None:
        order.append("accepted")
        lanes.answered()

    def spends() -> None:
        lanes.await_others()
        order.append("bought")

    lanes.run([spends, free, free], [()] * 3)
    assert order == ["accepted", "accepted", "bought"]


def test_no_money_is_spent_where_another_lane_has_failed() -> None:
    lanes, bought = Lanes(), list[str]()

    def spends() -> None:
        lanes.await_others()
        bought.append("a number")

    with pytest.raises(ServiceRefusedError):
        lanes.run([spends, refused], [(), ()])
    assert bought == []


def test_of_several_errors_the_one_whose_outcome_is_not_known_is_told() -> None:
    meeting = threading.Barrier(2)

    def fails(error: MfaSetupError) -> Step:
        def lane() -> None:
            meeting.wait(SECONDS)
            raise error

        return lane

    with pytest.raises(OutcomeUnknownError):
        Lanes().run([fails(ServiceRefusedError("no")), fails(OutcomeUnknownError("perhaps"))], [(), ()])


def test_without_lanes_nothing_waits() -> None:
    lanes = Lanes()
    lanes.run([], [])
    lanes.await_others()
