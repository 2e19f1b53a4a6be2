"""The processes that run JavaScript: started when one is needed, used again, and killed at a deadline.

The engine cannot stop code such as an endless `await null`, so the code runs in a process that can be killed.
"""

import importlib.util
import json
import subprocess
import sys
import threading
from typing import Any

from mfa_setup.sandbox.payloads import read_json

_MODULE = "mfa_setup.sandbox.actions.worker"
_START_SECONDS = 20.0
_MISSING = "The sandbox needs quickjs-ng to run Actions. Install the extra: pip install 'mfa-setup[sandbox]'"


class WorkerError(Exception):
    """The code could not be run to its end; the text says why."""


class DeadlineError(WorkerError):
    """The code was still running at its deadline."""


class _Worker:
    """One process; it runs one job at a time."""

    def __init__(self) -> None:
        command, pipe = [sys.executable, "-m", _MODULE], subprocess.PIPE
        try:
            self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)  # noqa: S603
        except OSError as error:
            raise WorkerError(f"The process that runs Actions cannot be started: {error}") from error
        try:
            self._exchange(b"", _START_SECONDS)
        except WorkerError:
            self.stop()
            raise

    def run(self, job: dict[str, Any]) -> dict[str, Any]:
        """Returns the report of a job.

        Raises:
            DeadlineError: The process was killed at the job's deadline.
            WorkerError: The process ended, or its answer is not a report.
        """
        line = self._exchange(json.dumps(job).encode() + b"\n", job["seconds"])
        try:
            report = read_json(line)
        except ValueError as error:
            raise WorkerError(f"The Action's calls are not valid JSON: {error}") from error
        if not isinstance(report, dict):
            raise WorkerError("The Action's report is not an object.")
        if "engine" in report:
            raise WorkerError(str(report["engine"]))
        return report

    def _exchange(self, data: bytes, seconds: float) -> bytes:
        """Sends a line, and returns the line that answers it."""
        process, ended = self._process, threading.Event()
        assert process.stdin is not None  # noqa: S101 - both are pipes
        assert process.stdout is not None  # noqa: S101

        def end() -> None:
            ended.set()
            process.kill()

        timer = threading.Timer(seconds, end)
        timer.start()
        try:
            process.stdin.write(data)
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError:
            line = b""
        finally:
            timer.cancel()
        if line.endswith(b"\n") and not ended.is_set():
            return line
        if ended.is_set():
            raise DeadlineError(f"The Action did not finish within {seconds:g} seconds.")
        raise WorkerError("The process that runs Actions ended unexpectedly.")

    @property
    def is_running(self) -> bool:
        """Whether the process can take another job."""
        return self._process.poll() is None

    def kill(self) -> None:
        """Ends the process; a thread that waits for its answer gets an error."""
        self._process.kill()

    def stop(self) -> None:
        """Ends the process and closes its pipes. Nobody may be waiting for its answer."""
        self._process.kill()
        self._process.communicate()


class Workers:
    """All processes of one sandbox; each concurrent login takes one of its own.

    Args:
        seconds: How long the Actions of one login may take together.

    Attributes:
        seconds: How long the Actions of one login may take together.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._busy: list[_Worker] = []
        self._stopped = threading.Event()

    def prepare(self) -> None:
        """Starts a process unless one is idle, so that its start does not count towards the time limit of Actions.

        Raises:
            WorkerError: Under the same conditions as in `run`.
        """
        self._give_back(self._take(), usable=True)

    def run(self, job: dict[str, Any]) -> dict[str, Any]:
        """Runs a job and returns its report; see `worker.py`. `job["seconds"]` is its time limit.

        Raises:
            DeadlineError: The code was still running at the deadline.
            WorkerError: The engine is not installed or failed, or the sandbox is being stopped.
        """
        worker = self._take()
        usable = False
        try:
            report = worker.run(job)
            usable = True
        finally:
            self._give_back(worker, usable=usable)
        return report

    def _take(self) -> _Worker:
        with self._lock:
            if self._stopped.is_set():
                raise WorkerError("The sandbox is being stopped.")
            while self._idle:
                worker = self._idle.pop()
                if worker.is_running:
                    self._busy.append(worker)
                    return worker
                worker.stop()
        if importlib.util.find_spec("quickjs") is None:
            raise WorkerError(_MISSING)
        worker = _Worker()
        with self._lock:
            self._busy.append(worker)
            if self._stopped.is_set():
                worker.kill()
        return worker

    def _give_back(self, worker: _Worker, *, usable: bool) -> None:
        with self._lock:
            self._busy.remove(worker)
            if usable and not self._stopped.is_set():
                self._idle.append(worker)
                return
        worker.stop()

    def stop(self) -> None:
        """Ends all processes, and starts none any more. Stopping twice is harmless."""
        with self._lock:
            self._stopped.set()
            idle, self._idle = self._idle, []
            for worker in self._busy:
                worker.kill()
        for worker in idle:
            worker.stop()
