"""Concurrent work on several tenants, up to a limit."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import TypeVar

from mfa_setup.cancellation import TICK
from mfa_setup.snapshot.together import together

Item = TypeVar("Item")
Done = TypeVar("Done")


def side_by_side(
    items: Sequence[Item],
    work: Callable[[Item], Done],
    tell: Callable[[Done], None],
    *,
    most: int,
    stopped: Callable[[], bool],
    tick: Callable[[], None],
) -> None:
    """Processes each item and reports its result as soon as it is available.

    Args:
        items: What is worked at; the first ones begin first.
        work: The work at one of them; it must not raise.
        tell: Told of each result, in this thread.
        most: How many are worked at at the same time.
        stopped: Whether no other one may begin; those that have begun are finished.
        tick: Called several times a second while this waits.
    """
    waiting = deque(items)
    running: set[Future[Done]] = set()
    with together(most) as pool:
        while True:
            while waiting and len(running) < most and not stopped():
                running.add(pool.submit(work, waiting.popleft()))
            if not running:
                return
            done, running = wait(running, timeout=TICK, return_when=FIRST_COMPLETED)
            tick()
            for one in done:
                tell(one.result())
