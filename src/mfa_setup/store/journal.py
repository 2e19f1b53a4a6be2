"""The journal of a tenant: every write request before it is sent, and what became of it, as lines on the disk.

It makes a purchase whose answer was lost found again, and lets a run be undone. Losing it loses neither the application
nor the number: their marks on the services are enough. It holds no secret.
"""

import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pydantic

from mfa_setup.errors import JournalNewerError, JournalUnusableError, MfaSetupError, leaves_open
from mfa_setup.model.base import Frozen
from mfa_setup.model.journal import RunRecord, WriteRecord
from mfa_setup.model.types import ResourceName
from mfa_setup.model.write import Fields, WriteAction
from mfa_setup.store.files import OWNER_ONLY, private_folder
from mfa_setup.store.folders import file_key, state_folder

VERSION = 1


class Header(Frozen):
    """What the first line of a run says of it."""

    run_id: str
    command: str
    domain: str


class Journal:
    """One tenant's journal, as one run reads and continues it.

    Attributes:
        runs: The earlier runs, the oldest first.
        undoes: The run that this one puts back, where it is an undo.
        changed: A write of this run has had its effect, or may have.
    """

    def __init__(self, path: Path, header: Header, runs: tuple[RunRecord, ...]) -> None:
        self._path = path
        self._header = header
        self.runs = runs
        self.undoes: str | None = None
        self.changed = False
        self._begun = False
        self._count = 0

    @property
    def run_id(self) -> str:
        """This run."""
        return self._header.run_id

    @contextmanager
    def write(
        self, resource: ResourceName, action: WriteAction, target: str = "", before: Fields | None = None,
        after: Fields | None = None,
    ) -> Iterator[Fields]:  # fmt: skip
        """Around one write request: the intent is on the disk before it, the outcome after it.

        Yields:
            What the request makes is put in here: client ID, SID.

        Raises:
            JournalUnusableError: The intent cannot be written; the request is not sent then.
        """
        self._count += 1
        intent = {"n": self._count, "resource": resource, "action": action, "target": target}
        self._append("intent", intent | {"before": before or {}, "after": after or {}, "time": _now()})
        outcome: dict[str, Any] = {"n": intent["n"], "status": "done", "made": {}}
        try:
            yield outcome["made"]
        except BaseException as error:
            outcome["status"] = "unknown" if leaves_open(error) else "failed"
            self.changed = self.changed or outcome["status"] == "unknown"
            outcome["error"] = error.code if isinstance(error, MfaSetupError) else ""
            with suppress(JournalUnusableError):  # the first error says more
                self._append("outcome", outcome | {"time": _now()})
            raise
        self.changed = True
        self._append("outcome", outcome | {"time": _now()})

    def begin(self) -> None:
        """Notes the run itself: by its first write, or before, where it matters although it writes nothing (undo).

        Raises:
            JournalUnusableError: It cannot be written.
        """
        if not self._begun:
            self._begun = True
            begin = self._header.model_dump(exclude={"run_id"}) | {"time": _now()}
            self._append("run", begin | ({"undoes": self.undoes} if self.undoes else {}))

    def override(self, check_id: str, evidence: str) -> None:
        """Notes that a person went on although a check failed.

        Raises:
            JournalUnusableError: It cannot be written.
        """
        self._append("override", {"check": check_id, "evidence": evidence})

    def end(self, how: str) -> None:
        """The end of the run, where it wrote anything: `done`, or the code of an error."""
        if self._begun:
            with suppress(JournalUnusableError):  # what matters is on the disk already
                self._append("end", {"how": how})

    def _append(self, kind: str, values: dict[str, Any]) -> None:
        """Adds a line, which is on the disk when this returns; the run's first one begins it."""
        self.begin()
        line = {"v": VERSION, "kind": kind, "run": self._header.run_id} | values
        try:
            private_folder(self._path.parent)
            _append_line(self._path, json.dumps(line))
        except OSError:
            raise JournalUnusableError(f"The journal {self._path} cannot be written.") from None


def open_journal(tenant_key: str, header: Header) -> Journal:
    """The journal of a tenant.

    Raises:
        JournalNewerError: A newer version of this tool wrote it.
        JournalUnusableError: Others can read or change it, it is not ours, or it cannot be read.
    """
    path = state_folder() / f"journal-{file_key(tenant_key)}.jsonl"
    return Journal(path, header, _read(path))


def _now() -> str:
    return datetime.now(UTC).isoformat()


def empty_journal(header: Header) -> Journal:
    """One that remembers nothing, for a run that only looks."""
    return Journal(state_folder() / "none.jsonl", header, ())


def _append_line(path: Path, line: str) -> None:
    made = not path.exists()
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    handle = os.open(path, flags, OWNER_ONLY)
    try:
        size = os.fstat(handle).st_size
        os.lseek(handle, max(size - 1, 0), os.SEEK_SET)
        torn = size > 0 and os.read(handle, 1) != b"\n"  # a crash cut the last line off: leave it, on its own line
        _write_all(handle, (("\n" if torn else "") + line + "\n").encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    if made and os.name == "posix":  # elsewhere a folder cannot be flushed
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def _read(path: Path) -> tuple[RunRecord, ...]:
    try:
        found = path.lstat()
        _require_ours(path, found)
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ()
    except OSError:
        raise JournalUnusableError(f"The journal {path} cannot be read.") from None
    runs: dict[str, dict[str, Any]] = {}
    try:
        for line in text.split("\n"):
            _take(runs, path, _parsed(line))
        return tuple(
            RunRecord(**{**run, "writes": tuple(WriteRecord(**write) for write in run["writes"].values())})
            for run in runs.values()
        )
    except (pydantic.ValidationError, TypeError):
        raise JournalUnusableError(
            f"The journal {path} holds something that this tool does not write.",
            hint="Move it away: what was made is found by its marks.",
        ) from None


def _require_ours(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise JournalUnusableError(f"The journal {path} is not a plain file.")
    if os.name == "posix" and found.st_uid != os.geteuid():
        raise JournalUnusableError(f"The journal {path} belongs to somebody else.")
    if os.name == "posix" and found.st_mode & 0o077:
        raise JournalUnusableError(
            f"The journal {path} can be read or changed by others.",
            hint=f"Look at it, then: chmod 600 {path}. Or move it away: what was made is found by its marks.",
        )


def _parsed(line: str) -> dict[str, Any]:
    """A line as it was written; a torn one tells nothing, and its request was either not sent or left open."""
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _take(runs: dict[str, dict[str, Any]], path: Path, line: dict[str, Any]) -> None:
    """Adds what one line says to its run.

    Raises:
        JournalNewerError: A newer version wrote it.
        TypeError: It is of another shape than our lines.
    """
    if not line:
        return
    version = line.pop("v", None)
    if type(version) is not int or version < 1:
        raise TypeError
    if version > VERSION:
        raise JournalNewerError(f"The journal {path} was written by a newer version of mfa-setup.")
    kind, run_id = line.pop("kind", None), line.pop("run", None)
    if kind == "run":
        runs[run_id] = {"run_id": run_id, "writes": {}} | line
    run = runs.get(run_id)
    if run is None:
        return
    if kind == "intent":
        run["writes"][line.get("n")] = line
    elif kind == "outcome" and line.get("n") in run["writes"]:
        run["writes"][line["n"]] |= line
    elif kind == "end":
        run["end"] = line.get("how")
