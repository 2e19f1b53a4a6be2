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


def _stop(_signum: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(_SIGTERM_EXIT)


def _interrupted(code: int) -> NoReturn:
    """Ends a process that was told to stop while it was still starting: nothing has been read or written yet."""
    message = "Interrupted before anything was done."
    if "--json" in sys.argv:
        name = "interrupted" if code == _SIGINT_EXIT else "terminated"
        error: dict[str, str | None] = {"code": name, "message": message, "hint": ""}
        error |= dict.fromkeys(("service", "status", "request_id"))
        lists: dict[str, list[object]] = {"changes": [], "checks": [], "warnings": []}
        document = {"schema_version": 1, "command": "", "ok": False, "changed": False, "run_id": "", "tenant": None}
        sys.stdout.write(json.dumps({**document, **lists, "outputs": dict.fromkeys(_OUTPUTS), "error": error}) + "\n")
    else:
        sys.stderr.write(f"{message}\n")
    sys.stdout.flush()
    os._exit(code)


def main() -> NoReturn:
    """Starts the program; signals are taken care of before the slow imports."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        from mfa_setup.cli.main import main as start  # noqa: PLC0415

        start()
    except KeyboardInterrupt:
        _interrupted(_SIGINT_EXIT)
    except SystemExit as stopped:
        if stopped.code == _SIGTERM_EXIT:
            _interrupted(_SIGTERM_EXIT)
        raise


if __name__ == "__main__":
    main()
