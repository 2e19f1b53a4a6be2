"""The folders and names of the tool's own files."""

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from mfa_setup.errors import ConfigUnreadableError, InvalidValueError
from mfa_setup.quoting import shortened


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders of one run.

    Attributes:
        state: The folder for files that must outlive a run: journals, token digests and locks.
        cache: The folder for files that can be fetched again: access tokens.
    """

    state: Path
    cache: Path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Folders":
        """Returns the folders in `MFA_SETUP_STATE_DIR` and `MFA_SETUP_CACHE_DIR`, else the system's defaults.

        Raises:
            InvalidValueError: A variable contains a word that is not a folder and may be a secret.
            ConfigUnreadableError: The system has no default folders for this user.
        """
        return cls(
            state=_folder("MFA_SETUP_STATE_DIR", environment, platformdirs.user_state_path),
            cache=_folder("MFA_SETUP_CACHE_DIR", environment, platformdirs.user_cache_path),
        )


def _folder(variable: str, environment: Mapping[str, str], usual: Callable[[str], Path]) -> Path:
    named = environment.get(variable)
    if named and shortened(named) != named and not (Path(named).is_absolute() or os.access(named, os.F_OK)):
        raise InvalidValueError(
            f"{variable} is {shortened(named)!r}, which looks like a secret and would become the name of a folder.",
            hint=f"Set {variable} to the absolute path of a folder, or unset it.",
        )
    try:
        return Path(named or usual("mfa-setup"))
    except RuntimeError:  # raised by platformdirs if neither HOME nor the system names a home folder
        raise ConfigUnreadableError(
            "This user has no home folder, so mfa-setup cannot store its files.",
            hint="Set HOME, or set both MFA_SETUP_STATE_DIR and MFA_SETUP_CACHE_DIR.",
        ) from None


def file_key(*parts: str) -> str:
    """Returns a file name derived from some strings, whatever characters they contain."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
