"""The cache of access tokens. Machine-to-machine tokens are metered, so each is used until it expires.

With a token goes what its runs have learned of the tenant and the next one may begin with: the phone stack, and how
much of the rate limit was left. Both are verified by the first answers.
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
"""A token this close to its end is not used any more: a run has to finish with it."""


class Token(Frozen):
    """An access token, and what is remembered with it.

    Attributes:
        value: The token.
        expires_at: Its end, in Unix seconds.
        scopes: What it allows; None where nothing tells.
        cached: Whether it is of an earlier run.
        stack: The tenant's phone stack.
        headroom: What Auth0's last answer said of its rate limit.
        seen_at: When that was, in Unix seconds.
    """

    value: SecretStr
    expires_at: float
    scopes: frozenset[str] | None
    cached: bool = False
    stack: PhoneStack | None = None
    headroom: Headroom | None = None
    seen_at: float = 0.0


def is_token(value: object) -> bool:
    """Whether it can be a token: anything but one line of plain characters would break a header, or split it."""
    return isinstance(value, str) and value.isascii() and value.isprintable() and value.strip() == value != ""


class TokenCache:
    """The cached token of one tenant, audience and client with its secret; without a folder nothing is kept.

    The secret counts, by its digest in the file's name, so that a wrong one is not taken for right as long as a token
    of the right one lives.
    """

    def __init__(self, folder: Path | None, base_url: str, audience: str, client_id: str, secret: str) -> None:
        name = f"token-{file_key(base_url, audience, client_id, secret)}.json"
        self._path = None if folder is None else folder / name
        self._dropped = False

    def get(self) -> Token | None:
        """The token, where there is one that still lives; a file that others can read is not trusted."""
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
        """Keeps a token for later runs; where that is impossible, later runs request a new one."""
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
        """Forgets the token, for this run even if its file cannot be removed."""
        self._dropped = True
        with suppress(OSError):
            if self._path:
                self._path.unlink(missing_ok=True)
