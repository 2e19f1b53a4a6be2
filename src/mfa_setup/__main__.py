"""`python -m mfa_setup`, and the entry point of the installed script."""

import gc
import json
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

from mfa_setup import __version__

_STOPPED = {signal.SIGINT: ("interrupted", 130), signal.SIGTERM: ("terminated", 143)}


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    """Ends the process after a signal that arrives before the run has begun, when nothing has been read or written.

    The process ends in this handler, because an exception raised in the middle of an import may be lost. The message
    is written to the file descriptor directly, because the signal may have interrupted a write to `sys.stdout`.
    """
    from mfa_setup.model.empty import EMPTY_DOCUMENT  # noqa: PLC0415 `main` has already imported it

    code, exit_code = _STOPPED[signal.Signals(number)]
    message, hint = "Interrupted before anything was changed.", "Run the command again."
    if "--json" in sys.argv or "--format json" in " ".join(sys.argv).replace("--format=", "--format "):
        error = {"code": code, "message": message, "hint": hint, "service": None, "status": None, "request_id": None}
        os.write(1, (json.dumps({**EMPTY_DOCUMENT, "error": error}) + "\n").encode())
    else:
        os.write(2, f"{message}\n  {hint}\n".encode())
    os._exit(exit_code)


def _write_version() -> bool:
    """Prints the version for `--version`, `-V` and `version`, before the slow imports.

    Returns:
        Whether the version was printed: False for any other command line, or if standard output cannot be written.
    """
    if sys.argv[1:] not in (["--version"], ["-V"], ["version"]) or sys.stdout is None:
        return False
    try:
        os.write(1, f"mfa-setup {__version__}\n".encode())
    except OSError:  # the normal start reports that the output cannot be written
        return False
    return True


def main() -> NoReturn:
    """Starts the program; signals are handled before the first import begins.

    A signal that arrives before the modules that `_stop` needs are imported is handled as soon as they are.
    """
    early: list[int] = []
    for number in _STOPPED:
        signal.signal(number, lambda arrived, _frame: early.append(arrived))
    import mfa_setup.model.empty  # noqa: F401, PLC0415

    for number in _STOPPED:
        signal.signal(number, _stop)
    if early:
        _stop(early[0], None)
    if _write_version():
        sys.exit(0)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # otherwise pydantic searches every installed package
    gc.set_threshold(10_000)  # with Python's 700, garbage collection takes a twentieth of the import time
    from mfa_setup.cli.main import main as start  # noqa: PLC0415

    start(_stop)


if __name__ == "__main__":
    main()
