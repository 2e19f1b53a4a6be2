"""The journal of a tenant: a line for every write request before it is sent, and a line for its outcome.

The journal is used to find a purchase whose response was lost, and to undo a run. If the journal is lost, the
application and the number are still recognized by their marks on the services. It contains no secrets.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mfa_setup.errors import JournalUnusableError, MfaSetupError, leaves_open
from mfa_setup.model.base import Frozen
from mfa_setup.model.journal import merged
from mfa_setup.model.outcome import Notice
from mfa_setup.model.types import ResourceName
from mfa_setup.model.write import Fields, WriteAction
from mfa_setup.store.files import private_folder
from mfa_setup.store.folders import Folders, file_key
from mfa_setup.store.journal_file import VERSION, Content, append_line, read_journal
from mfa_setup.store.journal_import import ImportedJournal


class Header(Frozen):
    """The values in the first line of a run, besides the tenant."""

    run_id: str
    command: str
    domain: str


class Journal:
    """One tenant's journal, as one run reads and continues it.

    Attributes:
        runs: The earlier runs, oldest first, including those of an imported journal.
        imported: The journal of another machine whose runs this run may undo; None if there is none.
        undoes: The ID of the run that this run reverts; None if it is not an undo.
        changed: Whether a write of this run took effect, or may have.
        unrecorded: The error that kept the outcome of a write from being recorded; no write starts after it.
    """

    def __init__(
        self, path: Path, tenant_key: str, header: Header, content: Content, imported: ImportedJournal | None = None
    ) -> None:
        self._path = path
        self._tenant_key = tenant_key
        self._header = header
        self.runs = merged(content.runs, imported.runs) if imported else content.runs
        self.imported = imported
        self._unreadable = content.unreadable
        self.undoes: str | None = None
        self.changed = False
        self.unrecorded: JournalUnusableError | None = None
        self._begun = False
        self._count = 0
        self._lock = threading.RLock()  # several writes may be in flight

    @property
    def run_id(self) -> str:
        """The ID of this run."""
        return self._header.run_id

    @property
    def notices(self) -> tuple[Notice, ...]:
        """A warning if lines of the journal cannot be read, because the changes recorded there cannot be undone."""
        if not self._unreadable:
            return ()
        first, *others = (str(number) for number in self._unreadable)
        which = f"Lines {', '.join((first, *others))}" if others else f"Line {first}"
        return (
            Notice(
                code="journal_line_unreadable",
                message=f"{which} of the journal {self._path} cannot be read and {'are' if others else 'is'} ignored.",
                hint="A crash or a full disk may be the cause. `mfa-setup undo` cannot undo the changes recorded "
                "there: check the tenant with `mfa-setup status`.",
            ),
        )

    @contextmanager
    def write(
        self, resource: ResourceName, action: WriteAction, target: str = "", before: Fields | None = None,
        after: Fields | None = None,
    ) -> Iterator[Fields]:  # fmt: skip
        """Wraps one write request: records the intent on disk before it, and the outcome after it.

        The effect of the request counts even if its outcome cannot be recorded; `require_usable` raises that error.

        Yields:
            A dictionary for the caller to fill in with the created IDs, such as the client ID or SID.

        Raises:
            JournalUnusableError: The intent, or the outcome of an earlier write, cannot be recorded; the request is not
                sent.
        """
        self.require_usable()
        with self._lock:
            self._count += 1
            intent = {"n": self._count, "resource": resource, "action": action, "target": target}
            self._append("intent", intent | {"before": before or {}, "after": after or {}, "time": _now()})
        outcome: dict[str, Any] = {"n": intent["n"], "status": "done", "made": {}}
        try:
            yield outcome["made"]
        except BaseException as error:
            outcome["status"] = "unknown" if leaves_open(error) else "failed"
            outcome["error"] = error.code if isinstance(error, MfaSetupError) else ""
            raise
        finally:
            self.changed = self.changed or outcome["status"] != "failed"
            self._record(outcome)

    def require_usable(self) -> None:
        """Stops the run if the outcome of a write could not be recorded.

        Raises:
            JournalUnusableError: The outcome of an earlier write could not be recorded.
        """
        if self.unrecorded is not None:
            raise self.unrecorded

    def begin(self) -> None:
        """Records the start of the run: at its first write, or earlier if the run matters without a write (undo).

        Raises:
            JournalUnusableError: The journal cannot be written.
        """
        if not self._begun:
            self._begun = True
            begin = self._header.model_dump(exclude={"run_id"}) | {"tenant": self._tenant_key, "time": _now()}
            self._append("run", begin | ({"undoes": self.undoes} if self.undoes else {}))

    def override(self, check_id: str, evidence: str) -> None:
        """Records that the user continued despite a failed check.

        Raises:
            JournalUnusableError: The journal cannot be written.
        """
        self._append("override", {"check": check_id, "evidence": evidence})

    def keep(self, values: Fields) -> None:
        """Records values that Auth0 will no longer show, before the first write of a `migrate`; without any token.

        Raises:
            JournalUnusableError: The journal cannot be written.
        """
        self._append("kept", {"values": values})

    def end(self, how: str) -> None:
        """Records the end of a run that wrote anything: `done`, or the code of an error."""
        if self._begun:
            with suppress(JournalUnusableError):  # every write has already been recorded
                self._append("end", {"how": how})

    def _record(self, outcome: dict[str, Any]) -> None:
        try:
            self._append("outcome", outcome | {"time": _now()})
        except JournalUnusableError as error:
            self.unrecorded = JournalUnusableError(
                f"{error.message} The outcome of the last request could not be recorded, so the run stopped.",
                hint="Check the free disk space and the permissions of the journal, then run the command again: "
                "mfa-setup recognizes what it created, and creates nothing twice.",
            )

    def _append(self, kind: str, values: dict[str, Any]) -> None:
        """Appends a line and flushes it to disk; begins the run if this is its first line."""
        with self._lock:
            self._append_line(kind, values)

    def _append_line(self, kind: str, values: dict[str, Any]) -> None:
        self.begin()
        line = {"v": VERSION, "kind": kind, "run": self._header.run_id} | values
        try:
            private_folder(self._path.parent)
            append_line(self._path, json.dumps(line))
        except OSError as error:
            raise JournalUnusableError(
                f"The journal {self._path} cannot be written: {error.strerror or type(error).__name__}."
            ) from None


def open_journal(folders: Folders, tenant_key: str, header: Header, imported: ImportedJournal | None = None) -> Journal:
    """Opens the journal of a tenant on this machine, together with the runs of an imported one.

    Raises:
        JournalNewerError: A newer version of this tool wrote the journal.
        JournalUnusableError: The journal is exposed to other users, belongs to another user or tenant, or cannot be
            read.
    """
    path = folders.state / f"journal-{file_key(tenant_key)}.jsonl"
    return Journal(path, tenant_key, header, read_journal(path, tenant_key), imported)


def empty_journal(header: Header) -> Journal:
    """Returns an empty journal that accepts no writes, for a run that only reads."""
    return Journal(Path(), "", header, Content())


def _now() -> str:
    return datetime.now(UTC).isoformat()
