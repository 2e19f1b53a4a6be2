"""Identifiers and times, in the forms that the service uses."""

import secrets
import string
import time
from datetime import UTC, datetime

_ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str = "", length: int = 22) -> str:
    """Returns a new identifier in the recorded form: a prefix such as `pro_`, then letters and digits."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length))


def timestamp() -> str:
    """Returns the current time in the service's format: UTC with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment() -> str:
    """Returns the current time as the API of Actions shows it: with nanoseconds, without trailing zeros (recorded)."""
    seconds, nanoseconds = divmod(time.time_ns(), 10**9)
    whole = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{nanoseconds:09d}".rstrip("0").rstrip(".") + "Z"


def object_id() -> str:
    """Returns twenty-four hexadecimal digits, as in the ID of a database user (recorded)."""
    return secrets.token_hex(12)
