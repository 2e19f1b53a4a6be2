"""The environment of the demo, separate from the one that the user has set up for real services."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

_PREFIXES = ("AUTH0_", "TWILIO_", "MFA_SETUP_")


@contextmanager
def demo_environment(sandbox: Mapping[str, str]) -> Iterator[None]:
    """Replaces the settings and folders of the process with those of the sandbox, until the block ends.

    Args:
        sandbox: The environment variables that point at the sandbox.
    """
    before = dict(os.environ)
    for name in before:
        if name.startswith(_PREFIXES):
            del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="mfa-setup-demo-") as folder:
        os.environ.update(sandbox)
        os.environ.update({"MFA_SETUP_STATE_DIR": f"{folder}/state", "MFA_SETUP_CACHE_DIR": f"{folder}/cache"})
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)
