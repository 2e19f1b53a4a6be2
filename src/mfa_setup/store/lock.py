"""One run at a time for each tenant on this machine."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from mfa_setup.errors import ConfigUnreadableError, LockHeldError
from mfa_setup.store.files import private_folder
from mfa_setup.store.folders import file_key, state_folder


@contextmanager
def only_run(domain: str, command: str) -> Iterator[None]:
    """Holds the tenant's lock.

    Raises:
        LockHeldError: Another run has it; the message names that run.
        ConfigUnreadableError: The state folder cannot be made.
    """
    try:
        base = private_folder(state_folder()) / f"lock-{file_key(domain)}"
    except OSError:
        raise ConfigUnreadableError(
            f"The state folder {state_folder()} cannot be made.",
            hint="Set MFA_SETUP_STATE_DIR to a folder that can be written to.",
        ) from None
    holder = base.with_suffix(".holder")
    lock = FileLock(base.with_suffix(".lock"), timeout=0)
    try:
        lock.acquire()
    except Timeout:
        name = holder.read_text(encoding="utf-8") if holder.exists() else "another process"
        raise LockHeldError(f"Another run is at work on {domain}: {name}.") from None
    try:
        holder.write_text(f"`mfa-setup {command}`, process {os.getpid()}", encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()
