"""Locks: one run at a time for each tenant on this machine, and one change at a time to the list of profiles."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mfa_setup.errors import ConfigUnreadableError, LockHeldError
from mfa_setup.store.files import OWNER_ONLY, private_folder, read_private, refuse_planted, write_anew
from mfa_setup.store.folders import Folders, file_key

if TYPE_CHECKING:
    from filelock import BaseFileLock

PATIENCE = 10.0
"""The time, in seconds, for which a change to the profiles waits for another change."""


@contextmanager
def tenant_lock(folders: Folders, tenant_key: str, command: str) -> Iterator[None]:
    """Holds the tenant's lock until the block ends.

    Raises:
        LockHeldError: Another run holds the lock; the message names that run.
        ConfigUnreadableError: The state folder cannot be created or written to.
    """
    from filelock import Timeout  # noqa: PLC0415 slow to import, and a read-only run takes no lock

    try:
        base = private_folder(folders.state) / f"lock-{file_key(tenant_key)}"
    except OSError:
        raise _unusable(folders.state, "cannot be created") from None
    holder, path = base.with_suffix(".holder"), base.with_suffix(".lock")
    try:
        lock = _acquired(path, seconds=0)
    except Timeout:
        raise LockHeldError(f"Another run is changing {tenant_key}: {_name_in(holder)}.") from None
    except OSError:
        raise _unusable(folders.state, "cannot be written to") from None
    try:
        with suppress(OSError):  # the name is only used in the message
            write_anew(holder, f"`mfa-setup {command}`, process {os.getpid()}")
        yield
    finally:
        with suppress(OSError):
            holder.unlink()
        lock.release()


@contextmanager
def profiles_lock(state: Path) -> Iterator[None]:
    """Holds the lock on the list of profiles while the list is read and replaced; waits for other processes.

    Raises:
        LockHeldError: Another process does not release the lock in time.
        ConfigUnreadableError: The state folder cannot be created or written to.
    """
    from filelock import Timeout  # noqa: PLC0415 slow to import

    try:
        lock = _acquired(private_folder(state) / "profiles.lock", seconds=PATIENCE)
    except Timeout:
        raise LockHeldError(
            "Another mfa-setup is changing the stored profiles.", hint="Run the command again once it has finished."
        ) from None
    except OSError:
        raise _unusable(state, "cannot be written to") from None
    try:
        yield
    finally:
        lock.release()


def _acquired(path: Path, seconds: float) -> "BaseFileLock":
    """Acquires a lock and returns it.

    Raises:
        Timeout: Another process held the lock for that many seconds.
        OSError: The lock file cannot be opened, or is a link.
    """
    from filelock import FileLock  # noqa: PLC0415 slow to import

    # FileLock applies an explicit mode despite the umask; systems without permission bits have no modes.
    owned = hasattr(os, "fchmod")
    lock = FileLock(path, timeout=seconds, mode=OWNER_ONLY) if owned else FileLock(path, timeout=seconds)
    refuse_planted(path)
    lock.acquire()
    return lock


def _unusable(folder: Path, why: str) -> ConfigUnreadableError:
    return ConfigUnreadableError(
        f"The state folder {folder} {why}.",
        hint="Set MFA_SETUP_STATE_DIR to a folder that you can write to.",
    )


def _name_in(holder: Path) -> str:
    """Names the run that holds the lock; the file is empty if the disk was full."""
    return read_private(holder) or "another process"
