"""What starting imports, and a signal or an error that comes before a command has begun."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from mfa_setup import __main__ as start
from mfa_setup.cli.early_error import write_error
from mfa_setup.engine.report import Report
from mfa_setup.errors import InterruptedRunError, MfaSetupError, TerminatedError, UsageInvalidError
from mfa_setup.settings.credentials import claims_of
from support import documents


class Exited(Exception):  # noqa: N818 it stands for the end of the process
    """The process would have ended here."""


def stopped(patch: pytest.MonkeyPatch, number: signal.Signals, *arguments: str) -> int:
    """Delivers a signal and returns the exit code."""

    def end(code: int) -> None:
        raise Exited(code)

    patch.setattr(os, "_exit", end)
    patch.setattr(sys, "argv", ["mfa-setup", *arguments])
    with pytest.raises(Exited) as ended:
        start._stop(number, None)
    return int(ended.value.args[0])


def shape(value: Any) -> Any:
    """The keys of a document and what kind of value each has."""
    if isinstance(value, dict):
        return [(name, shape(item)) for name, item in value.items()]
    return type(value).__name__


@pytest.mark.parametrize(
    ("number", "error"),
    [(signal.SIGINT, InterruptedRunError("Interrupted.")), (signal.SIGTERM, TerminatedError("Terminated."))],
)
def test_an_early_signal_ends_in_the_same_document_as_a_later_one(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], number: signal.Signals, error: MfaSetupError
) -> None:
    assert stopped(monkeypatch, number, "up", "--json") == error.exit_code
    document = documents.document(capfd.readouterr().out)
    later = Report("up").outcome(error).model_dump(mode="json")
    assert shape(document) == shape(later)
    assert document["error"]["code"] == later["error"]["code"]
    for name in ("ok", "changed", "tenant", "changes", "outputs", "checks", "warnings", "runs", "undoes"):
        assert document[name] == later[name]


@pytest.mark.parametrize("words", [("--format", "json"), ("--format=json",)])
def test_an_early_signal_heeds_the_long_form_of_json(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    stopped(monkeypatch, signal.SIGTERM, "up", *words)
    assert documents.document(capfd.readouterr().out)["error"]["code"] == "terminated"


def test_an_early_signal_without_json_is_told_on_standard_error(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert stopped(monkeypatch, signal.SIGTERM, "up") == 143
    shown = capfd.readouterr()
    assert shown.out == ""
    assert shown.err == "Interrupted before anything was changed.\n  Run the command again.\n"


SLOW = {"auth0", "twilio", "rich", "pydantic", "httpx", "phonenumbers"}
"""The packages that are slow to import: a run needs them, and nothing else does."""
PROCESS_FLAGS = ("-X", "importtime")


def started(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A process of Python that writes the modules that it imports to standard error."""
    return subprocess.run(
        [sys.executable, *PROCESS_FLAGS, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | environment,
    )


def imported(process: subprocess.CompletedProcess[str]) -> set[str]:
    """The packages that a process has imported."""
    modules = re.findall(r"^import time: .*\| +(\S+)$", process.stderr, re.MULTILINE)
    return {module.partition(".")[0] for module in modules}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("--version", 0),
        ("--version --help", 0),
        ("--help", 0),
        ("", 2),
        ("up --help", 0),
        ("test sms --help", 0),
        ("nonsense", 2),
        ("nonsense --json", 2),
        ("up --nonsense", 2),
        ("up --nonsense --json", 2),
        ("up --number-type nonsense --json", 2),
        ("policy sometimes", 2),
        ("test sms", 2),
    ],
)
def test_what_runs_no_command_imports_no_slow_package(arguments: str, code: int) -> None:
    process = started("-m", "mfa_setup", *arguments.split())
    assert process.returncode == code
    assert "mfa_setup" in imported(process)
    assert imported(process) & SLOW == set()


def test_a_request_for_completions_imports_no_slow_package() -> None:
    words = {"_MFA_SETUP_COMPLETE": "complete_bash", "COMP_WORDS": "mfa-setup up --na", "COMP_CWORD": "2"}
    assert imported(started("-m", "mfa_setup", **words)) & SLOW == set()


