"""A standard output that takes no more: one message, exit code 1, and nothing of Python's own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.lab import Lab

FULL = Path("/dev/full")
pytestmark = pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
LINES = [
    "--help",
    "--version",
    "plan",
    "plan --format markdown",
    "up --yes --json",
    "doctor",
    "undo --list",
    "nonsense --json",
]


def run_into(path: Path, words: str, lab: Lab, folder: Path, *, errors: Path | None = None) -> tuple[int, str]:
    """Runs a command line as a process whose standard output is a file."""
    with path.open("w") as out, (errors or Path(os.devnull)).open("w") as err:
        ended = subprocess.run(
            [sys.executable, "-m", "mfa_setup", *words.split()],
            env={**os.environ, **lab.env},
            cwd=folder,
            stdout=out,
            stderr=err if errors else subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    return ended.returncode, ended.stderr or ""


@pytest.mark.parametrize("words", LINES)
def test_a_full_standard_output_ends_with_one_message(unified: Lab, folder: Path, words: str) -> None:
    code, told = run_into(FULL, words, unified, folder)
    assert (code, told.count("Error: ")) == (1, 1), told
    assert "Error: Standard output cannot be written: No space left on device." in told
    assert "Traceback" not in told
    assert "Exception ignored" not in told


def test_what_the_run_did_is_done_and_in_the_journal(unified: Lab, folder: Path) -> None:
    assert run_into(FULL, "up --yes --json", unified, folder)[0] == 1
    assert unified.auth0("GET", "guardian/policies") == ["all-applications"]
    (journal,) = (folder.parent / "state").glob("journal-*")
    assert '"how": "done"' in journal.read_text(encoding="utf-8").splitlines()[-1]


@pytest.mark.parametrize("words", ["plan", "up --yes", "plan --json", "nonsense"])
def test_a_full_standard_error_changes_no_exit_code(unified: Lab, folder: Path, words: str) -> None:
    assert run_into(folder / "out", words, unified, folder, errors=FULL)[0] == (2 if words == "nonsense" else 0)


def test_a_closed_standard_output_is_no_failure(unified: Lab, folder: Path) -> None:
    command = f"{sys.executable} -m mfa_setup plan >&-"
    ended = subprocess.run(
        ["/bin/sh", "-c", command], env={**os.environ, **unified.env}, cwd=folder, stderr=subprocess.PIPE, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_both_full_end_with_the_exit_code_alone(unified: Lab, folder: Path) -> None:
    assert run_into(FULL, "plan", unified, folder, errors=FULL)[0] == 1
