"""Where the tool keeps its own files, and how it names them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs


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
        """Those of `MFA_SETUP_STATE_DIR` and `MFA_SETUP_CACHE_DIR`, else the system's places."""
        return cls(
            state=Path(environment.get("MFA_SETUP_STATE_DIR") or platformdirs.user_state_path("mfa-setup")),
            cache=Path(environment.get("MFA_SETUP_CACHE_DIR") or platformdirs.user_cache_path("mfa-setup")),
        )


def file_key(*parts: str) -> str:
    """A file name that stands for some names, whatever characters they hold."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
