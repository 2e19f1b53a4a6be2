"""Exports the journal of a tenant: its runs, in one file that can be used on another machine."""

import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import SecretStr

from mfa_setup.errors import JournalFileError
from mfa_setup.model.base import Frozen
from mfa_setup.model.journal import RunRecord
from mfa_setup.store.files import OWNER_ONLY, read_plain
from mfa_setup.store.safe_write import replace_file
from mfa_setup.store.seal import Seal, seal_key, seal_of

FORMAT: Literal["mfa-setup journal"] = "mfa-setup journal"
VERSION: Literal[1] = 1
LARGEST = 16_000_000
"""The size in bytes of the largest file: the journal of some thousand runs."""


class ExportedJournal(Frozen):
    """The content of an exported journal.

    Attributes:
        format: The name of the format.
        version: The version of the format.
        tenant: The key of the tenant (its audience).
        domain: The domain by which the exporting run named the tenant.
        exported: When the journal was exported, in UTC (ISO 8601).
        runs: The runs of the journal, oldest first.
        seal: The seal of all the other values; None if the exporting run had no lasting credential.
    """

    format: Literal["mfa-setup journal"] = FORMAT
    version: Literal[1] = VERSION
    tenant: str
    domain: str
    exported: str
    runs: tuple[RunRecord, ...]
    seal: Seal | None = None


def write_export(
    path: Path, runs: Iterable[RunRecord], tenant_key: str, domain: str, secret: SecretStr | None
) -> ExportedJournal:
    """Writes the runs of a tenant to a file that only its owner can read, sealed if the run has a lasting secret.

    Raises:
        JournalFileError: The file cannot be written, or something else has its name.
    """
    _require_own(path)
    exported = ExportedJournal(
        tenant=tenant_key,
        domain=domain,
        exported=datetime.now(UTC).isoformat(),
        runs=tuple(run.model_copy(update={"tenant": tenant_key}) for run in runs),
    )
    content = exported.model_dump(mode="json", exclude={"seal"})
    key = seal_key(secret, tenant_key)
    exported = exported.model_copy(update={"seal": seal_of(content, key) if key else None})
    text = json.dumps(content | {"seal": exported.seal and exported.seal.model_dump()}) + "\n"
    if len(text) > LARGEST:
        raise JournalFileError(
            f"The journal has {len(text):,} bytes, more than the {LARGEST:,} that `mfa-setup undo --journal` reads.",
            hint="Run `mfa-setup undo` on this machine.",
        )
    try:
        replace_file(path, text, mode=OWNER_ONLY)
    except (OSError, ValueError) as error:  # ValueError: the path contains a null character
        raise _unwritable(path, _reason(error)) from None
    return exported


def _require_own(path: Path) -> None:
    """Refuses to replace anything but an exported journal.

    Raises:
        JournalFileError: Something else has the name of the file.
    """
    if not os.path.lexists(path):
        return
    try:
        data, _ = read_plain(path, LARGEST)
        is_own = data.startswith(f'{{"format": "{FORMAT}"'.encode())
    except OSError:  # a folder, a link, a pipe, or unreadable
        is_own = False
    if not is_own:
        raise _unwritable(path, "something else than an exported journal has that name")


def _reason(error: OSError | ValueError) -> str:
    return (isinstance(error, OSError) and error.strerror) or "the path is invalid"


def _unwritable(path: Path, reason: str) -> JournalFileError:
    return JournalFileError(
        f"The journal cannot be exported to {path}: {reason}.",
        hint="Pass `--export FILE` with the name of a new file in a folder that you can write to.",
    )
