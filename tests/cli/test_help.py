"""The help, the version, and what starting up costs."""

import json
import subprocess
import sys

import pytest

from mfa_setup.settings.schema import SECRETS, SETTINGS
from support.lab import Run

COMMANDS = [
    "up",
    "init",
    "buy-number",
    "enable-sms",
    "policy",
    "plan",
    "status",
    "doctor",
    "undo",
    "test sms",
    "test login",
    "sandbox",
    "demo",
]
SDKS = ["auth0", "twilio", "requests", "httpx", "aiohttp", "starlette", "uvicorn", "phonenumbers.data"]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command_has_examples_and_the_common_options(run: Run, command: str) -> None:
    result = run(*command.split(), "--help")
    assert result.code == 0
    assert "Examples:" in result.out
    assert f"  mfa-setup {command}" in result.out
    for option in ("--json", "--yes", "--no-input", "--no-color", "--quiet", "--verbose", "--timeout", "--config"):
        assert option in result.out


@pytest.mark.parametrize("command", COMMANDS)
def test_short_help_is_the_same(run: Run, command: str) -> None:
    assert run(*command.split(), "-h").out == run(*command.split(), "--help").out


def test_the_root_help_lists_the_commands_and_the_exit_codes(run: Run) -> None:
    out = run("--help").out
    assert all(command.split()[0] in out for command in COMMANDS)
    assert "7 refused by a guard" in out


def test_help_shows_brackets_and_braces_as_they_are(run: Run) -> None:
    out = run("enable-sms", "--help").out
    assert "{{code}}" in out
    assert "<sms|voice|both>" in out


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["up", "--help"], ["policy", "sometimes"]])
def test_starting_up_imports_no_sdk(arguments: list[str]) -> None:
    script = (
        "import sys, json, contextlib, io\n"
        "from mfa_setup.cli.main import run\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):\n"
        f"    run({arguments!r})\n"
        f"print(json.dumps([name for name in {SDKS!r} if name in sys.modules]))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout) == []


@pytest.mark.parametrize("start", [[sys.executable, "-m", "mfa_setup"]])
def test_the_process_answers_with_its_version_and_exit_code(start: list[str]) -> None:
    done = subprocess.run([*start, "--version"], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "mfa-setup 0.1.0\n", "")
    done = subprocess.run([*start, "nonsense"], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert "No such command" in done.stderr


def test_without_a_command_it_shows_the_help(run: Run) -> None:
    result = run()
    assert result.code == 2
    assert "mfa-setup demo" in result.out + result.err


def test_the_help_of_up_has_every_setting_with_its_opposite_its_variable_and_its_default(run: Run) -> None:
    words = " ".join(run("up", "--help").out.split())
    for setting in SETTINGS:
        negatable = setting.kind == "boolean" and not setting.one_shot
        assert f" {setting.flag} / {setting.opposite} " in words if negatable else f" {setting.flag} " in words
        assert setting.help in words
        assert setting.variable is None or f"[environment: {setting.variable}]" in words
        shown = setting.default[0] if isinstance(setting.default, tuple) else setting.default
        assert not shown or f"(default {shown})" in words


def test_a_secret_is_an_option_of_the_commands_that_use_it(run: Run) -> None:
    for command in ("up", "init", "doctor", "undo", "demo"):
        out = run(command, "--help").out
        offered = {name for name, secret in SECRETS.items() if secret.flag in out}
        auth0 = {"client_secret", "api_token", "private_key"}
        assert offered == {
            "init": auth0,
            "undo": set(SECRETS),
            "demo": set(),
        }.get(command, set(SECRETS) - {"old_twilio_auth_token"})
