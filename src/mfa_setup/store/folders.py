"""Where the tool keeps its own files, and how it names them."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from mfa_setup.errors import ConfigUnreadableError


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders of one run.

    Attributes:
        state: For what must outlive a run: journals, token digests and locks.
        cache: For what can be fetched again: access tokens.
    """

    state: Path
    cache: Path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Folders":
        """Those of `MFA_SETUP_STATE_DIR` and `MFA_SETUP_CACHE_DIR`, else the system's places.

        Raises:
            ConfigUnreadableError: The system has no place for them.
        """
        return cls(
            state=_folder(environment.get("MFA_SETUP_STATE_DIR"), platformdirs.user_state_path),
            cache=_folder(environment.get("MFA_SETUP_CACHE_DIR"), platformdirs.user_cache_path),
        )


def _folder(named: str | None, usual: Callable[[str], Path]) -> Path:
    try:
        return Path(named or usual("mfa-setup"))
    except RuntimeError:  # platformdirs, where neither HOME nor the system names a home folder
        raise ConfigUnreadableError(
            "This user has no home folder, so mfa-setup has no place for its own files.",
            hint="Set HOME, or set both MFA_SETUP_STATE_DIR and MFA_SETUP_CACHE_DIR.",
        ) from None


def file_key(*parts: str) -> str:
    """A file name that stands for some names, whatever characters they hold."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
