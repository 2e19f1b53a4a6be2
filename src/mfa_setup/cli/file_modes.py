"""Warns about files that a run uses and that other users can read or change; the tool's own files are then ignored."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from mfa_setup.cli.options import Call
from mfa_setup.model.outcome import Notice
from mfa_setup.store.files import exposed, others_may
from mfa_setup.store.folders import Folders


def loose(call: Call, settings: Path | None, folders: Folders) -> Iterator[Notice]:
    """Yields a warning for each file of this call that others can read or write and should not."""
    if settings is not None and others_may(settings, "write"):
        yield Notice(
            code="config_writable_by_others",
            message=f"Others can write to {settings}. They could change what mfa-setup sets up.",
            hint=f"chmod go-w {_quoted(settings)}",
        )
    for name, given in call.secret_files.items():
        path = Path(given or "-").expanduser()
        if others_may(path, "read"):
            yield Notice(
                code="secret_readable_by_others",
                message=f"Others can read the file of --{name.replace('_', '-')}-file, {path}.",
                hint=f"chmod 600 {_quoted(path)}. If others have read it, rotate the secret.",
            )
    yield from _unused(call, folders)


def _unused(call: Call, folders: Folders) -> Iterator[Notice]:
    """Yields a warning for each of the tool's own files that `read_private` ignores because others can access it."""
    kept = [] if call.common.no_token_cache else exposed(folders.cache, "token-*.json")
    for path in (*kept, *exposed(folders.state, "token-*.json")):
        yield Notice(
            code="private_file_not_used",
            message=f"{path} is ignored because others can read it or because it belongs to another user.",
            hint=f"rm {_quoted(path)}",
        )


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))