def test_a_plugin_of_pydantic_that_is_installed_beside_the_tool_is_not_loaded(tmp_path: Path) -> None:
    package = tmp_path / "beside-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: beside\nVersion: 1.0\n", encoding="utf-8")
    (package / "entry_points.txt").write_text("[pydantic]\nbeside = beside:plugin\n", encoding="utf-8")
    (tmp_path / "beside.py").write_text("raise SystemExit(99)\n", encoding="utf-8")
    path = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    assert started("-c", "import mfa_setup.model.observed", PYTHONPATH=path).returncode == 99
    process = started("-m", "mfa_setup", "plan", "--no-input", PYTHONPATH=path)
    assert process.returncode == 6
    assert "pydantic" in imported(process)


def test_the_adapters_import_only_what_every_run_needs() -> None:
    process = started("-c", "import mfa_setup.cli.session, mfa_setup.adapters.auth0, mfa_setup.adapters.twilio")
    assert process.returncode == 0
    assert imported(process) & {"jwt", "cryptography", "filelock", "liquid", "phonenumbers"} == set()


@pytest.mark.parametrize(
    ("package", "script"),
    [
        ("auth0_package", "import auth0; print(auth0.__version__, auth0.authentication.GetToken)"),
        ("twilio_package", "from twilio.rest import Client; print(type(Client('AC', 'x').http_client.session))"),
        ("twilio_package", "import twilio.http.http_client as http; print(http.TwilioHttpClient, http.Session)"),
    ],
)
def test_the_package_of_an_sdk_is_whole_for_anyone_who_uses_it_too(package: str, script: str) -> None:
    quick = started("-c", f"import mfa_setup.adapters.{package}; {script}")
    assert quick.stdout == started("-c", script).stdout != ""


def test_a_version_that_cannot_be_written_is_an_error() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no device that is always full")
    with full.open("w", encoding="utf-8") as out:
        process = subprocess.run(
            [sys.executable, "-m", "mfa_setup", "--version"], stdout=out, stderr=subprocess.PIPE, text=True, check=False
        )
    assert process.returncode == 1
    assert process.stderr.startswith("Error: Standard output cannot be written")


def test_the_document_of_an_early_error_is_that_of_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    error = UsageInvalidError("No such option.", hint="See the help.")
    write_error("up", error, ["up", "--json"])
    document = documents.document(capsys.readouterr().out)
    later = Report("up").outcome(error).model_dump(mode="json")
    assert shape(document) == shape(later)
    assert {**document, "run_id": ""} == {**later, "run_id": ""}


def test_an_early_error_shows_no_secret(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    secret = "a-secret-of-the-environment"
    monkeypatch.setenv("AUTH0_CLIENT_SECRET", secret)
    for flags in ([], ["--json"]):
        write_error("", UsageInvalidError(f"No such command '{secret}'."), [secret, *flags])
        shown = capsys.readouterr()
        assert "********" in shown.out + shown.err
        assert secret not in shown.out + shown.err


@pytest.mark.parametrize("forced", ["FORCE_COLOR", "TTY_COMPATIBLE"])
def test_an_early_error_is_in_colors_where_a_terminal_is_forced(forced: str) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "mfa_setup", "nonsense"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {forced: "1", "TERM": "xterm"},
    )
    assert process.returncode == 2
    assert "No such command 'nonsense'." in process.stderr
    assert "\x1b[" in process.stderr


@pytest.mark.parametrize(
    "token",
    ["", "opaque", "a.b", "a.b.c", "e30.W10.x", "W10.e30.x", "e30.e30", "e30.e30.x.y", "e30.é.x", "e30.eyJhIjo.x"],
)
def test_a_token_that_is_no_jwt_has_no_claims(token: str) -> None:
    assert claims_of(SecretStr(token)) == {}


def test_the_claims_of_a_token_are_read_without_its_signature() -> None:
    assert claims_of(SecretStr("eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJhIn0.c2ln")) == {"aud": "a"}
