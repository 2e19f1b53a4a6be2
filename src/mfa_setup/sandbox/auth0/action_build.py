"""How long a build takes, in reads of the Action, and whether it succeeds.

A build checks the dependencies and not the code: source that no engine can parse is built, deployed and bound
(recorded).
"""

import re

from mfa_setup.sandbox.auth0.action_state import BUILT, FAILED, JSON, Content, Progress

# Core modules of Node.js, whose names on npm are held by placeholders without a second major version.
_PLACEHOLDERS = ("assert", "buffer", "crypto", "events", "fs", "http", "https", "os", "path", "url", "util")
_VERSION = re.compile(r"(\d+)\.\d+\.\d+([-+].+)?")


def begin(content: Content, clock: float) -> Progress:
    """Starts a build of the draft: what the reads after it show was recorded in each of the three cases."""
    if not all(_exists(one) for one in content.dependencies):
        return Progress(clock, ["building", "retrying", "retrying", "building", FAILED])
    return Progress(clock, ["building", "building", BUILT] if content.dependencies else [BUILT])


def _exists(dependency: JSON) -> bool:
    """Whether npm is taken to have the package in this version.

    The sandbox asks no registry: a version that is neither `latest` nor three numbers does not exist, nor does a later
    version of a placeholder; `crypto` 17.7.1 is the recorded one.
    """
    version = dependency.get("version", "latest")
    if version in ("", "latest"):
        return True
    found = _VERSION.fullmatch(version)
    return found is not None and not (dependency.get("name") in _PLACEHOLDERS and int(found[1]) > 1)
