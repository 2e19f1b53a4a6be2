"""Ctrl-C and SIGTERM: the first signal cancels the run of this process, a second one ends it at once."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

from mfa_setup.cancellation import Cancellation
from mfa_setup.errors import InterruptedRunError, TerminatedError


def _nothing() -> None:
    """Does nothing; the default if nobody is to be notified that a run finishes its current request."""


@dataclass(slots=True)
class _Process:
    """The state of signal handling; a process has one set of signal handlers, so there is one instance.

    Attributes:
        starting: Ends the process; called for a signal before there is a run.
        run: The run that a signal cancels; None before a run.
        notify: Called if the run has to finish its current request first.
        ended: Whether the result is being written, so that a signal comes too late.
        late: Whether a signal has come too late.
    """

    starting: Callable[[int, FrameType | None], None] = signal.default_int_handler
    run: Cancellation | None = None
    notify: Callable[[], None] = _nothing
    ended: bool = False
    late: bool = False


_process = _Process()


def install(starting: Callable[[int, FrameType | None], None]) -> None:
    """Handles SIGINT and SIGTERM from now on; must be called in the main thread.

    Args:
        starting: Handles a signal until `watch` sets a run. It must end the process: an exception raised during an
            import may be lost, and nothing catches it outside of a run.
    """
    _process.starting, _process.run, _process.ended = starting, None, False
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _on_signal)


def watch(run: Cancellation, notify: Callable[[], None] = _nothing) -> None:
    """Sets the run that a signal cancels.

    Args:
        run: The run's cancellation token.
        notify: Called inside the signal handler if the run has to finish a request before it stops.
    """
    _process.run, _process.notify, _process.ended, _process.late = run, notify, False, False


def end() -> None:
    """Marks that the result is being written: the next signal does nothing, the one after it ends the process."""
    _process.ended = True


def _on_signal(number: int, frame: FrameType | None) -> None:
    error = TerminatedError("Terminated.") if number == signal.SIGTERM else InterruptedRunError("Interrupted.")
    if _process.ended:
        if _process.late:
            os._exit(error.exit_code)
        _process.late = True
        return
    if _process.run is None:
        _process.starting(number, frame)
        return
    first = not _process.run.requested
    _process.run.cancel(error)
    if first and _process.run.is_shielded:
        _process.notify()
        return
    raise error  # interrupts the main thread wherever it waits: at a prompt, for a response or for another thread
