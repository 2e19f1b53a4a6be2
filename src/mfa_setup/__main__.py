"""`python -m mfa_setup`, and the entry point of the installed script."""

import json
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

_SIGTERM_EXIT, _SIGINT_EXIT = 143, 130
_OUTPUTS = (
    "domain", "client_id", "phone_number", "number_sid", "messaging_service_sid", "policy", "config_file", "proof",
)  # fmt: skip


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    """Ends a process that was told to stop while it was still starting: nothing has been read or written yet.

    It ends right here: an exception raised in the middle of an import may be lost in it.
    """
    code = _SIGTERM_EXIT if number == signal.SIGTERM else _SIGINT_EXIT
    message, hint = "Interrupted before anything was done.", "Run the command again."
    if "--json" in sys.argv:
        name = "interrupted" if code == _SIGINT_EXIT else "terminated"
        error: dict[str, str | None] = {"code": name, "message": message, "hint": hint}
        error |= dict.fromkeys(("service", "status", "request_id"))
        lists: dict[str, list[object]] = {"changes": [], "checks": [], "warnings": []}
        document = {"schema_version": 1, "command": "", "ok": False, "changed": False, "run_id": "", "tenant": None}
        sys.stdout.write(json.dumps({**document, **lists, "outputs": dict.fromkeys(_OUTPUTS), "error": error}) + "\n")
    else:
        sys.stderr.write(f"{message}\n  {hint}\n")
    sys.stdout.flush()
    os._exit(code)


def main() -> NoReturn:
    """Starts the program; signals are taken care of before the slow imports."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    from mfa_setup.cli.main import main as start  # noqa: PLC0415

    start()


if __name__ == "__main__":
    main()
