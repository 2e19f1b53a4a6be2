"""Renders the list of stored profiles."""

from collections.abc import Iterator

from rich.text import Text

from mfa_setup.model.results import ProfilesResult
from mfa_setup.render.sanitize import one_line
from mfa_setup.render.theme import BOLD

_STORAGE = {"keyring": "system keyring", "file": "file (not encrypted)"}


def profiles_result(result: ProfilesResult) -> Iterator[Text]:
    """Yields the profiles by name, each with its domain and where its credentials are stored."""
    profiles = result.outcome.profiles or ()
    if not profiles:
        yield Text("No profile is stored. Run `mfa-setup login` to store one.")
    for profile in profiles:
        line = Text().append(f"  {one_line(profile.name)}", BOLD).append(f"  {one_line(profile.domain)}")
        line.append(f"  {_STORAGE[profile.storage]}")
        yield line.append("  default", BOLD) if profile.default else line
