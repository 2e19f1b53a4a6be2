"""Ctrl-C and SIGTERM: the first one cancels the run of this process, a second one ends it at once."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from mfa_setup.cancellation import Cancellation
from mfa_setup.errors import InterruptedRunError, TerminatedError


def _nothing() -> None:
    """Tells nobody that a run finishes its current request first."""


@dataclass(slots=True)
class _Process:
    """What a signal meets; a process has one set of signal handlers, so there is one of these.

    Attributes:
        run: The run that a signal cancels.
        notify: Called when the run finishes its current request first.
        ended: The result is being written, so a signal comes too late.
        late: One has come too late.
    """

    run: Cancellation = field(default_factory=Cancellation)
    notify: Callable[[], None] = _nothing
    ended: bool = False
    late: bool = False


_process = _Process()


def install() -> None:
    """Handles SIGINT and SIGTERM from now on; must be called in the main thread."""
    watch(Cancellation())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _on_signal)


def watch(run: Cancellation, notify: Callable[[], None] = _nothing) -> None:
    """Names the run that a signal cancels.

    Args:
        run: Its token.
        notify: Called inside the signal handler when the run has to finish a request before it stops.
    """
    _process.run, _process.notify, _process.ended, _process.late = run, notify, False, False


def end() -> None:
    """Says that the result is being written: the first signal after that does nothing, the second ends the process."""
    _process.ended = True


def _on_signal(number: int, _frame: FrameType | None) -> None:
    error = TerminatedError("Terminated.") if number == signal.SIGTERM else InterruptedRunError("Interrupted.")
    if _process.ended:
        if _process.late:
            os._exit(error.exit_code)
        _process.late = True
        return
    first = not _process.run.requested
    _process.run.cancel(error)
    if first and _process.run.is_shielded:
        _process.notify()
        return
    raise error  # in the main thread, wherever it waits: at a prompt, for an answer, for another thread
