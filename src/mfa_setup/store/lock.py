"""One run at a time for each tenant on this machine."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mfa_setup.errors import ConfigUnreadableError, LockHeldError
from mfa_setup.store.files import OWNER_ONLY, private_folder, read_private, refuse_planted, write_anew
from mfa_setup.store.folders import Folders, file_key


@contextmanager
def tenant_lock(folders: Folders, tenant_key: str, command: str) -> Iterator[None]:
    """Holds the tenant's lock.

    Raises:
        LockHeldError: Another run has it; the message names that run.
        ConfigUnreadableError: The state folder cannot be created or written to.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 slow to import, and a run that only reads takes no lock

    try:
        base = private_folder(folders.state) / f"lock-{file_key(tenant_key)}"
    except OSError:
        raise _unusable(folders.state, "cannot be created") from None
    holder, path = base.with_suffix(".holder"), base.with_suffix(".lock")
    # An explicit mode is set in spite of the umask; systems without permission bits know none.
    lock = FileLock(path, timeout=0, mode=OWNER_ONLY) if hasattr(os, "fchmod") else FileLock(path, timeout=0)
    try:
        refuse_planted(path)
        lock.acquire()
    except Timeout:
        raise LockHeldError(f"Another run is changing {tenant_key}: {_name_in(holder)}.") from None
    except OSError:
        raise _unusable(folders.state, "cannot be written to") from None
    try:
        with suppress(OSError):  # the name is for the message alone
            write_anew(holder, f"`mfa-setup {command}`, process {os.getpid()}")
        yield
    finally:
        with suppress(OSError):
            holder.unlink()
        lock.release()


def _unusable(folder: Path, why: str) -> ConfigUnreadableError:
    return ConfigUnreadableError(
        f"The state folder {folder} {why}.",
        hint="Set MFA_SETUP_STATE_DIR to a folder that you can write to.",
    )


def _name_in(holder: Path) -> str:
    """Which run holds the lock; a full disk leaves the file empty."""
    return read_private(holder) or "another process"
