"""Where the tool keeps its own files: `MFA_SETUP_STATE_DIR` and `MFA_SETUP_CACHE_DIR`, else the system's places."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import platformdirs

from mfa_setup.errors import ConfigUnreadableError


def state_folder() -> Path:
    """What must outlive a run: token digests and locks."""
    return _folder("MFA_SETUP_STATE_DIR", platformdirs.user_state_path)


def cache_folder() -> Path:
    """What can be had again: access tokens."""
    return _folder("MFA_SETUP_CACHE_DIR", platformdirs.user_cache_path)


def _folder(variable: str, usual: Callable[[str], Path]) -> Path:
    try:
        return Path(os.environ.get(variable) or usual("mfa-setup"))
    except RuntimeError:  # platformdirs, where neither HOME nor the system names a home folder
        raise ConfigUnreadableError(
            "This user has no home folder, so mfa-setup has no place for its own files.",
            hint="Set HOME, or set both MFA_SETUP_STATE_DIR and MFA_SETUP_CACHE_DIR.",
        ) from None


def file_key(*parts: str) -> str:
    """A file name that stands for some names, whatever characters they hold."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
