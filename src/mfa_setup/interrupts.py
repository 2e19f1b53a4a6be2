"""Ctrl-C and SIGTERM: a write under way gets its outcome first; whoever signals again leaves at once.

A signal that lands in the middle of a write would leave open whether the service has carried it out. So it is held
while a write is under way (`deferred`) and raised as soon as its outcome is known. No write begins while one is held.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn

from mfa_setup.errors import InterruptedRunError, TerminatedError


def _nobody() -> None:
    """A listener that tells nobody."""


@dataclass(slots=True)
class _Now:
    """What a signal meets; a process has one set of signal handlers, so there is one of these."""

    depth: int = 0
    lifted: bool = False
    held: int | None = None
    raised: bool = False
    ended: bool = False
    on_hold: Callable[[], None] = _nobody


_now = _Now()


def install() -> None:
    """Takes SIGINT and SIGTERM over; only the main thread may."""
    _now.depth, _now.held, _now.lifted, _now.raised, _now.ended = 0, None, False, False, False
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _on_signal)


def tell(listener: Callable[[], None]) -> None:
    """Names who tells the person that a signal is held; it runs inside of the signal handler."""
    _now.on_hold = listener


@contextmanager
def deferred() -> Iterator[None]:
    """Holds the first signal until the block ends; a second one is raised at once. May be nested.

    Raises:
        InterruptedRunError: At the end of the outermost block, where a signal is held, whatever else happened.
    """
    if not _in_main_thread():
        yield
        return
    _now.depth += 1
    try:
        yield
    finally:
        _now.depth -= 1
        if _now.depth == 0 and _now.held is not None:
            number, _now.held = _now.held, None
            _raise(number)


@contextmanager
def lifted() -> Iterator[None]:
    """Nothing is under way in this block, not even inside of `deferred`: a signal is raised at once.

    Raises:
        InterruptedRunError: A signal is held, or comes meanwhile.
    """
    if not _in_main_thread():
        yield
        return
    before, _now.lifted = _now.lifted, True
    try:
        if _now.held is not None:
            _raise(_now.held)
        yield
    finally:
        _now.lifted = before


def held() -> bool:
    """Whether a signal waits for the end of a block: nothing is begun or tried again then."""
    return _now.held is not None


def end() -> None:
    """From here on the result is put out: the first signal comes too late, a second one ends the process."""
    _now.ended = True


def _on_signal(number: int, _frame: FrameType | None) -> None:
    if _now.ended:
        if _now.held is not None:
            os._exit(_error(number).exit_code)
        _now.held = number
    elif _now.depth and not (_now.lifted or _now.raised or _now.held):
        _now.held = number
        _now.on_hold()
    else:
        if _now.depth:
            _now.held = number  # whoever catches what is raised here does not get the run to go on
        _raise(number)


def _raise(number: int) -> NoReturn:
    _now.raised = True
    raise _error(number)


def _error(number: int) -> InterruptedRunError:
    return TerminatedError("Terminated.") if number == signal.SIGTERM else InterruptedRunError("Interrupted.")


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
