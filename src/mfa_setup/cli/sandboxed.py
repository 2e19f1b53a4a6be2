"""Runs a user's own command against a sandbox that runs as long as the command."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

from mfa_setup.errors import InvalidValueError
from mfa_setup.settings.parsers import quoted

_REPLACED = ("AUTH0_", "TWILIO_", "MFA_SETUP_SANDBOX")
_LOOPBACK = "localhost,127.0.0.1"
_TOOL = Path(sys.executable).with_name("mfa-setup.exe" if sys.platform == "win32" else "mfa-setup")
"""The path of this `mfa-setup`, so that a command finds it even if its virtual environment is not on PATH."""


def run_command(command: Sequence[str], variables: Mapping[str, str]) -> int:
    """Runs a command with the variables of a sandbox and returns its exit code, 128 + N after signal N.

    The command inherits the standard streams and the process group, so that the terminal sends it Ctrl-C; a SIGTERM is
    passed on. `mfa-setup` in the command runs this installation. Its files about the sandbox are stored in a folder
    that is deleted afterwards.

    Raises:
        InvalidValueError: The command does not exist, or cannot be executed.
    """
    with tempfile.TemporaryDirectory(prefix="mfa-setup-sandbox-") as name:
        folder = Path(name)
        (folder / "bin").mkdir()
        with suppress(OSError):  # on Windows, few users may create links
            (folder / "bin" / _TOOL.name).symlink_to(_TOOL)
        code = _wait_for(command, environment(os.environ, variables, folder))
    return code if code >= 0 else 128 - code


def environment(caller: Mapping[str, str], variables: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Returns the environment of the command: the caller's without its credentials, plus the sandbox's variables.

    Args:
        caller: The environment of this process; folders for `mfa-setup` that it sets take precedence.
        variables: The variables of the sandbox.
        folder: The folder for `mfa-setup`'s files by default, and for the link to it, which is first on PATH.
    """
    kept = {name: value for name, value in caller.items() if not name.upper().startswith(_REPLACED)}
    no_proxy = {name: ",".join(filter(None, (kept.get(name), _LOOPBACK))) for name in ("NO_PROXY", "no_proxy")}
    folders = {"MFA_SETUP_STATE_DIR": str(folder / "state"), "MFA_SETUP_CACHE_DIR": str(folder / "cache")}
    path = {"PATH": f"{folder / 'bin'}{os.pathsep}{kept.get('PATH') or os.defpath}"}
    return folders | kept | path | no_proxy | dict(variables)


def _wait_for(command: Sequence[str], env: Mapping[str, str]) -> int:
    process: subprocess.Popen[bytes] | None = None
    terminated = False

    def terminate(_number: int, _frame: FrameType | None) -> None:
        nonlocal terminated
        terminated = True
        if process is not None:
            process.terminate()

    # Handlers rather than SIG_IGN, which the command would inherit.
    handlers = {signal.SIGINT: lambda _number, _frame: None, signal.SIGTERM: terminate}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        try:
            process = subprocess.Popen(command, env=env)  # noqa: S603 the user's own command
        except (OSError, ValueError) as failed:
            reason = failed.strerror if isinstance(failed, OSError) else "it contains a null character"
            raise InvalidValueError(
                f"The command {quoted(command[0])} cannot be started: {reason}.",
                hint="Check its name and that it is on PATH: mfa-setup sandbox -- COMMAND ARGUMENTS",
            ) from None
        if terminated:
            process.terminate()
        return process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
