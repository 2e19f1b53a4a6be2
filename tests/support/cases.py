"""One case of bad input: what is given, and how it must end, in JSON mode and for people."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from support.lab import Lab, Result

Mode = Literal["json", "human"]
Environment = Mapping[str, str | None]

PLANTED = "planted-secret-0123456789"
"""A secret that cases put where none belongs; no output may ever show it."""


def _as_is(lab: Lab) -> Environment:
    del lab
    return {}


@dataclass(frozen=True)
class Case:
    """One case.

    Attributes:
        name: Its id in the test's report.
        line: The command line.
        code: What `error.code` is.
        exits: What the process exits with.
        says: Pieces of the message.
        fix: A piece of the hint.
        env: Changes of the environment; None takes a variable away.
        files: What the working folder holds.
        stdin: What standard input holds.
        world: The options of the sandbox.
        given: Makes the world as the case needs it; returns more changes of the environment.
        asks: Whether requests may be sent at all; none of them may write.
    """

    name: str
    line: str | tuple[str, ...]
    code: str
    exits: int
    says: tuple[str, ...]
    fix: str
    env: Environment = field(default_factory=dict)
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    stdin: str = ""
    world: Mapping[str, Any] = field(default_factory=dict)
    given: Callable[[Lab], Environment] = _as_is
    asks: bool = False

    @property
    def arguments(self) -> list[str]:
        """The command line as words."""
        return shlex.split(self.line) if isinstance(self.line, str) else list(self.line)

    def check_json(self, result: Result) -> None:
        """One document on standard output, with the code, the message and the fix."""
        document = result.document
        error = document["error"]
        assert document["ok"] is False
        assert document["changed"] is False
        assert error["code"] == self.code, error
        assert [piece for piece in self.says if piece not in error["message"]] == [], error
        assert self.fix, "every case names its fix"
        assert self.fix in error["hint"], error

    def check_human(self, result: Result) -> None:
        """Nothing on standard output; on standard error one message, its checks before it and its fix behind it."""
        assert result.out == ""
        assert result.err.count("Error: ") == 1, result.err
        before, error = result.err.split("Error: ")
        message, hint = error.split("\n", 1)
        said = [message, *(line for line in before.splitlines() if line.startswith(("  x ", "  ? ")))]
        assert [piece for piece in self.says if not any(piece in line for line in said)] == [], result.err
        assert self.fix in hint, result.err


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with what it holds."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Puts files into a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def secrets_in(environment: Environment) -> list[str]:
    """The values of the environment that nobody may see."""
    marks = ("SECRET", "TOKEN", "PRIVATE_KEY")
    found = [value for name, value in environment.items() if value and any(mark in name for mark in marks)]
    return [PLANTED, *(value for value in found if len(value) >= 8)]
