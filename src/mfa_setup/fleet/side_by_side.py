"""Processes several tenants concurrently, up to a limit."""

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
        items: The items to process, in the order in which they begin.
        work: Processes one item; it must not raise an exception.
        tell: Called with each result, in the calling thread.
        most: The maximum number of items that are processed at the same time.
        stopped: Whether no further item may begin; items that have begun are finished.
        tick: Called several times a second while the function waits.
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
