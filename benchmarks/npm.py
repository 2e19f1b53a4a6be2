"""The command-line tools from npm that `mfa-setup` is compared with, where they are installed."""

import os
import re
import shutil
from pathlib import Path

import process

DEPLOY_CLI = "a0deploy"
TWILIO_CLI = "twilio"
ENVIRONMENT = process.ENVIRONMENT | {"TWILIO_DISABLE_AUTOUPDATE": "true", "TWILIO_SKIP_NEW_VERSION_CHECK": "true"}
"""The environment of every command, in which the Twilio CLI does not look for newer versions while it is measured."""

_HERE = Path(__file__).parent
_INSTALL = {
    DEPLOY_CLI: "npm ci --prefix tests/clients/deploy_cli",
    TWILIO_CLI: "npm install --no-package-lock --prefix benchmarks",
}
_FOLDERS = (_HERE, _HERE.parent / "tests" / "clients" / "deploy_cli")


def find(command: str) -> str | None:
    """The path of a command, which is installed here, for the tests, or on PATH; None, with a line that says so."""
    places = [str(folder / "node_modules" / ".bin") for folder in _FOLDERS]
    path = shutil.which(command, path=os.pathsep.join([*places, os.environ.get("PATH", os.defpath)]))
    if path is None:
        print(f"Skipping `{command}`, which is not installed: {_INSTALL[command]}")
    return path


def version(command: str) -> str:
    """The version of an installed command."""
    path = find(command)
    numbers = re.search(r"\d+\.\d+\.\d+", process.run((path, "--version"), ENVIRONMENT).output) if path else None
    return numbers.group() if numbers else "unknown version"
