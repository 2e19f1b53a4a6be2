"""Opens and reads files safely: follows no link, does not block on a pipe, and keeps the tool's files private."""

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
    """Opens a file by its own name, never through a symbolic link; a new one is for its owner alone.

    Args:
        path: The file.
        flags: Flags of `os.open`, by name; one that this system does not know is left out.
        dir_fd: The folder that `path` is relative to, by its handle.

    Raises:
        OSError: It cannot be opened, or is a link.
    """
    if not hasattr(os, "O_NOFOLLOW") and os.path.islink(path):  # noqa: PTH114 may be a name beside a handle
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    names = (*flags, "O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")
    return os.open(path, reduce(or_, (getattr(os, name, 0) for name in names)), OWNER_ONLY, dir_fd=dir_fd)


def open_own(path: Path, *flags: str) -> int:
    """Opens one of our own files, and creates it where it is missing: for its owner alone, whatever the umask.

    Raises:
        OSError: It cannot be opened, or is a link of any kind or no plain file.
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
    """Writes one of our own files in place of whatever has its name, without following it.

    Raises:
        OSError: It cannot be written.
    """
    path.unlink(missing_ok=True)
    with os.fdopen(open_file(path, "O_WRONLY", "O_CREAT", "O_EXCL"), "w", encoding="utf-8") as file:
        if hasattr(os, "fchmod"):
            os.fchmod(file.fileno(), OWNER_ONLY)
        file.write(text)


def refuse_planted(path: Path) -> None:
    """Refuses a file that somebody may have put in place of one of the tool's own.

    Raises:
        OSError: It is a link of any kind, or no plain file.
    """
    with suppress(FileNotFoundError):
        _require_single(path, path.lstat())


def _require_single(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
        raise OSError(errno.ELOOP, "It is a link, or no plain file", str(path))


def read_plain(path: Path, longest: int | None = None) -> tuple[bytes, os.stat_result]:
    """The contents of a regular file, and its status.

    Raises:
        OSError: It is missing, no plain file, larger than `longest` bytes, or cannot be read.
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
    """Creates a folder that only its owner can look into, where it does not exist yet; so is each one on the way.

    Raises:
        OSError: It cannot be created.
    """
    missing = [folder for folder in (path, *path.parents) if not folder.is_dir()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)  # the umask may have taken some of it away, and the next folder could not be created
    return path


def read_private(path: Path) -> str | None:
    """The text of one of our own files; None where it is missing, unreadable, open to others, or somebody else's."""
    try:
        data, status = read_plain(path)
        return None if is_exposed(status) else data.decode()
    except (OSError, UnicodeDecodeError):
        return None


def exposed(folder: Path, pattern: str) -> list[Path]:
    """Our own files in a folder that `read_private` refuses, because others can read them or have put them there."""
    refused: list[Path] = []
    try:
        listed = sorted(folder.glob(pattern))
    except OSError:  # nothing in it can be read, so nothing in it is used
        return refused
    for path in listed:
        with suppress(OSError):
            if is_exposed(path.lstat()):
                refused.append(path)
    return refused


def others_may(path: Path, what: Literal["read", "write"]) -> bool:
    """Whether somebody but its owner may read or write a regular file; False where that cannot be told.

    A group may read or write where it is the user's own: many systems give each user one and create files so.
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
    """Whether a file is not plain, is another user's, or can be read or changed by others."""
    return not stat.S_ISREG(status.st_mode) or is_foreign(status) or is_open(status)


def is_foreign(status: os.stat_result) -> bool:
    """Whether a file belongs to another user; False on systems without user ids (Windows)."""
    return hasattr(os, "geteuid") and status.st_uid != os.geteuid()


def is_open(status: os.stat_result) -> bool:
    """Whether others may read or change a file; False where permission bits do not tell (Windows)."""
    return hasattr(os, "geteuid") and bool(status.st_mode & 0o077)
