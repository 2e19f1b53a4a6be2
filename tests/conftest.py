"""The fixtures of the command line's tests: sandboxes, an environment of its own, and `run`."""

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mfa_setup.cli.main import run as run_command
from mfa_setup.resources import recovery
from support import documents
from support.lab import Lab, Labs, Result, Run

# Every answer of every sandbox is held against the services' own OpenAPI documents, in all tests.
pytest_plugins = ["support.answers", "support.sample", "support.tally", "live.options"]


@pytest.fixture(scope="session")
def labs() -> Iterator[Labs]:
    """All sandboxes of the session."""
    labs = Labs()
    yield labs
    labs.close()


@pytest.fixture
def make_lab(labs: Labs) -> Callable[..., Lab]:
    """A sandbox with chosen options."""
    return labs.get


@pytest.fixture(params=["unified", "legacy"])
def lab(request: pytest.FixtureRequest, labs: Labs) -> Lab:
    """A sandbox of each phone stack: a test that takes it runs on both."""
    return labs.get(phone_stack=request.param)


@pytest.fixture
def unified(labs: Labs) -> Lab:
    """A sandbox on the unified stack, for what does not depend on it."""
    return labs.get()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, with the tool's own folders beside it, and nothing of the caller's environment."""
    for name in list(os.environ):
        if name.startswith(("AUTH0_", "TWILIO_", "MFA_SETUP_", "GITHUB_")) or name in {
            "CI",
            "COLUMNS",
            "LINES",
            "NO_COLOR",
            "FORCE_COLOR",
            "CLICOLOR_FORCE",
        }:
            monkeypatch.delenv(name)
    monkeypatch.setenv("MFA_SETUP_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("MFA_SETUP_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr(recovery.clock, "sleep", lambda _seconds: None)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line in this process, with an environment and standard input of its own."""
    del folder

    def call(*arguments: str, env: dict[str, str | None] | None = None, stdin: str = "") -> Result:
        with monkeypatch.context() as patch:
            patch.setattr("sys.stdin", io.StringIO(stdin))
            for name, value in (env or {}).items():
                if value is None:
                    patch.delenv(name, raising=False)
                else:
                    patch.setenv(name, value)
            capsys.readouterr()
            code = run_command(arguments)
            captured = capsys.readouterr()
        documents.check(arguments, captured.out)
        return Result(code, captured.out, captured.err)

    return call
