"""The names of the stored profiles, for code that must respond at once: quick to import, and never fails."""

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress

from mfa_setup.errors import MfaSetupError
from mfa_setup.store.files import read_private
from mfa_setup.store.folders import Folders

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
LIST = "profiles.json"
"""The file in the state folder that lists the profiles, without secrets."""


def stored_names(environment: Mapping[str, str] = os.environ) -> tuple[tuple[str, ...], str | None]:
    """Returns the names in alphabetical order, and the default; none if the list is missing or cannot be trusted."""
    listed: object = None
    with suppress(MfaSetupError, OSError, ValueError, RecursionError):
        listed = json.loads(read_private(Folders.of(environment).state / LIST) or "{}")
    match listed:
        case {"profiles": dict(profiles), **rest}:
            names = tuple(sorted(filter(NAME.fullmatch, profiles)))
            default = rest.get("default")
            return names, default if isinstance(default, str) and default in names else None
    return (), None
