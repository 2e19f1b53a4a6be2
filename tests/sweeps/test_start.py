"""A signal during the start: while modules are imported, what is raised there can be lost, and the run would go on."""

import os
import signal
import subprocess
import sys

import pytest

from support.lab import Result
from support.tally import Count
from support.trial import UP, Ground, check_document

EVERY = 60
"""Every so many imports a signal is sent."""
PARTS = 2


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_at_any_import_ends_the_run_with_one_document(
    ground: Ground, count: Count, number: signal.Signals, code: int, part: int
) -> None:
    """CPython tells each import on standard error (`-X importtime`), which is what the signals are timed by."""
    tried = 0
    for imports in range(part * EVERY, 10_000, EVERY * PARTS):
        place = ground.fresh(imports)
        place.folder.mkdir()
        with subprocess.Popen(
            [sys.executable, "-X", "importtime", "-m", "mfa_setup", *UP],
            env={**os.environ, **place.env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stderr is not None
            started = False
            seen = 0
            for line in process.stderr:
                # Before its first own module the process is Python's alone.
                started = started or "mfa_setup" in line
                seen += started
                if seen > imports:
                    process.send_signal(number)
                    break
            out, err = process.communicate(timeout=60)
        if seen <= imports:
            break
        tried += 1
        count("signals at an import")
        assert process.returncode == code, (imports, err[-2000:])
        check_document(Result(code, out, err))
        assert ground.lab.writes() == [] or imports > EVERY
    assert tried > 1
