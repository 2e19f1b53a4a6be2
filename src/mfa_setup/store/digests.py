"""A salted digest of the Twilio token last given to Auth0, which never gives it back: a new one is noticed by it."""

import hashlib
import hmac
import json
import secrets
from pathlib import Path

from pydantic import SecretStr

from mfa_setup.store.files import OWNER_ONLY, private_folder, read_private
from mfa_setup.store.folders import file_key, state_folder
from mfa_setup.store.safe_write import replace_file


def _path(domain: str) -> Path:
    return state_folder() / f"token-digest-{file_key(domain)}.json"


def _digest(salt: str, token: SecretStr) -> str:
    # The token is 128 random bits, so one fast hash with a salt gives nothing to guess at.
    return hashlib.blake2b(token.get_secret_value().encode(), salt=bytes.fromhex(salt)).hexdigest()


def remember(domain: str, provider: str, token: SecretStr, stamp: str | None) -> None:
    """Notes that this token has been sent to this tenant, for the provider of this name.

    `stamp` is the service's own time of that change: once it is another, somebody has written the provider since.
    """
    salt = secrets.token_hex(16)
    private_folder(state_folder())
    document = {"version": 1, "provider": provider, "salt": salt, "digest": _digest(salt, token), "stamp": stamp}
    replace_file(_path(domain), json.dumps(document), mode=OWNER_ONLY)


def is_the_last(domain: str, provider: str, token: SecretStr, stamp: str | None) -> bool | None:
    """Whether this is the token last sent; None where nothing is remembered of the provider as it stands."""
    try:
        document = json.loads(read_private(_path(domain)) or "")
        if document["version"] != 1 or document["provider"] != provider:
            return None
        if document.get("stamp") is not None and stamp is not None and document["stamp"] != stamp:
            return None
        return hmac.compare_digest(_digest(document["salt"], token), document["digest"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
