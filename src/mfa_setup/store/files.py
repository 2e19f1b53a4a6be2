"""Writing files so that a crash leaves the old or the new one, never half, and nobody else can read ours."""

import os
import tempfile
from pathlib import Path

OWNER_ONLY = 0o600


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
    """The text of one of our own files; None where it is missing, unreadable, or open to others."""
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            return None
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
