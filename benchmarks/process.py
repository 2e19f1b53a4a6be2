"""Commands that run to their end as processes of their own, with the time, CPU time and memory that they took."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

TOOL = (sys.executable, "-m", "mfa_setup")
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""The environment of every command. With that variable, each start would compile the modules again."""
_SHOWN = 4000


@dataclass(frozen=True)
class Finished:
    """A command that has ended.

    Attributes:
        seconds: The time from its start to its end.
        cpu: The CPU seconds of the process and of those that it waited for, user and system.
        peak: The most memory that was resident at once, in MiB.
        output: Its standard output.
    """

    seconds: float
    cpu: float
    peak: float
    output: str


def run(command: Sequence[str], env: Mapping[str, str] = ENVIRONMENT) -> Finished:
    """Runs a command, which must succeed.

    Raises:
        SystemExit: It failed. The message is the end of what it printed.
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
