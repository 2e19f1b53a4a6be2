"""`python -m mfa_setup`, and the entry point of the installed script."""

import json
import os
import signal
import sys
from types import FrameType
from typing import Any, NoReturn

_OUTPUTS = (
    *("domain", "client_id", "phone_number", "number_sid", "messaging_service_sid"),
    *("policy", "config_file", "proof", "sms"),
)
EMPTY_DOCUMENT: dict[str, Any] = {
    "schema_version": 1,
    "command": "",
    "ok": False,
    "changed": False,
    "run_id": "",
    "tenant": None,
    "changes": [],
    "outputs": dict.fromkeys(_OUTPUTS),
    "checks": [],
    "warnings": [],
    "error": None,
    "runs": None,
    "undoes": None,
    "settings": None,
}
"""The document of a run that has not begun. A test compares it with `mfa_setup.model.outcome`, which imports slowly."""
_STOPPED = {signal.SIGINT: ("interrupted", 130), signal.SIGTERM: ("terminated", 143)}


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    """Ends a process that receives a signal before its run has begun: nothing has been read or written.

    It ends here: an exception that is raised in the middle of an import may be lost. The signal may have come in the
    middle of a write to `sys.stdout`, so this writes past it.
    """
    code, exit_code = _STOPPED[signal.Signals(number)]
    message, hint = "Interrupted before anything was done.", "Run the command again."
    if "--json" in sys.argv:
        error = {"code": code, "message": message, "hint": hint, "service": None, "status": None, "request_id": None}
        os.write(1, (json.dumps({**EMPTY_DOCUMENT, "error": error}) + "\n").encode())
    else:
        os.write(2, f"{message}\n  {hint}\n".encode())
    os._exit(exit_code)


def main() -> NoReturn:
    """Starts the program; signals are handled before the slow imports begin."""
    for number in _STOPPED:
        signal.signal(number, _stop)
    from mfa_setup.cli.main import main as start  # noqa: PLC0415

    start(_stop)


if __name__ == "__main__":
    main()
