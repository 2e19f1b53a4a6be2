"""Writing files so that a crash leaves the old or the new one, never half, and nobody else can read ours."""

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Literal

OWNER_ONLY = 0o600
NO_LINK = getattr(os, "O_NOFOLLOW", 0)


def write_atomically(path: Path, text: str, *, mode: int | None = None) -> None:
    """Replaces a file's text in one step; without `mode` an existing file keeps its permissions.

    Raises:
        OSError: The folder cannot be written to.
    """
    if mode is None:
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def private_folder(path: Path) -> Path:
    """Makes a folder that only its owner can look into, where it is not there yet."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def read_private(path: Path) -> str | None:
    """The text of one of our own files; None where it is missing, unreadable, open to others, or somebody else's."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | NO_LINK), "rb") as file:
            about = os.fstat(file.fileno())
            return None if _is_exposed(about) else file.read().decode()
    except (OSError, UnicodeDecodeError):
        return None


def exposed(folder: Path, pattern: str) -> list[Path]:
    """Our own files in a folder that others can read or have put there, which `read_private` therefore leaves."""
    found: list[Path] = []
    try:
        listed = sorted(folder.glob(pattern))
    except OSError:  # nothing in it can be read, so nothing in it is used
        return found
    for path in listed:
        with suppress(OSError):
            if _is_exposed(path.lstat()):
                found.append(path)
    return found


def others_may(path: Path, what: Literal["read", "write"]) -> bool:
    """Whether somebody but its owner may read or write a regular file; False where that cannot be told.

    A group may read or write where it is the user's own: many systems give each user one and make files so.
    """
    try:
        about = path.stat()
    except OSError:
        return False
    if os.name != "posix" or not stat.S_ISREG(about.st_mode):
        return False
    everyone, group = {"read": (stat.S_IROTH, stat.S_IRGRP), "write": (stat.S_IWOTH, stat.S_IWGRP)}[what]
    foreign = what == "write" and about.st_uid not in {0, os.geteuid()}
    return foreign or bool(about.st_mode & everyone or (about.st_mode & group and about.st_gid != os.getegid()))


def _is_exposed(about: os.stat_result) -> bool:
    if os.name != "posix":
        return False
    return not stat.S_ISREG(about.st_mode) or bool(about.st_mode & 0o077) or about.st_uid != os.geteuid()
