"""The process that runs JavaScript: reads a job from each line of standard input, and answers each with one line.

The parent kills the process at the deadline of a job (`workers.py`). The JavaScript has no access to files, the network
or other processes, because the engine has none and nothing is added to it.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import quickjs

_MEMORY = 64 * 2**20  # bytes
_STACK = 2**20  # bytes
_HARNESS = (Path(__file__).parent / "harness.js").read_text(encoding="utf-8")


def run(job: dict[str, Any]) -> str:
    """Runs the code of one Action and returns the report of `harness.js` as JSON.

    Args:
        job: `{"code", "event", "options": {"handler", "customize"}, "seconds"}`.

    Raises:
        quickjs.JSException: The engine stopped the code, for example because it used too much memory.
    """
    context = quickjs.Context()
    context.set_memory_limit(_MEMORY)
    context.set_max_stack_size(_STACK)
    # Both limits only end a process whose parent was killed and cannot enforce the deadline any more.
    context.set_time_limit(2 * job["seconds"])
    until = time.monotonic() + 2 * job["seconds"]
    report = context.eval(_HARNESS)(job["code"], json.dumps(job["event"]), json.dumps(job["options"]))
    while context.execute_pending_job():
        if time.monotonic() > until:
            os._exit(1)
    return str(report())


def main() -> None:
    """Answers jobs until standard input is closed; an exception of the engine is answered as `{"engine": "…"}`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent as well, which ends this process
    _answer("ready")
    for line in sys.stdin:
        try:
            answer = run(json.loads(line))
        except quickjs.JSException as error:
            answer = json.dumps({"engine": str(error)})
        _answer(answer)


def _answer(text: str) -> None:
    sys.stdout.buffer.write(text.encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
