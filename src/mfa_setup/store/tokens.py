"""The cache of access tokens. Machine-to-machine tokens are metered, so each token is used until it expires.

Each token is stored with data about the tenant that the next run can start from: the phone stack, and the remaining
rate limit. The first responses of that run verify both.
"""

import json
import time
from contextlib import suppress
from pathlib import Path

from pydantic import SecretStr

from mfa_setup.model.base import Frozen
from mfa_setup.model.readiness import Headroom
from mfa_setup.model.types import PhoneStack
from mfa_setup.store.files import read_private
from mfa_setup.store.folders import file_key
from mfa_setup.store.safe_write import write_private

MARGIN_SECONDS = 60
"""A token that expires within this many seconds is not used, because a run has to finish with it."""


class Token(Frozen):
    """An access token, and the data that is cached with it.

    Attributes:
        value: The token.
        expires_at: The time when the token expires, in Unix seconds.
        scopes: The scopes of the token; None if they are unknown.
        cached: Whether the token comes from an earlier run.
        stack: The tenant's phone stack.
        headroom: The remaining rate limit according to Auth0's last response.
        seen_at: The time of that response, in Unix seconds.
    """

    value: SecretStr
    expires_at: float
    scopes: frozenset[str] | None
    cached: bool = False
    stack: PhoneStack | None = None
    headroom: Headroom | None = None
    seen_at: float = 0.0


def is_token(value: object) -> bool:
    """Whether a value can be a token: anything but one line of printable ASCII would break or split a header."""
    return isinstance(value, str) and value.isascii() and value.isprintable() and value.strip() == value != ""


class TokenCache:
    """The cached token of one tenant, audience and client with its secret; without a folder nothing is kept.

    A digest of the secret is a part of the file's name, so that a cached token is used only with the secret that it was
    issued for.
    """

    def __init__(self, folder: Path | None, base_url: str, audience: str, client_id: str, secret: str) -> None:
        name = f"token-{file_key(base_url, audience, client_id, secret)}.json"
        self._path = None if folder is None else folder / name
        self._dropped = False

    def get(self) -> Token | None:
        """Returns the cached token, unless it has expired or its file can be read or changed by others."""
        text = read_private(self._path) if self._path and not self._dropped else None
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
                stack=document.get("stack"),
                headroom=document.get("headroom"),
                seen_at=float(document.get("seen_at", 0.0)),
            )
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            return None
        return token if token.expires_at - MARGIN_SECONDS > time.time() else None

    def put(self, token: Token) -> None:
        """Stores a token for later runs; if it cannot be stored, later runs request a new one."""
        if self._path is None:
            return
        document = {
            "access_token": token.value.get_secret_value(),
            "expires_at": token.expires_at,
            "scopes": None if token.scopes is None else sorted(token.scopes),
            "stack": token.stack,
            "headroom": token.headroom and token.headroom.model_dump(),
            "seen_at": token.seen_at,
        }
        with suppress(OSError):
            write_private(self._path, json.dumps(document))
            self._dropped = False

    def drop(self) -> None:
        """Discards the token; this run ignores it even if its file cannot be removed."""
        self._dropped = True
        with suppress(OSError):
            if self._path:
                self._path.unlink(missing_ok=True)
