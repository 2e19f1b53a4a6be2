"""Writes that need nothing of each other, at the same time: each lane is a thread, and none begins once one failed."""

import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field

from mfa_setup.errors import leaves_open
from mfa_setup.snapshot.together import together

Lane = Callable[[], None]


class StoppedError(Exception):
    """Another lane has failed, so no money is spent in this one."""


class _Here(threading.local):
    """The lane that a thread carries out; none outside of lanes."""

    lane: int | None = None


@dataclass(slots=True)
class Lanes:
    """The lanes of one run; without any, nothing waits for anything."""

    _turn: threading.Condition = field(default_factory=threading.Condition)
    _here: _Here = field(default_factory=_Here)
    _unanswered: set[int] = field(default_factory=set)
    _errors: dict[int, BaseException] = field(default_factory=dict)

    def run(self, lanes: Sequence[Lane], needs: Sequence[Collection[int]]) -> None:
        """Carries out lanes, each as soon as those that it needs are done; returns when all are at rest.

        Raises:
            MfaSetupError: A lane failed; of several, the one whose outcome is not known.
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
        """Whether the lane is done; its error is raised once all lanes are at rest."""
        self._here.lane = at
        try:
            lane()
        except StoppedError:
            return False
        except BaseException as error:  # noqa: BLE001 whatever it is, the other lanes come to rest first
            self._errors[at] = error
            return False
        finally:
            self.answered()
        return True

    def answered(self) -> None:
        """Notes that this lane's first write was accepted, or that there will be none."""
        with self._turn:
            self._unanswered.discard(-1 if self._here.lane is None else self._here.lane)
            self._turn.notify_all()

    def await_others(self) -> None:
        """Waits until the other lanes have got through their first write: what costs money comes after them.

        Raises:
            StoppedError: One of them failed.
        """
        self.answered()
        with self._turn:
            self._turn.wait_for(lambda: not self._unanswered or self._errors)
        if self._errors and self._here.lane is not None:
            raise StoppedError

    def _worst(self) -> BaseException:
        """The error that a person must know of: that of a write that may have happened, else the first in order."""
        errors = [error for _, error in sorted(self._errors.items())]
        return next((error for error in errors if leaves_open(error)), errors[0])
