"""Runs independent writes in parallel: each lane is a thread, and no lane begins after another has failed."""

import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field

from mfa_setup.errors import leaves_open
from mfa_setup.snapshot.together import together

Lane = Callable[[], None]


class StoppedError(Exception):
    """Another lane has failed, so this lane stops before it spends money."""


class _Here(threading.local):
    """The lane that the current thread runs; None in a thread that runs no lane."""

    lane: int | None = None


@dataclass(slots=True)
class Lanes:
    """The parallel lanes of one run; without lanes, `await_others` does not wait."""

    _turn: threading.Condition = field(default_factory=threading.Condition)
    _here: _Here = field(default_factory=_Here)
    _unanswered: set[int] = field(default_factory=set)
    _errors: dict[int, BaseException] = field(default_factory=dict)

    def run(self, lanes: Sequence[Lane], needs: Sequence[Collection[int]]) -> None:
        """Runs the lanes, each as soon as the lanes that it needs are done; returns once no lane is running.

        Raises:
            MfaSetupError: A lane failed. If several failed, an error with an unknown outcome takes precedence.
        """
        begun, done = set[int](), set[int]()
        with together(len(lanes) or 1) as pool:
            running: dict[Future[bool], int] = {}
            while True:
                ready = [at for at in range(len(lanes)) if at not in begun and done >= {*needs[at]}]
                ready = [] if self._errors else ready
                with self._turn:
                    self._unanswered |= {*ready}
                running |= {pool.submit(self._carry_out, at, lanes[at]): at for at in ready}
                begun |= {*ready}
                if not running:
                    break
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                done |= {running[one] for one in finished if one.result()}
                running = {one: at for one, at in running.items() if one not in finished}
        if self._errors:
            raise self._worst()

    def _carry_out(self, at: int, lane: Lane) -> bool:
        """Runs one lane and returns whether it is done; its error is raised later, when no lane is running."""
        self._here.lane = at
        try:
            lane()
        except StoppedError:
            return False
        except BaseException as error:  # noqa: BLE001 whatever the error is, the other lanes finish first
            self._errors[at] = error
            return False
        finally:
            self.answered()
        return True

    def answered(self) -> None:
        """Records that this lane's first write was accepted, or that the lane has ended without one."""
        with self._turn:
            self._unanswered.discard(-1 if self._here.lane is None else self._here.lane)
            self._turn.notify_all()

    def await_others(self) -> None:
        """Waits until the first write of every other lane was accepted, because money is spent only after that.

        Raises:
            StoppedError: Another lane failed.
        """
        self.answered()
        with self._turn:
            self._turn.wait_for(lambda: not self._unanswered or self._errors)
        if self._errors and self._here.lane is not None:
            raise StoppedError

    def _worst(self) -> BaseException:
        """Returns the error to report: the first of a write that may have taken effect, else the first in order."""
        errors = [error for _, error in sorted(self._errors.items())]
        return next((error for error in errors if leaves_open(error)), errors[0])
