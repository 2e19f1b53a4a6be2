"""Quoting a value of the user's in a message."""

import re

_USER_OF_URL = re.compile(r"(^|//)[^/@\s]+@")
_LOOKS_SECRET = re.compile(r"-----BEGIN.*|[A-Za-z0-9_-]{40,}|(?<![A-Za-z0-9])[0-9a-fA-F]{32}(?![A-Za-z0-9])", re.DOTALL)
"""A private key, a client secret or token, or a Twilio auth token that was put into the wrong place."""
_LONGEST = 100


def quoted(raw: object) -> str:
    """A value as a message shows it: short, and without the user of a URL or what looks like a secret."""
    text = raw if isinstance(raw, str) else repr(raw)
    shown = _LOOKS_SECRET.sub("…", _USER_OF_URL.sub(r"\1…@", text))
    shown = shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "…"
    return repr(shown) if isinstance(raw, str) else shown
