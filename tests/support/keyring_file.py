"""A keyring in a file, for tests: the real `keyring` library talks to it as to the system's own."""

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError


class Keyring(KeyringBackend):
    """Keeps its entries in the file that TEST_KEYRING names."""

    priority = 1

    @property
    def _path(self) -> Path:
        return Path(os.environ["TEST_KEYRING"])

    def entries(self) -> dict[str, str]:
        """All entries, by service and name."""
        return dict(json.loads(self._path.read_text(encoding="utf-8"))) if self._path.exists() else {}

    def _write(self, entries: dict[str, str]) -> None:
        self._path.write_text(json.dumps(entries), encoding="utf-8")

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._write({**self.entries(), f"{service}/{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        entries = self.entries()
        if entries.pop(f"{service}/{username}", None) is None:
            raise PasswordDeleteError
        self._write(entries)
