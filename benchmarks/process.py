"""Runs commands as separate processes and measures their time, CPU time and memory."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

TOOL = (sys.executable, "-m", "mfa_setup")
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""The environment of every command, without `PYTHONDONTWRITEBYTECODE`, with which each start compiles all modules."""
_SHOWN = 4000


@dataclass(frozen=True)
class Finished:
    """A command that has ended.

    Attributes:
        seconds: The time from the start to the end of the process, in seconds.
        cpu: The user and system CPU time of the process and of the child processes that it waited for, in seconds.
        peak: The peak resident memory in MiB.
        output: The standard output of the process.
    """

    seconds: float
    cpu: float
    peak: float
    output: str


def run(command: Sequence[str], env: Mapping[str, str] = ENVIRONMENT) -> Finished:
    """Runs a command, which must succeed.

    Raises:
        SystemExit: The command failed. The message contains the end of its output.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output, tempfile.TemporaryFile("w+") as errors:
        began = time.perf_counter()
        process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        printed = output.read()
        if process.returncode != 0:
            end = (printed + errors.read())[-_SHOWN:]
            raise SystemExit(f"`{' '.join(command)}` exited with {process.returncode}:\n{end}")
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux KiB
    return Finished(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, printed)
