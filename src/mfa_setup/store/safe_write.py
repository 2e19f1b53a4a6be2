"""Replaces and removes files atomically, and only at their real paths."""

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mfa_setup.store.files import OWNER_ONLY, open_file, private_folder


class LinkedError(Exception):
    """A path contains a symbolic link."""


def within(path: Path, root: Path | None) -> bool:
    """Whether a file is not a symbolic link and its folder, after resolving links, is inside `root`."""
    real = path.parent.resolve()
    return not path.is_symlink() and (root is None or real.is_relative_to(root.resolve()))


def obstacle(path: Path) -> str | None:
    """Returns why a file could not be replaced, as far as that is known without trying; None if nothing prevents it."""
    folder = path.parent
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"The folder of {path} cannot be written to."
    if path.exists() and not os.access(path, os.W_OK):
        return f"{path} cannot be written to."
    if path.exists() and _only_the_owner_may_replace(path):
        return f"{path} belongs to another user, and only that user may replace it in its folder."
    if not _has_space(folder):
        return f"The disk of {path} is full."
    return None


def replace_file(path: Path, text: str, *, root: Path | None = None, mode: int | None = None) -> None:
    """Replaces a file atomically: after a crash, the file has either its old or its new content.

    The folder is opened at its real path without following links, and all later steps use that handle: replacing a
    folder with a link in the meantime cannot redirect the write.

    Args:
        path: The file.
        text: The new content.
        root: The folder that must contain the file's folder, after resolving links; None for any.
        mode: The new permissions; None keeps those of an existing file and its owner, and refuses to replace a link.

    Raises:
        LinkedError: The file is a link, or its folder is not within `root`.
        OSError: The folder cannot be written to.
    """
    data = text.encode()
    real = path.parent.resolve(strict=True)  # resolved once, so that the folder checked here is the one opened below
    if root is not None and not real.is_relative_to(root.resolve()):
        raise LinkedError
    with _opened(real) as (folder, base):
        replaced = _status(real / path.name) if mode is None else None
        if replaced is not None and stat.S_ISLNK(replaced.st_mode):
            raise LinkedError
        with _temporary(folder, base, data, replaced, mode) as temporary:
            os.replace(temporary, base / path.name, src_dir_fd=folder, dst_dir_fd=folder)


def create_file(path: Path, text: str) -> None:
    """Creates a file atomically: after a crash, there is either no file or the whole one; replaces nothing.

    Raises:
        FileExistsError: There is a file, a folder or a link of this name.
        OSError: The file cannot be written.
    """
    data = text.encode()
    with (
        _opened(path.parent.resolve(strict=True)) as (folder, base),
        _temporary(folder, base, data, None, None) as temporary,
    ):
        # A second name for the file, unlike a new name, never replaces what has that name.
        os.link(temporary, base / path.name, src_dir_fd=folder, dst_dir_fd=folder)


def write_private(path: Path, text: str) -> None:
    """Replaces one of the tool's own files, accessible to its owner only; creates its folder if needed.

    Raises:
        OSError: The file cannot be written.
    """
    private_folder(path.parent)
    replace_file(path, text, mode=OWNER_ONLY)


def remove_file(path: Path) -> None:
    """Removes a file by its real path; succeeds if the file is already gone, and fails if the path contains a link.

    Raises:
        OSError: The path of the folder contains a link, or the folder cannot be written to.
    """
    with suppress(FileNotFoundError), _opened(path.parent) as (folder, base):
        os.unlink(base / path.name, dir_fd=folder)


@contextmanager
def _opened(real: Path) -> Iterator[tuple[int | None, Path]]:
    """Opens a folder for writing; yields its handle and an empty path, or None and its path without folder handles."""
    handle = _open_real(real)
    try:
        yield (None, real) if handle is None else (handle, Path())
    finally:
        if handle is not None:
            os.close(handle)


@contextmanager
def _temporary(
    folder: int | None, base: Path, data: bytes, replaced: os.stat_result | None, mode: int | None
) -> Iterator[Path]:
    """Writes a new file of another name to the disk, and removes that name at the end, if it is still there."""
    temporary = base / f".mfa-setup-{secrets.token_hex(8)}"
    handle = open_file(temporary, "O_WRONLY", "O_CREAT", "O_EXCL", dir_fd=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            _set_permissions(file.fileno(), replaced, mode)
            os.fsync(file.fileno())
        yield temporary
    finally:
        with suppress(OSError):
            os.unlink(temporary, dir_fd=folder)


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except FileNotFoundError:
        return None


def _open_real(folder: Path) -> int | None:
    """Returns a handle on a folder by its real path; None on systems without folder handles (Windows).

    A system without `O_PATH` (macOS) cannot open a folder that may be entered but not listed; the result is None for
    such a folder, too.
    """
    if os.open in os.supports_dir_fd:
        try:
            return _walk(folder)
        except PermissionError:
            if hasattr(os, "O_PATH"):
                raise
    if folder.resolve(strict=True) != folder:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    return None


def _walk(folder: Path) -> int:
    """Opens a folder one path component at a time; a link on the way is an error, because a real path contains none."""
    handle = open_file(folder.anchor, "O_PATH", "O_DIRECTORY")
    for part in folder.parts[1:]:
        try:
            below = open_file(part, "O_PATH", "O_DIRECTORY", dir_fd=handle)
        finally:
            os.close(handle)
        handle = below
    return handle


def _set_permissions(handle: int, replaced: os.stat_result | None, mode: int | None) -> None:
    if replaced is not None and hasattr(os, "fchown"):
        with suppress(OSError):  # only root may change the owner of a file
            os.fchown(handle, replaced.st_uid, replaced.st_gid)
    if hasattr(os, "fchmod"):
        kept = _new_mode() if replaced is None else replaced.st_mode & 0o777
        os.fchmod(handle, kept if mode is None else mode)


def _new_mode() -> int:
    """Returns the permissions of a new file: everyone may read it, unless the umask says otherwise."""
    umask = os.umask(0o077)  # it can be read only by setting it
    os.umask(umask)
    return 0o600 | (0o044 & ~umask)


def _only_the_owner_may_replace(path: Path) -> bool:
    folder = path.parent.stat()
    if not hasattr(os, "geteuid") or not folder.st_mode & stat.S_ISVTX:
        return False
    return os.geteuid() not in {0, folder.st_uid, path.stat().st_uid}


def _has_space(folder: Path) -> bool:
    """Whether a disk has room for one more file; True if the system does not report it."""
    if not hasattr(os, "statvfs"):
        return True
    disk = os.statvfs(folder)
    free = disk.f_bfree if os.geteuid() == 0 else disk.f_bavail
    return (free > 0 or disk.f_blocks == 0) and (disk.f_favail > 0 or disk.f_files == 0)
