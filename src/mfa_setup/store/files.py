"""Opens and reads files safely: follows no links, does not block on a pipe, and keeps the tool's files private."""

import errno
import os
import stat
from contextlib import suppress
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Literal

OWNER_ONLY = 0o600


def open_file(path: str | Path, *flags: str, dir_fd: int | None = None) -> int:
    """Opens a file by its own name, never through a symbolic link; a new file is accessible to its owner only.

    Args:
        path: The file.
        flags: Flags of `os.open`, by name; flags that this system lacks are ignored.
        dir_fd: The handle of the folder that `path` is relative to.

    Raises:
        OSError: The file cannot be opened, or is a symbolic link.
    """
    if not hasattr(os, "O_NOFOLLOW") and os.path.islink(path):  # noqa: PTH114 may be a string
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    names = (*flags, "O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")
    return os.open(path, reduce(or_, (getattr(os, name, 0) for name in names)), OWNER_ONLY, dir_fd=dir_fd)


def open_own(path: Path, *flags: str) -> int:
    """Opens one of the tool's own files, and creates it if missing, accessible to its owner only despite the umask.

    Raises:
        OSError: The file cannot be opened, is a symbolic or hard link, or is not a regular file.
    """
    created = not os.path.lexists(path)
    handle = open_file(path, *flags, "O_CREAT")
    try:
        _require_single(path, os.fstat(handle))
        if created and hasattr(os, "fchmod"):
            os.fchmod(handle, OWNER_ONLY)
    except BaseException:
        os.close(handle)
        raise
    return handle


def write_anew(path: Path, text: str) -> None:
    """Writes one of the tool's own files from scratch, replacing any file or link of that name.

    Raises:
        OSError: The file cannot be written.
    """
    path.unlink(missing_ok=True)
    with os.fdopen(open_file(path, "O_WRONLY", "O_CREAT", "O_EXCL"), "w", encoding="utf-8") as file:
        if hasattr(os, "fchmod"):
            os.fchmod(file.fileno(), OWNER_ONLY)
        file.write(text)


def refuse_planted(path: Path) -> None:
    """Refuses a file that somebody may have put in place of one of the tool's own.

    Raises:
        OSError: The file is a symbolic or hard link, or not a regular file.
    """
    with suppress(FileNotFoundError):
        _require_single(path, path.lstat())


def _require_single(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
        raise OSError(errno.ELOOP, "It is a link, or no plain file", str(path))


def read_plain(path: Path, longest: int | None = None) -> tuple[bytes, os.stat_result]:
    """Returns the contents of a regular file, and its status.

    Raises:
        OSError: The file is missing, not regular, larger than `longest` bytes, or cannot be read.
    """
    handle = open_file(path, "O_RDONLY")
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or (longest is not None and status.st_size > longest):
            raise OSError(errno.EINVAL, "Not a plain file, or too large", str(path))
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(longest), status
    finally:
        os.close(handle)


def private_folder(path: Path) -> Path:
    """Creates a folder that only its owner can access, with any missing parent folders, and returns its path.

    Raises:
        OSError: The folder cannot be created.
    """
    missing = [folder for folder in (path, *path.parents) if not folder.is_dir()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)  # the umask may have removed permissions needed to create the next folder
    return path


def read_private(path: Path) -> str | None:
    """Returns the text of one of the tool's own files.

    None if the file is missing, unreadable, accessible to others, or owned by another user.
    """
    try:
        data, status = read_plain(path)
        return None if is_exposed(status) else data.decode()
    except (OSError, UnicodeDecodeError):
        return None


def exposed(folder: Path, pattern: str) -> list[Path]:
    """Returns the tool's files in a folder that `read_private` refuses because others can access or created them."""
    refused: list[Path] = []
    try:
        listed = sorted(folder.glob(pattern))
    except OSError:  # the folder cannot be listed, so none of its files is used
        return refused
    for path in listed:
        with suppress(OSError):
            if is_exposed(path.lstat()):
                refused.append(path)
    return refused


def others_may(path: Path, what: Literal["read", "write"]) -> bool:
    """Whether anyone but its owner may read or write a regular file; False if that is unknown.

    The user's own group may have access: many systems give each user a group and create files with group access.
    """
    try:
        status = path.stat()
    except OSError:
        return False
    if not hasattr(os, "geteuid") or not stat.S_ISREG(status.st_mode):
        return False
    everyone, group = {"read": (stat.S_IROTH, stat.S_IRGRP), "write": (stat.S_IWOTH, stat.S_IWGRP)}[what]
    foreign = what == "write" and status.st_uid not in {0, os.geteuid()}
    return foreign or bool(status.st_mode & everyone or (status.st_mode & group and status.st_gid != os.getegid()))


def is_exposed(status: os.stat_result) -> bool:
    """Whether a file is not regular, belongs to another user, or can be read or changed by others."""
    return not stat.S_ISREG(status.st_mode) or is_foreign(status) or is_open(status)


def is_foreign(status: os.stat_result) -> bool:
    """Whether a file belongs to another user; False on systems without user IDs (Windows)."""
    return hasattr(os, "geteuid") and status.st_uid != os.geteuid()


def is_open(status: os.stat_result) -> bool:
    """Whether others may read or change a file; False if the system has no permission bits (Windows)."""
    return hasattr(os, "geteuid") and bool(status.st_mode & 0o077)
