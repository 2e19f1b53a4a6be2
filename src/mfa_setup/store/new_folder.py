"""Creates a folder with its files at once: it appears complete or not at all, and replaces nothing."""

import os
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path


class OccupiedError(Exception):
    """The folder exists and is not empty, or is not a folder."""


def create_folder(folder: Path, files: Iterable[tuple[str, str, bool]]) -> tuple[Path, ...]:
    """Creates a folder with files and returns their paths; an empty folder is replaced.

    The files are written into a new folder beside it, which then gets its name.

    Args:
        folder: The folder; its parent must exist.
        files: The path of each file within the folder, its text, and whether it is a program.

    Raises:
        OccupiedError: The folder exists and is not empty, or is a link or a file.
        OSError: The folder cannot be written.
    """
    _require_free(folder)
    listed = tuple(files)
    beside = folder.parent / f".mfa-setup-{secrets.token_hex(8)}"
    beside.mkdir()
    try:
        for name, text, runs in listed:
            _write(beside / name, text, runs=runs)
        _require_free(folder)
        if folder.exists():
            folder.rmdir()
        beside.rename(folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return tuple(folder / name for name, _, _ in listed)


def _require_free(folder: Path) -> None:
    """Raises an error unless the folder does not exist, or is an empty folder and not a link."""
    if os.path.lexists(folder) and (folder.is_symlink() or not folder.is_dir() or any(folder.iterdir())):
        raise OccupiedError


def _write(path: Path, text: str, *, runs: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
    if runs:
        mode = path.stat().st_mode
        path.chmod(mode | (mode & 0o444) >> 2)  # all who may read it may run it, too
