"""A signal during the start: while modules are imported, what is raised there can be lost, and the run would go on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.lab import Lab, Result
from support.tally import Count
from support.trial import UP, Place, check_document

EVERY = 60
"""Every so many imports a signal is sent."""
PARTS = 2
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_at_any_import_ends_the_run_with_one_document(
    unified: Lab, tmp_path: Path, count: Count, number: signal.Signals, part: int
) -> None:
    """CPython tells each import on standard error (`-X importtime`), which is what the signals are timed by."""
    tried = 0
    for imports in range(part * EVERY, 10_000, EVERY * PARTS):
        unified.reset()
        place = Place(tmp_path / str(imports), unified)
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
                # Until the first module that the program itself imports, the process is Python's alone.
                started = started or "mfa_setup." in line
                seen += started
                if seen > imports:
                    process.send_signal(number)
                    break
            out, err = process.communicate(timeout=60)
        if seen <= imports:
            break
        tried += 1
        count("signals at an import")
        assert process.returncode == CODES[number], (imports, err[-2000:])
        check_document(Result(process.returncode, out, err))
    assert tried > 1
