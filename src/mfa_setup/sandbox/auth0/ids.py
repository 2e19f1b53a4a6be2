"""Identifiers and times, in the forms in which the service writes them."""

import secrets
import string
from datetime import UTC, datetime

_ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str = "", length: int = 22) -> str:
    """An identifier in the recorded form: a prefix such as `pro_`, then letters and digits."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length))


def timestamp() -> str:
    """Now, as the service writes it: UTC with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def object_id() -> str:
    """Twenty-four hexadecimal digits, as in the id of a database user (recorded)."""
    return secrets.token_hex(12)
