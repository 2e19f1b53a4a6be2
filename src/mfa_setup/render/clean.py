"""Makes text safe to show: what a service sends is untrusted, and a secret must not leave by any way."""

import json
import re
import unicodedata
from collections.abc import Iterable

from pydantic import SecretStr

MASK = "********"
_SHORTEST_SECRET = 8
"""A shorter value would be found by chance all over the text, and is no secret worth the name."""
_ESCAPE = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?|[@-Z\\-_])")
_LONGEST = 2_000


def one_line(text: str) -> str:
    """Text without anything that moves the cursor, hides or reorders what is shown; at most 2000 characters."""
    plain = _ESCAPE.sub("", text)
    shown = "".join(_visible(character) for character in plain[:_LONGEST])
    return shown + ("…" if len(plain) > _LONGEST else "")


def _visible(character: str) -> str:
    if character in "\t\n\r":
        return " "
    # Control and format characters (bidirectional overrides, zero width), surrogates, line and paragraph ends.
    return (
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else character
    )


def without(secrets: Iterable[SecretStr], text: str) -> str:
    """Text with every secret of the run masked, should a service have quoted one or a person misplaced it."""
    values = {secret.get_secret_value() for secret in secrets}
    # As it is, as `one_line` shows it, and as JSON writes it.
    forms = {form for value in values for form in (value, one_line(value), json.dumps(value)[1:-1])}
    for form in sorted(forms, key=len, reverse=True):
        if len(form) >= _SHORTEST_SECRET:
            text = text.replace(form, MASK)
    return text
