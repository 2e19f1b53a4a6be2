"""Where the tool keeps its own files: `MFA_SETUP_STATE_DIR` and `MFA_SETUP_CACHE_DIR`, else the system's places."""

import hashlib
import os
from pathlib import Path

import platformdirs


def state_folder() -> Path:
    """What must outlive a run: token digests and locks."""
    return Path(os.environ.get("MFA_SETUP_STATE_DIR") or platformdirs.user_state_path("mfa-setup"))


def cache_folder() -> Path:
    """What can be had again: access tokens."""
    return Path(os.environ.get("MFA_SETUP_CACHE_DIR") or platformdirs.user_cache_path("mfa-setup"))


def file_key(*parts: str) -> str:
    """A file name that stands for some names, whatever characters they hold."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
