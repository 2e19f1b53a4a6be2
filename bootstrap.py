"""Installs this checkout into `.venv` and runs it: `python3 bootstrap.py demo` or `python3 bootstrap.py test`.

The script requires only Python 3.11 or newer. If Python lacks `ensurepip` (as on Debian and Ubuntu), the script uses
`uv` if `uv` is on PATH, and otherwise names the package to install.
"""

from __future__ import annotations  # so that an older Python can still print the message about its version

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if sys.platform == "win32" else "bin")
INCOMPLETE = ROOT / ".venv-incomplete"
"""A file that exists while `.venv` is being created; if it exists at the start, an earlier run was cut off."""
PYTHON = str(BIN / "python")
USAGE = "Usage: python3 bootstrap.py demo [options of `mfa-setup demo`] | test [options of pytest]"
NO_ENSUREPIP = """\
This Python cannot create virtual environments: its module `ensurepip` is missing. Install it and run this again:
  Debian, Ubuntu:  sudo apt install python3-venv
  Fedora:          sudo dnf install python3-pip
Or install uv, which this script uses instead where it is on PATH."""


class SetupError(Exception):
    """The virtual environment could not be created; the message says why and what to do."""


def prepare() -> list[str]:
    """Creates `.venv` unless a working one exists, and returns the command that installs packages into it.

    Raises:
        SetupError: This Python cannot create virtual environments and uv is not installed, or the creation failed.
    """
    uv = shutil.which("uv")
    with_pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check"]
    with_uv = [str(uv), "pip", "install", "--python", PYTHON]
    if is_usable("import pip"):
        return with_pip
    if uv and is_usable(""):
        return with_uv
    discard()
    if has_ensurepip():
        INCOMPLETE.touch()
        run([sys.executable, "-m", "venv", str(VENV)])
        return with_pip
    if uv:
        INCOMPLETE.touch()
        run([uv, "venv", "--quiet", "--python", sys.executable, str(VENV)])
        return with_uv
    raise SetupError(NO_ENSUREPIP)


def is_usable(script: str) -> bool:
    """Whether `.venv` is complete and its Python runs the code in `script` without an error."""
    try:
        probe = subprocess.run([PYTHON, "-c", script], capture_output=True, check=False)
    except OSError:
        return False
    return probe.returncode == 0 and not INCOMPLETE.exists()


def has_ensurepip() -> bool:
    """Whether this Python can put pip into a virtual environment."""
    probe = subprocess.run([sys.executable, "-c", "import ensurepip, venv"], capture_output=True, check=False)
    return probe.returncode == 0


def discard() -> None:
    """Removes an incomplete `.venv`."""
    if VENV.exists():
        print("Removing an incomplete .venv", file=sys.stderr, flush=True)
        shutil.rmtree(VENV)
    INCOMPLETE.unlink(missing_ok=True)


def run(command: list[str]) -> None:
    """Runs one step of the installation.

    Raises:
        SetupError: The step failed; the step's own messages are on the terminal.
    """
    try:
        subprocess.run(command, check=True)
    except (OSError, subprocess.CalledProcessError):
        raise SetupError("The installation failed; the messages above say why. Run this again to retry.") from None


def install(extra: str) -> None:
    """Installs this checkout with an extra, unless it is already installed with the same dependencies.

    If the installation is stopped or fails before a new `.venv` is complete, the incomplete `.venv` is removed.
    """
    dependencies = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    stamp = VENV / f"installed-{extra}"
    if stamp.exists() and stamp.read_text() == dependencies and not INCOMPLETE.exists():
        return
    print(f"Installing {BIN.relative_to(ROOT) / 'mfa-setup'} (only once, about a minute)", file=sys.stderr, flush=True)
    try:
        pip = prepare()
        run([*pip, "--quiet", "--editable", f"{ROOT}[{extra}]"])
    except BaseException:
        if INCOMPLETE.exists():
            discard()
        raise
    INCOMPLETE.unlink(missing_ok=True)
    stamp.write_text(dependencies)


def main(arguments: list[str]) -> int:
    """Runs the demo or the tests and returns their exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036 this script may be started with an older Python
        print("mfa-setup needs Python 3.11 or newer.", file=sys.stderr)
        return 1
    # One worker per core, up to 8: the tests are independent of each other.
    tests = ["-m", "pytest", "-n", "auto", "--maxprocesses", "8"]
    commands = {"demo": ("sandbox", ["-m", "mfa_setup", "demo"]), "test": ("dev", tests)}
    if not arguments or arguments[0] not in commands:
        print(USAGE, file=sys.stderr)
        return 2
    extra, command = commands[arguments[0]]
    try:
        install(extra)
    except SetupError as failed:
        print(failed, file=sys.stderr)
        return 1
    code = subprocess.run([PYTHON, *command, *arguments[1:]], cwd=ROOT, check=False).returncode
    if arguments[0] == "demo" and code == 0:
        print(f"\nmfa-setup is installed at {BIN.relative_to(ROOT) / 'mfa-setup'}", file=sys.stderr)
    return code


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
