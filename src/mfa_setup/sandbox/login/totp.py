"""Codes of an authenticator app (RFC 6238: six digits, every thirty seconds, SHA-1)."""

import base64
import hmac
import struct

_STEP = 30
_DIGITS = 6


def code_at(secret: str, moment: float) -> str:
    """Returns the code that an authenticator app shows at this moment.

    Args:
        secret: The shared secret in Base32.
        moment: The time in seconds since the epoch.

    Raises:
        ValueError: The secret is not Base32.
    """
    text = "".join(secret.split()).upper()
    key = base64.b32decode(text + "=" * (-len(text) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(moment) // _STEP), "sha1")
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**_DIGITS:0{_DIGITS}d}"


def fits(secret: str, typed: str, now: float) -> bool:
    """Whether the code is the current one, or that of half a minute before or after."""
    digits = "".join(typed.split()).encode("ascii", "replace")
    try:
        around = [code_at(secret, now + step * _STEP) for step in (-1, 0, 1)]
    except ValueError:
        return False
    return any(hmac.compare_digest(code.encode(), digits) for code in around)
