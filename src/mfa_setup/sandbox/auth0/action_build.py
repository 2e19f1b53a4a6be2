"""Decides how many reads a build takes, and whether it succeeds.

A build checks the dependencies and not the code: source that no engine can parse is built, deployed and bound
(recorded).
"""

import re

from mfa_setup.sandbox.auth0.action_model import BUILT, FAILED, JSON, Content, Progress

# Core modules of Node.js, whose names on npm are held by placeholders without a second major version.
_PLACEHOLDERS = ("assert", "buffer", "crypto", "events", "fs", "http", "https", "os", "path", "url", "util")
_VERSION = re.compile(r"(\d+)\.\d+\.\d+([-+].+)?")


def begin(content: Content, clock: float) -> Progress:
    """Starts a build of the draft. The sequence of statuses was recorded for each of the three cases."""
    if not all(_exists(one) for one in content.dependencies):
        return Progress(clock, ["building", "retrying", "retrying", "building", FAILED])
    return Progress(clock, ["building", "building", BUILT] if content.dependencies else [BUILT])


def _exists(dependency: JSON) -> bool:
    """Whether the sandbox treats the version as published on npm, without asking a registry.

    A version that is neither `latest` nor three numbers counts as missing, and so does a later version of a
    placeholder, such as `crypto` 17.7.1, whose build failed in the recordings.
    """
    version = dependency.get("version", "latest")
    if version in ("", "latest"):
        return True
    found = _VERSION.fullmatch(version)
    return found is not None and not (dependency.get("name") in _PLACEHOLDERS and int(found[1]) > 1)
