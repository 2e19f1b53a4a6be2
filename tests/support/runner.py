"""A machine that runs the scripts of a pipeline: bash in a fresh folder, with stand-ins for what is not under test."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_PROGRAMS = {
    "mfa-setup": f'exec "{sys.executable}" -m mfa_setup "$@"',
    # Only `pip install` of mfa-setup is left out: it is what is being tested, and it is on the path already.
    "python": f'[ "${{2-}}" = pip ] && echo "$@" >> "$PIP_LOG" || exec "{sys.executable}" "$@"',
    "gh": f'exec "{sys.executable}" "{Path(__file__).with_name("gh.py")}" "$@"',
}


@dataclass
class Machine:
    """A runner of a pipeline: it is wiped after each job.

    Attributes:
        root: The folder that holds all of it.
        log: What the scripts printed, of the job so far.
    """

    root: Path
    log: str = ""
    jobs: int = 0
    home: Path = field(init=False)

    def __post_init__(self) -> None:
        (self.root / "bin").mkdir(parents=True)
        for name, script in _PROGRAMS.items():
            path = self.root / "bin" / name
            path.write_text(f"#!/bin/bash\n{script}\n", encoding="utf-8")
            path.chmod(0o755)
        self.wipe()

    @property
    def work(self) -> Path:
        """The working folder of the job."""
        return self.home / "work"

    @property
    def temp(self) -> Path:
        """The folder for what lives as long as the job."""
        return self.home / "temp"

    @property
    def installed(self) -> list[str]:
        """What the job installed."""
        log = self.root / "pip.log"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []

    def wipe(self) -> None:
        """Starts the next job on an empty disk."""
        self.jobs += 1
        self.home = self.root / f"job-{self.jobs}"
        self.log = ""
        self.work.mkdir(parents=True)
        self.temp.mkdir()

    def bash(self, script: str, env: Mapping[str, str], folder: Path | None = None) -> int:
        """Runs a script as both services do, and returns its exit code."""
        file = self.temp / "script.sh"
        file.write_text(script, encoding="utf-8")
        done = subprocess.run(
            ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", str(file)],
            cwd=folder or self.work,
            env={**self._own(), **env},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        self.log += done.stdout + done.stderr
        return done.returncode

    def _own(self) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in ("PYTHONPATH", "COVERAGE_PROCESS_CONFIG") if name in os.environ}
        folders = {"HOME": self.home, "RUNNER_TEMP": self.temp, "PIP_LOG": self.root / "pip.log"}
        path = f"{self.root / 'bin'}:/usr/bin:/bin"
        return {**inherited, "PATH": path, "CI": "true"} | {name: str(folder) for name, folder in folders.items()}


def lines(file: Path) -> Iterator[tuple[str, str]]:
    """The `name=value` lines of a file of outputs."""
    for line in file.read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        yield name, value
