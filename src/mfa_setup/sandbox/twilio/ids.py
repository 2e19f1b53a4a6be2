"""SIDs, dates and links in the two forms that Twilio's APIs use."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

API = "/2010-04-01/Accounts"
LONG = 60 * 24 * 60 * 60
"""The age in seconds of the records that control calls create: 60 days."""


def new_sid(prefix: str) -> str:
    """Return a new random SID: two letters and 32 hex digits (OpenAPI, every `pattern`)."""
    return prefix + secrets.token_hex(16)


def fixed_sid(prefix: str, account_sid: str, name: str) -> str:
    """Return the SID of a resource that the account has from the start; it stays the same after every reset."""
    digest = hashlib.sha256(f"{account_sid}/{prefix}/{name}".encode()).hexdigest()
    return prefix + digest[:32]


def now() -> datetime:
    """Return the current time in whole seconds; Twilio's dates have no fraction."""
    return datetime.now(UTC).replace(microsecond=0)


def ago(seconds: int) -> datetime:
    """Return the time this many seconds ago."""
    return now() - timedelta(seconds=seconds)


def rfc2822(moment: datetime | None) -> str | None:
    """Format a date as the 2010-04-01 API does (OpenAPI, format `date-time-rfc-2822`)."""
    return format_datetime(moment) if moment else None


def iso(moment: datetime | None) -> str | None:
    """Format a date as the v1 APIs do (OpenAPI, format `date-time`)."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
