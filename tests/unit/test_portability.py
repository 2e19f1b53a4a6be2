"""Starting the tool where Python lacks the modules that only some systems have, as on Windows."""

import os
import pkgutil
import subprocess
import sys

import pytest

import mfa_setup

ABSENT = ["curses", "fcntl", "grp", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty"]
"""The standard library's modules that Windows lacks."""
BLOCK = f"import os, sys; sys.modules.update(dict.fromkeys({ABSENT!r}))"
OURS = [
    module.name
    for module in pkgutil.walk_packages(mfa_setup.__path__, "mfa_setup.")
    if not module.name.startswith("mfa_setup.sandbox.testing") and not module.name.endswith("__main__")
]


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"{BLOCK}\n{code}", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | {"COLUMNS": "80"},
    )


def test_every_module_can_be_imported_without_the_modules_that_windows_lacks() -> None:
    done = python("import importlib\nfor name in sys.argv[1:]:\n    importlib.import_module(name)", *OURS)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("arguments", "code"), [(["--help"], 0), (["--version"], 0), (["plan", "--no-input"], 6)])
def test_a_command_runs_without_the_modules_that_windows_lacks(arguments: list[str], code: int) -> None:
    start = "from mfa_setup.__main__ import main\nsys.argv[0] = 'mfa-setup'\nsys.exit(main())"
    done = python(start, *arguments)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
