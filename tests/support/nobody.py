"""Python run as a user without rights of any kind: root, as whom tests may run, is stopped by no permission."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NOBODY = 65534
_DROP = f"""
import os
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid({NOBODY})
    os.setuid({NOBODY})
"""

as_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root becomes another user")


@contextmanager
def shared_folder() -> Iterator[Path]:
    """A folder that every user may enter, and only its owner list: pytest's own are for their owner alone."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        folder.chmod(0o711)
        yield folder


def as_nobody(imports: str, code: str, *arguments: str) -> str:
    """Runs Python code as nobody; what it needs is imported before, since nobody may not read this checkout.

    Returns:
        What it prints, or the last line of its error.
    """
    command = [sys.executable, "-c", f"import sys\n{imports}\n{_DROP}\n{code}", *arguments]
    # The coverage of this process could not be written: nobody may not write beside this checkout.
    env = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", env=env)
    return done.stdout.strip() if done.returncode == 0 else done.stderr.strip().splitlines()[-1]
