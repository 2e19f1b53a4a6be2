"""Twilio's error codes: what each means for MFA by SMS, who must act, and what to do (`twilio_codes.toml`)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Fault = Literal["account", "number", "recipient", "auth0", "twilio", "tool"]
"""Who must act; `twilio_codes.toml` describes each value."""
Source = Literal["docs", "reports", "not verified"]
"""The source of a meaning: Twilio's documentation, reports of users, or general knowledge that neither confirms."""


@dataclass(frozen=True, slots=True)
class TwilioCode:
    """One error code.

    Attributes:
        code: Twilio's number of the error.
        meaning: What the code means, without a period at the end.
        fault: Who must act.
        fix: What to do, in whole sentences.
        source: The source of the meaning.
    """

    code: int
    meaning: str
    fault: Fault
    fix: str
    source: Source = "docs"

    @property
    def link(self) -> str:
        """Twilio's page about the code."""
        return page(self.code)


def page(code: int) -> str:
    """Returns the URL of Twilio's page about a code, in the form of `more_info` in Twilio's errors."""
    return f"https://www.twilio.com/docs/errors/{code}"


@cache
def known_codes() -> Mapping[int, TwilioCode]:
    """Reads `twilio_codes.toml` and returns every known code, by its number."""
    text = files("mfa_setup").joinpath("twilio_codes.toml").read_text(encoding="utf-8")
    entries = [TwilioCode(int(code), **entry) for code, entry in tomllib.loads(text).items()]
    return {entry.code: entry for entry in sorted(entries, key=lambda entry: entry.code)}


def explain(code: int, message: str = "") -> TwilioCode:
    """Explains a code; an unknown code is explained with Twilio's own message and page.

    Args:
        code: Twilio's number of the error.
        message: Twilio's message; used only for an unknown code.
    """
    known = known_codes().get(code)
    if known is not None:
        return known
    meaning = message.strip().rstrip(".") or "Twilio says no more"
    return TwilioCode(code, meaning, "twilio", f"Twilio explains it at {page(code)}.", "not verified")
