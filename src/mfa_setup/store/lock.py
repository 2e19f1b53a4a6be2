"""One run at a time for each tenant on this machine."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from mfa_setup.errors import ConfigUnreadableError, LockHeldError
from mfa_setup.store.files import private_folder
from mfa_setup.store.folders import file_key, state_folder


@contextmanager
def tenant_lock(domain: str, command: str) -> Iterator[None]:
    """Holds the tenant's lock.

    Raises:
        LockHeldError: Another run has it; the message names that run.
        ConfigUnreadableError: The state folder cannot be made.
    """
    try:
        base = private_folder(state_folder()) / f"lock-{file_key(domain)}"
    except OSError:
        raise _unusable("cannot be made") from None
    holder = base.with_suffix(".holder")
    lock = FileLock(base.with_suffix(".lock"), timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise LockHeldError(f"Another run is at work on {domain}: {_name_in(holder)}.") from None
    except OSError:
        raise _unusable("cannot be written to") from None
    try:
        with suppress(OSError):  # the name is for the message alone
            holder.write_text(f"`mfa-setup {command}`, process {os.getpid()}", encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _unusable(why: str) -> ConfigUnreadableError:
    return ConfigUnreadableError(
        f"The state folder {state_folder()} {why}.",
        hint="Set MFA_SETUP_STATE_DIR to a folder that can be written to.",
    )


def _name_in(holder: Path) -> str:
    try:
        return holder.read_text(encoding="utf-8")
    except OSError:
        return "another process"
