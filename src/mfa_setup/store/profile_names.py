"""The names of the stored profiles, for what must answer at once: this imports nothing slow and never fails."""

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
    """The names in alphabetical order, and the default one; none where the list is missing or not to be trusted."""
    listed: object = None
    with suppress(MfaSetupError, OSError, ValueError, RecursionError):
        listed = json.loads(read_private(Folders.of(environment).state / LIST) or "{}")
    match listed:
        case {"profiles": dict(profiles), **rest}:
            names = tuple(sorted(filter(NAME.fullmatch, profiles)))
            default = rest.get("default")
            return names, default if isinstance(default, str) and default in names else None
    return (), None
