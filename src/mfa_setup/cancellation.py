"""Cancels a run from any thread, at a point where it is safe to stop.

A run that stopped in the middle of a write would not know whether the service has carried out the write. Every write is
therefore shielded: the run waits for the outcome of the write, then stops, and sends no further write.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from mfa_setup.errors import InterruptedRunError

TICK = 0.1
"""The longest time in seconds until a wait notices that the run was cancelled."""


class _Thread(threading.local):
    """The state of one thread of a run.

    Attributes:
        depth: The number of nested shielded blocks that the thread is in.
        cleaning_up: Whether the thread sends requests even if the run is cancelled.
    """

    depth: int = 0
    cleaning_up: bool = False


class Cancellation:
    """The token of one run: any thread can cancel the run with it, and every thread of the run obeys it."""

    def __init__(self) -> None:
        self._error: InterruptedRunError | None = None
        self._thread = _Thread()

    def cancel(self, error: InterruptedRunError | None = None) -> None:
        """Asks the run to stop; may be called from any thread and from a signal handler. Only the first call counts.

        Args:
            error: The error that the run ends with; by default an interrupt.
        """
        if self._error is None:
            self._error = error or InterruptedRunError("Interrupted.")

    @property
    def requested(self) -> bool:
        """Whether the run has been cancelled."""
        return self._error is not None

    @property
    def stopping(self) -> bool:
        """Whether this thread must not begin or repeat a write."""
        return self.requested and not self._thread.cleaning_up

    @property
    def is_shielded(self) -> bool:
        """Whether this thread is in a shielded block."""
        return self._thread.depth > 0

    def check(self) -> None:
        """Stops here if the run has been cancelled, except in a shielded block.

        Raises:
            InterruptedRunError: The run has been cancelled.
        """
        if self._error is not None and not self.is_shielded:
            raise type(self._error)(self._error.message)  # a new exception, because several threads may raise it

    @contextmanager
    def shielded(self) -> Iterator[None]:
        """Finishes this block even if the run is cancelled meanwhile. May be nested.

        Raises:
            InterruptedRunError: The run has been cancelled. The error is raised at the end of the outermost block,
                whatever else happened in that block.
        """
        self._thread.depth += 1
        try:
            yield
        finally:
            self._thread.depth -= 1
            self.check()

    @contextmanager
    def exposed(self) -> Iterator[None]:
        """Marks a point inside a shielded block where no request is under way, so that the run may stop here.

        Raises:
            InterruptedRunError: The run has been cancelled before the end of this block.
        """
        if self._thread.cleaning_up:
            yield
            return
        depth, self._thread.depth = self._thread.depth, 0
        try:
            self.check()
            yield
            self.check()
        finally:
            self._thread.depth = depth

    @contextmanager
    def cleanup(self) -> Iterator[None]:
        """Sends the requests of this block even if the run is cancelled, to remove what the run added temporarily.

        Raises:
            InterruptedRunError: The run has been cancelled. The error is raised at the end of the block.
        """
        before, self._thread.cleaning_up = self._thread.cleaning_up, True
        try:
            with self.shielded():
                yield
        finally:
            self._thread.cleaning_up = before

    def sleep(self, seconds: float) -> None:
        """Waits, and stops waiting as soon as the run is cancelled, except in a shielded block.

        Raises:
            InterruptedRunError: The run has been cancelled.
        """
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.check()
            time.sleep(min(left, TICK))
        self.check()
