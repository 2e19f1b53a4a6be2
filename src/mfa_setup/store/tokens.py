"""Access tokens of earlier runs: machine-to-machine tokens are metered, so one is used until it expires."""

import json
import time
from contextlib import suppress
from pathlib import Path

from pydantic import SecretStr

from mfa_setup.model.base import Frozen
from mfa_setup.store.files import OWNER_ONLY, private_folder, read_private, write_atomically
from mfa_setup.store.folders import cache_folder, file_key

MARGIN_SECONDS = 60
"""A token this close to its end is not used any more: a run has to finish with it."""


class Token(Frozen):
    """An access token; `expires_at` is in Unix seconds, `scopes` is None where nothing tells them."""

    value: SecretStr
    expires_at: float
    scopes: frozenset[str] | None
    cached: bool = False


def is_token(value: object) -> bool:
    """Whether it can be a token: anything but one line of plain characters would break a header, or split it."""
    return isinstance(value, str) and value.isascii() and value.isprintable() and value.strip() == value != ""


class TokenCache:
    """The cached token of one tenant, audience and client."""

    def __init__(self, base_url: str, audience: str, client_id: str, *, enabled: bool) -> None:
        self._path: Path = cache_folder() / f"token-{file_key(base_url, audience, client_id)}.json"
        self._enabled = enabled
        self._dropped = False

    def get(self) -> Token | None:
        """The token, where there is one that still lives; a file that others can read is not trusted."""
        text = read_private(self._path) if self._enabled and not self._dropped else None
        try:
            document = json.loads(text or "")
            scopes = document["scopes"]
            if not is_token(document["access_token"]):
                return None
            token = Token(
                value=SecretStr(document["access_token"]),
                expires_at=float(document["expires_at"]),
                scopes=None if scopes is None else frozenset(scopes),
                cached=True,
            )
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            return None
        return token if token.expires_at - MARGIN_SECONDS > time.time() else None

    def put(self, token: Token) -> None:
        """Keeps a token for later runs; where that is impossible, later runs ask anew."""
        if not self._enabled:
            return
        document = {
            "access_token": token.value.get_secret_value(),
            "expires_at": token.expires_at,
            "scopes": None if token.scopes is None else sorted(token.scopes),
        }
        try:
            private_folder(self._path.parent)
            write_atomically(self._path, json.dumps(document), mode=OWNER_ONLY)
        except OSError:
            return

    def drop(self) -> None:
        """Forgets the token, for this run even if its file cannot be removed."""
        self._dropped = True
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
