"""Processes of the tool without the second that its imports take: forks of one that has made them already.

Each is a process of its own, with its own signals, files and end; only what every run does alike, before it has read or
written anything, is done once. Run as a program this module is the one that forks.
"""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NoReturn, Self

from support.lab import Result


@dataclass
class Child:
    """One run as a process; its streams go to files, so that no full pipe ever holds it."""

    pid: int
    out: Path
    err: Path
    ends: IO[str]

    def result(self) -> Result:
        """How it ended, once it has; the number of a signal that ended it is negative, as with `subprocess`."""
        code = int(self.ends.readline())
        return Result(code, self.out.read_text(encoding="utf-8"), self.err.read_text(encoding="utf-8"))


class Nursery:
    """Starts runs, one at a time; a test that needs two at once has two of these."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "support.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def rehearse(self, *arguments: str, env: dict[str, str], folder: Path) -> None:
        """Runs a command line in the forking process itself, so that its forks find every module imported."""
        ended = self._order(arguments, env, folder, rehearsal=True).result()
        assert ended.code == 0, ended

    def start(self, *arguments: str, env: dict[str, str], folder: Path, dies_at: int = 0) -> Child:
        """Starts a command line with this environment and no other; `folder` is where it works and its output goes.

        With `dies_at` the process is killed just before its file operation of that number under `folder`.
        """
        return self._order(arguments, env, folder, dies_at=dies_at)

    def _order(self, arguments: tuple[str, ...], env: dict[str, str], folder: Path, **more: object) -> Child:
        folder.mkdir(parents=True, exist_ok=True)
        out, err = folder.parent / f"{folder.name}.stdout", folder.parent / f"{folder.name}.stderr"
        orders, answers = self._process.stdin, self._process.stdout
        assert orders is not None
        assert answers is not None
        order = {"arguments": arguments, "env": env, "folder": str(folder), "out": str(out), "err": str(err), **more}
        orders.write(json.dumps(order) + "\n")
        orders.flush()
        return Child(int(answers.readline()), out, err, answers)


def _run(order: dict[str, Any]) -> NoReturn:
    """The forked process: from here on it is a run like any other."""
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["folder"])
    for number, name in ((0, os.devnull), (1, order["out"]), (2, order["err"])):
        handle = os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(handle, number)
        os.close(handle)
    sys.argv = ["mfa-setup", *order["arguments"]]
    if order.get("dies_at"):
        _die_at(order["dies_at"], order["folder"])
    code: object = 1
    try:
        from mfa_setup.__main__ import main  # noqa: PLC0415

        main()
    except SystemExit as ended:
        code = ended.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0)


def _die_at(number: int, folder: str) -> None:
    """Lets this process be killed just before one of the changes that it makes to files under a folder."""
    seen = 0

    def note(event: str, given: tuple[Any, ...]) -> None:
        nonlocal seen
        if event not in _CHANGES or not str(given[0]).startswith(folder):
            return
        if event == "open" and not given[2] & (os.O_WRONLY | os.O_RDWR):
            return
        seen += 1
        if seen == number:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(note)


_CHANGES = {"open", "os.rename", "os.remove", "os.mkdir", "os.chmod", "os.truncate", "os.link"}


def _rehearse(order: dict[str, Any]) -> int:
    from mfa_setup.cli.main import run  # noqa: PLC0415 only the forking process needs it

    os.environ.update(order["env"])
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = run(order["arguments"])
    Path(order["out"]).write_text(said.getvalue(), encoding="utf-8")
    Path(order["err"]).write_text("", encoding="utf-8")
    return code


def _serve() -> None:
    """Forks for each order; tells the process's number, and then how it ended."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    for line in sys.stdin:
        order = json.loads(line)
        if order.get("rehearsal"):
            _tell(answers, os.getpid(), _rehearse(order))
            continue
        pid = os.fork()
        if pid == 0:
            _run(order)
        _tell(answers, pid)
        _, status = os.waitpid(pid, 0)
        _tell(answers, os.waitstatus_to_exitcode(status))


def _tell(answers: IO[str], *numbers: int) -> None:
    answers.write("".join(f"{number}\n" for number in numbers))
    answers.flush()


if __name__ == "__main__":
    _serve()
