"""Reads exported journals, which are untrusted input.

The size, depth, shape, values, tenant and seal of a file are checked before anything of it is used or shown.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydantic
from pydantic import SecretStr

from mfa_setup.errors import JournalFileError, JournalNewerError, JournalTamperedError
from mfa_setup.model.journal import RunRecord
from mfa_setup.model.journal_form import problems
from mfa_setup.quoting import contains_secret
from mfa_setup.store.journal_export import FORMAT, LARGEST, VERSION, ExportedJournal
from mfa_setup.store.json_file import NotJsonError, read_object
from mfa_setup.store.seal import seal_key, verdict


@dataclass(frozen=True, slots=True)
class ExportFile:
    """The path of an exported journal, and its values, of which only the format was checked."""

    path: Path
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ImportedJournal:
    """An exported journal that was read from a file, and that has the right tenant.

    Attributes:
        path: The file.
        runs: The runs of the journal, oldest first; without a seal, without their writes to files.
        is_sealed: Whether the seal proves that nobody without the run's credentials changed the file.
    """

    path: Path
    runs: tuple[RunRecord, ...]
    is_sealed: bool


def read_export(path: Path) -> ExportFile:
    """Reads the file of an exported journal; whether its values are usable is for `import_journal` to decide.

    Raises:
        JournalFileError: The file is missing, no regular file, too large, too deep, or not JSON.
    """
    try:
        document = read_object(path, LARGEST)
    except FileNotFoundError:
        raise _unusable(path, "does not exist") from None
    except OSError:
        raise _unusable(path, f"cannot be read, is not a regular file, or is larger than {LARGEST:,} bytes") from None
    except NotJsonError:
        raise _unusable(path, "is not an exported journal: it is not JSON, or was cut off") from None
    if document.get("format") != FORMAT:
        raise _unusable(path, "is not an exported journal")
    version = document.get("version")
    if type(version) is int and version > VERSION:
        raise JournalNewerError(
            f"The exported journal {path} was written by a newer version of mfa-setup.",
            hint="Install the newer version to undo its runs.",
        )
    return ExportFile(path, document)


def import_journal(
    file: ExportFile, tenant_key: str, domain: str, secret: SecretStr | None, known: Iterable[SecretStr]
) -> ImportedJournal:
    """Checks an exported journal that was read, and returns its runs.

    Args:
        file: The file that was read.
        tenant_key: The key of the run's tenant.
        domain: The domain by which the run names the tenant.
        secret: The lasting secret of the run's credentials for Auth0; None if it has only an access token.
        known: All secrets of the run, none of which may be in the file.

    Raises:
        JournalFileError: The journal has another shape or other values than mfa-setup writes, or another tenant.
        JournalTamperedError: The content does not match the seal.
    """
    path, exported = file.path, _shaped(file)
    if exported.tenant != tenant_key:
        raise _unusable(path, f"is the journal of another tenant than {tenant_key}")
    content = {name: value for name, value in file.values.items() if name != "seal"}
    judged = verdict(content, exported.seal, seal_key(secret, tenant_key))
    if judged == "altered":
        raise JournalTamperedError(
            f"The exported journal {path} was changed after it was exported: its content does not match its seal. "
            "Nothing was changed in the tenant."
        )
    if exported.domain != domain or any(run.tenant != tenant_key for run in exported.runs):
        raise _unusable(path, f"is the journal of another tenant than {domain}")
    _require_form(path, exported.runs)
    if contains_secret(json.dumps(content), known):
        raise _unusable(path, "contains one of the secrets of this run, which mfa-setup never writes there")
    if judged == "unverified":
        return ImportedJournal(path, tuple(map(_without_files, exported.runs)), is_sealed=False)
    return ImportedJournal(path, exported.runs, is_sealed=True)


def _without_files(run: RunRecord) -> RunRecord:
    """Returns a run without its writes to files: without a seal, nothing shows that the paths are the tool's own."""
    return run.model_copy(update={"writes": tuple(one for one in run.writes if one.action != "write_config")})


def _shaped(file: ExportFile) -> ExportedJournal:
    try:
        return ExportedJournal.model_validate_json(json.dumps(file.values), strict=True)
    except (pydantic.ValidationError, ValueError, RecursionError):
        raise _unusable(file.path, "has another shape than mfa-setup writes") from None


def _require_form(path: Path, runs: tuple[RunRecord, ...]) -> None:
    if len({run.run_id for run in runs}) < len(runs):
        raise _unusable(path, "contains a run twice")
    if found := next((problem for run in runs for problem in problems(run)), None):
        raise _unusable(path, f"contains a value that mfa-setup does not write, in {found}")


def _unusable(path: Path, problem: str) -> JournalFileError:
    return JournalFileError(f"The file {path} {problem}. Nothing was changed in the tenant.")
