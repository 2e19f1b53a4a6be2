"""The journal file: appends and flushes lines, and reads them as runs."""

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydantic

from mfa_setup.errors import JournalNewerError, JournalUnusableError
from mfa_setup.model.journal import RunRecord, WriteRecord
from mfa_setup.store.files import is_foreign, is_open, open_own, read_plain

VERSION = 1


def append_line(path: Path, line: str) -> None:
    """Appends a line and flushes it to disk.

    Raises:
        OSError: The line cannot be written.
    """
    created = not path.exists()
    with os.fdopen(open_own(path, "O_RDWR", "O_APPEND"), "r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - 1, 0))
        torn = file.read(1) not in {b"", b"\n"}  # a crash cut off the last line: keep it as a line of its own
        file.write((("\n" if torn else "") + line + "\n").encode())
        file.flush()
        os.fsync(file.fileno())
    if created:
        with suppress(OSError):  # not every system can open or flush a folder
            _flush_folder(path.parent)


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a journal.

    Attributes:
        runs: The runs, oldest first.
        unreadable: The numbers of the lines that cannot be read, counted from 1.
    """

    runs: tuple[RunRecord, ...] = ()
    unreadable: tuple[int, ...] = ()


def read_journal(path: Path, tenant_key: str) -> Content:
    """Reads a journal; the result is empty if the journal does not exist.

    Raises:
        JournalNewerError: A newer version wrote the journal.
        JournalUnusableError: The journal cannot be read or trusted, or contains runs of another tenant.
    """
    runs: dict[str, dict[str, Any]] = {}
    unreadable = []
    try:
        for number, line in enumerate(_data(path).split(b"\n"), 1):
            document = _parsed(line)
            if document is None:
                unreadable.append(number)
            else:
                _take(runs, path, document)
        records = tuple(
            RunRecord(**{**run, "writes": tuple(WriteRecord(**write) for write in run["writes"].values())})
            for run in runs.values()
        )
    except (pydantic.ValidationError, TypeError):
        raise JournalUnusableError(
            f"The journal {path} contains data that mfa-setup does not write.", hint=_MOVE_IT
        ) from None
    for record in records:
        if record.tenant not in {None, tenant_key}:
            raise JournalUnusableError(
                f"The journal {path} contains runs of another tenant, {record.tenant}, instead of {tenant_key}.",
                hint=_MOVE_IT,
            )
    return Content(records, tuple(unreadable))


_MOVE_IT = "Move the journal elsewhere: mfa-setup still recognizes the resources that it created."


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _data(path: Path) -> bytes:
    try:
        data, status = read_plain(path)
    except FileNotFoundError:
        return b""
    except OSError:
        raise JournalUnusableError(f"The journal {path} cannot be read or is not a regular file.") from None
    if is_foreign(status):
        raise JournalUnusableError(f"The journal {path} belongs to another user of this machine.")
    if is_open(status):
        raise JournalUnusableError(
            f"The journal {path} can be read or changed by other users of this machine.",
            hint=(
                f"Review the journal, then run `chmod 600 {path}`. Or move it elsewhere: mfa-setup still "
                "recognizes the resources that it created."
            ),
        )
    return data


def _parsed(line: bytes) -> dict[str, Any] | None:
    """Parses a line; empty for an empty line, None for an unreadable one, such as a line cut off by a crash."""
    if not line.strip():
        return {}
    try:
        document = json.loads(line.decode())
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _take(runs: dict[str, dict[str, Any]], path: Path, line: dict[str, Any]) -> None:
    """Adds one line to its run.

    Raises:
        JournalNewerError: A newer version wrote the line.
        TypeError: The line has another shape than the tool's lines.
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
    elif kind == "kept":
        run["kept"] = line.get("values")
    elif kind == "end":
        run["end"] = line.get("how")
