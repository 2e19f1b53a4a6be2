"""From a fresh checkout to a running tool with Python alone: `python3 bootstrap.py demo`, `python3 bootstrap.py test`.

Makes a virtual environment in `.venv`, installs this checkout into it, and hands over to the command.
"""

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if sys.platform == "win32" else "bin")
USAGE = "Usage: python3 bootstrap.py demo [options of `mfa-setup demo`] | test [options of pytest]"


def install(extra: str) -> None:
    """Installs this checkout with an extra, unless that was done and the dependencies are the same."""
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    stamp = VENV / f"installed-{extra}"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("Setting up .venv (once; about a minute)", file=sys.stderr, flush=True)
    if not BIN.exists():
        venv.create(VENV, with_pip=True)
    command = [str(BIN / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*command, "--editable", f"{ROOT}[{extra}]"], check=True)
    stamp.write_text(wanted)


def main(arguments: list[str]) -> int:
    """Runs the demo or the tests and returns their exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036 the reader may have an older one
        print("mfa-setup needs Python 3.11 or newer.", file=sys.stderr)
        return 1
    # A worker for each core, as far as there is work for them: no test depends on another.
    tests = ["-m", "pytest", "-n", "auto", "--maxprocesses", "8"]
    commands = {"demo": ("sandbox", ["-m", "mfa_setup", "demo"]), "test": ("dev", tests)}
    if not arguments or arguments[0] not in commands:
        print(USAGE, file=sys.stderr)
        return 2
    extra, command = commands[arguments[0]]
    try:
        install(extra)
    except subprocess.CalledProcessError as failed:
        print("Setting up .venv failed; the messages above say why.", file=sys.stderr)
        return failed.returncode
    return subprocess.run([str(BIN / "python"), *command, *arguments[1:]], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
