"""The exported journal of a tenant: its runs, in one file that can be used on another machine."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

from pydantic import SecretStr

from mfa_setup.errors import JournalFileError
from mfa_setup.model.base import Frozen
from mfa_setup.model.journal import RunRecord
from mfa_setup.store.seal import Seal, seal_key, seal_of

FORMAT: Literal["mfa-setup journal"] = "mfa-setup journal"
VERSION: Literal[1] = 1
MARK = f'{{"format": "{FORMAT}"'
"""The text that every exported journal begins with."""
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

    @property
    def text(self) -> str:
        """The text of the file, which begins with `MARK`."""
        return json.dumps(self.model_dump(mode="json")) + "\n"


def export_of(runs: Iterable[RunRecord], tenant_key: str, domain: str, secret: SecretStr | None) -> ExportedJournal:
    """Returns the runs of a tenant as an exported journal, sealed if the run has a lasting secret.

    Raises:
        JournalFileError: The journal is larger than an import reads.
    """
    exported = ExportedJournal(
        tenant=tenant_key,
        domain=domain,
        exported=datetime.now(UTC).isoformat(),
        runs=tuple(run.model_copy(update={"tenant": tenant_key}) for run in runs),
    )
    content = exported.model_dump(mode="json", exclude={"seal"})
    key = seal_key(secret, tenant_key)
    exported = exported.model_copy(update={"seal": seal_of(content, key) if key else None})
    if (size := len(exported.text)) > LARGEST:
        raise JournalFileError(
            f"The journal has {size:,} bytes, more than the {LARGEST:,} that `mfa-setup undo --journal` reads.",
            hint="Run `mfa-setup undo` on this machine.",
        )
    return exported
