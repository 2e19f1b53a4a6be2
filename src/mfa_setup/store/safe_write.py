"""Writing a file that a person named: in one step, and nowhere but where its name says it is."""

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from mfa_setup.store.files import NO_LINK, OWNER_ONLY


class LinkedError(Exception):
    """A path leads elsewhere than it says."""


def replace_within(path: Path, text: str, root: Path | None) -> None:
    """Replaces a file that a person named, in one step, and only where the name says it is.

    The folder is opened without following a link on its real path, and everything after goes through that handle:
    nobody who swaps a folder for a link meanwhile can have the text written elsewhere.

    Args:
        path: The file; an existing one keeps its permissions.
        text: What it is to hold.
        root: The folder that its own folder must be in, links followed; None for any.

    Raises:
        LinkedError: The file is a link, or its folder is not within `root`.
        OSError: The folder cannot be written to.
    """
    real = path.parent.resolve(strict=True)  # once: what is checked here is what is opened
    if root is not None and not real.is_relative_to(root.resolve()):
        raise LinkedError
    folder = _open_real(real)
    try:
        with suppress(FileNotFoundError):
            if stat.S_ISLNK(os.stat(path.name, dir_fd=folder, follow_symlinks=False).st_mode):
                raise LinkedError
        _replace_in(folder, path.name, text)
    finally:
        os.close(folder)


def remove_real(path: Path) -> None:
    """Removes a file by its real path; a link on the way is an error, and one that is gone already is success.

    Raises:
        OSError: The folder is reached by a link, or cannot be written to.
    """
    with suppress(FileNotFoundError):
        folder = _open_real(path.parent)
        try:
            os.unlink(path.name, dir_fd=folder)
        finally:
            os.close(folder)


def within(path: Path, root: Path | None) -> bool:
    """Whether a file is no link and its folder, links followed, is in another one."""
    real = path.parent.resolve()
    return not path.is_symlink() and (root is None or real.is_relative_to(root.resolve()))


def _open_real(folder: Path) -> int:
    """A handle on a folder, one step after the other; a link on the way is an error, for a real path has none."""
    handle = os.open(folder.anchor, os.O_RDONLY | os.O_DIRECTORY)
    for part in folder.parts[1:]:
        try:
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | NO_LINK, dir_fd=handle)
        finally:
            os.close(handle)
        handle = below
    return handle


def _replace_in(folder: int, name: str, text: str) -> None:
    try:
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode & 0o777
    except FileNotFoundError:
        mode = 0o644
    temporary = f".{name[:100]}.{secrets.token_hex(8)}"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINK, OWNER_ONLY, dir_fd=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary, dir_fd=folder)
        raise
