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
    """Ends a process that receives a signal before its run has begun: nothing has been read or written.

    It ends here: an exception that is raised in the middle of an import may be lost. The signal may have come in the
    middle of a write to `sys.stdout`, so this writes past it.
    """
    from mfa_setup.model.empty import EMPTY_DOCUMENT  # noqa: PLC0415 imported by `main` already

    code, exit_code = _STOPPED[signal.Signals(number)]
    message, hint = "Interrupted before anything was changed.", "Run the command again."
    if "--json" in sys.argv:
        error = {"code": code, "message": message, "hint": hint, "service": None, "status": None, "request_id": None}
        os.write(1, (json.dumps({**EMPTY_DOCUMENT, "error": error}) + "\n").encode())
    else:
        os.write(2, f"{message}\n  {hint}\n".encode())
    os._exit(exit_code)


def _write_version() -> bool:
    """Answers `--version`, `-V` and `version` before the slow imports; false for other words or if it cannot."""
    if sys.argv[1:] not in (["--version"], ["-V"], ["version"]) or sys.stdout is None:
        return False
    try:
        os.write(1, f"mfa-setup {__version__}\n".encode())
    except OSError:  # reported as any other output that cannot be written
        return False
    return True


def main() -> NoReturn:
    """Starts the program; signals are handled before the first import begins.

    Until what `_stop` needs is imported, a signal waits.
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
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # else it looks through every installed package
    gc.set_threshold(10_000)  # with Python's 700, imports spend a twentieth of their time on looking for garbage
    from mfa_setup.cli.main import main as start  # noqa: PLC0415

    start(_stop)


if __name__ == "__main__":
    main()
