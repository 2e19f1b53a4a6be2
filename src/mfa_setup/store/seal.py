"""The seal of an exported journal, so that nobody without the credentials of the tenant can forge or alter one.

The seal is an HMAC-SHA256 over the content. Its key is derived by scrypt from the Auth0 credential of the run, which
another run with the same credential derives again, and from the tenant. Neither the seal nor the name of the key helps
to find the credential: a client secret that Auth0 issues has 64 random characters, and scrypt makes guessing slow even
for a weak secret that somebody chose. An access token is no lasting credential, so it derives no key.
"""

import hashlib
import hmac
from typing import Literal

from pydantic import SecretStr

from mfa_setup.model.base import Frozen
from mfa_setup.model.canonical import canonical

_PURPOSE = b"mfa-setup journal seal 1\0"
_COST, _BLOCK = 2**14, 8
"""The parameters of scrypt: 16 MB and some 50 ms for each derivation."""
_NAME_LENGTH = 16

Verdict = Literal["intact", "altered", "unverified"]
"""Whether an exported journal is as its exporter wrote it; `unverified` without a seal by the present credential."""


class Seal(Frozen):
    """The seal of an exported journal.

    Attributes:
        key: The name of the key, which tells another key from an altered content; it reveals nothing of the key.
        mac: The HMAC-SHA256 of the content, in hexadecimal digits.
    """

    key: str
    mac: str


def seal_key(secret: SecretStr | None, tenant_key: str) -> bytes | None:
    """Returns the key of a lasting credential for a tenant; None without such a credential."""
    if secret is None:
        return None
    # Files with the same private key may differ in their line ends.
    text = "\n".join(secret.get_secret_value().split())
    salt = _PURPOSE + tenant_key.encode()
    return hashlib.scrypt(text.encode(), salt=salt, n=_COST, r=_BLOCK, p=1, dklen=32)


def seal_of(content: object, key: bytes) -> Seal:
    """Returns the seal of a content, which consists of JSON values."""
    return Seal(key=_name(key), mac=hmac.new(key, canonical(content), hashlib.sha256).hexdigest())


def verdict(content: object, seal: Seal | None, key: bytes | None) -> Verdict:
    """Judges a content by its seal and the key of this run."""
    if seal is None or key is None or not hmac.compare_digest(seal.key.encode(), _name(key).encode()):
        return "unverified"
    is_intact = hmac.compare_digest(seal.mac.encode(), seal_of(content, key).mac.encode())
    return "intact" if is_intact else "altered"


def _name(key: bytes) -> str:
    return hmac.new(key, b"name", hashlib.sha256).hexdigest()[:_NAME_LENGTH]
