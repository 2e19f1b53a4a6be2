"""Finds the command-line tools from npm that `mfa-setup` is compared with, if they are installed."""

import os
import re
import shutil
from pathlib import Path

import process

DEPLOY_CLI = "a0deploy"
TWILIO_CLI = "twilio"
ENVIRONMENT = process.ENVIRONMENT | {"TWILIO_DISABLE_AUTOUPDATE": "true", "TWILIO_SKIP_NEW_VERSION_CHECK": "true"}
"""The environment of every command; it keeps the Twilio CLI from looking for newer versions while it is measured."""

_HERE = Path(__file__).parent
_INSTALL = {
    DEPLOY_CLI: "npm ci --prefix tests/clients/deploy_cli",
    TWILIO_CLI: "npm install --no-package-lock --prefix benchmarks",
}
_FOLDERS = (_HERE, _HERE.parent / "tests" / "clients" / "deploy_cli")


def find(command: str) -> str | None:
    """Returns the path of a command that is installed in this folder, for the tests, or on PATH.

    If the command is not installed, this prints how to install it and returns None.
    """
    places = [str(folder / "node_modules" / ".bin") for folder in _FOLDERS]
    path = shutil.which(command, path=os.pathsep.join([*places, os.environ.get("PATH", os.defpath)]))
    if path is None:
        print(f"Skipping `{command}`, which is not installed: {_INSTALL[command]}")
    return path


def version(command: str) -> str:
    """Returns the version of a command, or `unknown version`."""
    path = find(command)
    numbers = re.search(r"\d+\.\d+\.\d+", process.run((path, "--version"), ENVIRONMENT).output) if path else None
    return numbers.group() if numbers else "unknown version"
