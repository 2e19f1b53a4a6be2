"""A salted digest of the Twilio token last given to Auth0, which never gives it back: a new one is noticed by it."""

import hashlib
import hmac
import json
import secrets
from pathlib import Path

from pydantic import SecretStr

from mfa_setup.store.files import read_private
from mfa_setup.store.folders import Folders, file_key
from mfa_setup.store.safe_write import write_private


def remember(folders: Folders, tenant_key: str, provider: str, token: SecretStr, stamp: str | None) -> None:
    """Notes that this token has been sent to this tenant, for the provider of this name.

    `stamp` is the service's own time of that change: once it is another, somebody has written the provider since.

    Raises:
        OSError: It cannot be written.
    """
    salt = secrets.token_hex(16)
    document = {"version": 1, "tenant": tenant_key, "provider": provider, "stamp": stamp}
    document |= {"salt": salt, "digest": _digest(salt, token)}
    write_private(_path(folders, tenant_key), json.dumps(document))


def is_the_last(folders: Folders, tenant_key: str, provider: str, token: SecretStr, stamp: str | None) -> bool | None:
    """Whether this is the token last sent; None where nothing is remembered of this tenant's provider as it is now."""
    try:
        document = json.loads(read_private(_path(folders, tenant_key)) or "")
        about = document["version"], document.get("tenant", tenant_key), document["provider"]
        if about != (1, tenant_key, provider):
            return None
        if document.get("stamp") is not None and stamp is not None and document["stamp"] != stamp:
            return None
        return hmac.compare_digest(_digest(document["salt"], token), document["digest"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _path(folders: Folders, tenant_key: str) -> Path:
    return folders.state / f"token-digest-{file_key(tenant_key)}.json"


def _digest(salt: str, token: SecretStr) -> str:
    # The token is 128 random bits, so one fast hash with a salt gives nothing to guess at.
    return hashlib.blake2b(token.get_secret_value().encode(), salt=bytes.fromhex(salt)).hexdigest()
