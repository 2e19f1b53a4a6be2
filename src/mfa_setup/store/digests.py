"""A salted digest of the Twilio token last sent to Auth0, to detect a changed token: Auth0 never returns it."""

import hashlib
import hmac
import json
import secrets
from pathlib import Path

from pydantic import SecretStr

from mfa_setup.store.files import read_private
from mfa_setup.store.folders import Folders, file_key
from mfa_setup.store.safe_write import write_private


def remember(
    folders: Folders, tenant_key: str, provider: str, token: SecretStr, stamp: str | None, run_id: str | None = None
) -> None:
    """Records that this token was sent to this tenant, for the provider of this name.

    `stamp` is the service's own time of that change: a different stamp later means that somebody has changed the
    provider since. If the service has no stamp, the digest is valid only in the run that wrote it.

    Raises:
        OSError: The file cannot be written.
    """
    salt = secrets.token_hex(16)
    document = {"version": 1, "tenant": tenant_key, "provider": provider, "stamp": stamp, "run": run_id}
    document |= {"salt": salt, "digest": _digest(salt, token)}
    write_private(_path(folders, tenant_key), json.dumps(document))


def is_the_last(
    folders: Folders, tenant_key: str, provider: str, token: SecretStr, stamp: str | None, run_id: str | None = None
) -> bool | None:
    """Whether this is the token last sent; None if no digest matches the current state of this tenant's provider."""
    try:
        document = json.loads(read_private(_path(folders, tenant_key)) or "")
        about = document["version"], document.get("tenant", tenant_key), document["provider"]
        if about != (1, tenant_key, provider):
            return None
        if document.get("stamp") != stamp or (stamp is None and (run_id is None or document.get("run") != run_id)):
            return None
        return hmac.compare_digest(_digest(document["salt"], token), document["digest"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def is_of_run(folders: Folders, tenant_key: str, run_id: str) -> bool:
    """Whether this run sent the last token that is recorded for this tenant."""
    try:
        return bool(json.loads(read_private(_path(folders, tenant_key)) or "")["run"] == run_id)
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


def _path(folders: Folders, tenant_key: str) -> Path:
    return folders.state / f"token-digest-{file_key(tenant_key)}.json"


def _digest(salt: str, token: SecretStr) -> str:
    # The token has 128 random bits, so even a fast salted hash cannot be reversed by guessing.
    return hashlib.blake2b(token.get_secret_value().encode(), salt=bytes.fromhex(salt)).hexdigest()
