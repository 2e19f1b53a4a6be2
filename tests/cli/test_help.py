"""The help, the version, and what starting up costs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from mfa_setup import __version__
from mfa_setup.cli import welcome
from mfa_setup.documentation import DOCUMENTATION
from mfa_setup.settings.schema import SECRETS, SETTINGS
from mfa_setup.store.profiles import Profiles
from support.documents import other
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
    "fleet plan",
    "fleet up",
    "fleet status",
    "fleet doctor",
    "config show",
    "config init",
    "schema",
]
GROUPS = ["", "test", "fleet", "config"]
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
    out = run("help", "enable-sms", "--all").out
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
    assert other(done.stdout) == []


@pytest.mark.parametrize("start", [[sys.executable, "-m", "mfa_setup"]])
def test_the_process_answers_with_its_version_and_exit_code(start: list[str]) -> None:
    done = subprocess.run([*start, "--version"], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"mfa-setup {__version__}\n", "")
    done = subprocess.run([*start, "nonsense"], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert "No such command" in done.stderr


def test_without_a_command_it_shows_the_help(run: Run) -> None:
    result = run()
    assert result.code == 2
    assert "mfa-setup demo" in result.out + result.err


def test_the_help_of_up_has_every_setting_with_its_opposite_its_variable_and_its_default(run: Run) -> None:
    words = " ".join(run("help", "up", "--all").out.split())
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


@pytest.mark.parametrize("command", [*GROUPS, *COMMANDS, "help", "version"])
def test_a_page_of_help_has_at_most_45_lines_of_80_columns(run: Run, command: str) -> None:
    lines = run(*command.split(), "--help", env={"COLUMNS": "80"}).out.splitlines()
    assert len(lines) <= 45
    assert max(map(len, lines)) <= 80
    assert lines[-1].startswith("Documentation: ")


@pytest.mark.parametrize("group", GROUPS)
def test_each_command_is_summed_up_in_one_whole_line(run: Run, group: str) -> None:
    out = run(*group.split(), "--help", env={"COLUMNS": "80"}).out
    rows = out.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
    names = {command.removeprefix(group).split()[0] for command in COMMANDS if command.startswith(group)}
    assert names <= {row.split()[0] for row in rows}
    assert all(row.startswith("  ") and row[2] != " " and row.endswith((".", ").")) for row in rows)
    assert "..." not in "".join(rows)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_short_page_names_every_option_that_the_full_one_explains(run: Run, command: str) -> None:
    short, full = run(*command.split(), "--help").out, run("help", *command.split(), "--all").out
    explained = re.findall(r"^  (?:-\w, )?(--[a-z0-9-]+)", full, re.MULTILINE)
    assert len(explained) > 8
    assert all(re.search(rf"{option}\b", short) for option in explained)


def test_help_version_and_its_short_option_answer_as_the_long_ones(run: Run) -> None:
    assert run("help").out == run("--help").out
    assert run("help", "up").out == run("up", "--help").out
    assert run("help", "test", "sms").out == run("test", "sms", "--help").out
    assert run("version").out == run("-V").out == run("--version").out
    for words in (["version"], ["-V"]):
        done = subprocess.run([sys.executable, "-m", "mfa_setup", *words], capture_output=True, text=True, check=True)
        assert done.stdout == run("--version").out


@pytest.mark.parametrize("words", [["nonsense"], ["up", "nonsense"], ["test", "nonsense"]])
def test_help_for_a_command_that_does_not_exist_is_an_error_of_usage(run: Run, words: list[str]) -> None:
    result = run("help", *words)
    assert (result.code, result.out) == (2, "")


@pytest.mark.parametrize("words", [["test"], ["fleet"], ["test", "sms"]])
def test_a_command_that_is_nothing_alone_shows_its_own_help(run: Run, words: list[str]) -> None:
    result, page = run(*words), run(*words, "--help").out
    assert (result.code, result.out, result.err) == (2, page, "")


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        ("polcy always", "policy"),
        ("help polcy", "policy"),
        ("test smss", "sms"),
        ("policy alway", "always"),
        ("policy Always", "always"),
        ("up --number-type tolfree", "toll-free"),
        ("up --domian acme.eu.auth0.com", "--domain"),
        ("policy always --override balanse", "balance"),
    ],
)
def test_a_mistyped_word_is_answered_with_the_one_that_is_meant(run: Run, arguments: str, meant: str) -> None:
    err = " ".join(run(*arguments.split()).err.split())
    assert re.search(rf"(Did you mean|Possible options:) '?{meant}\b", err)


WAYS = ["1. mfa-setup demo", "2. mfa-setup sandbox", "3. mfa-setup login"]


def test_a_bare_call_off_a_terminal_is_short(run: Run) -> None:
    result = run()
    assert (result.code, result.err) == (2, "")
    assert result.out.count("\n") <= 25
    assert all(f"  mfa-setup {command} " in result.out for command in ("demo", "plan", "up"))
    assert "Documentation: " in result.out


def test_a_bare_call_at_a_terminal_offers_three_ways_until_something_is_configured(tmp_path: Path) -> None:
    def shown(**environment: str) -> str:
        return welcome.text({"MFA_SETUP_STATE_DIR": str(tmp_path)} | environment, lambda: tmp_path, at_terminal=True)

    assert [way for way in WAYS if way in shown(HOME="x", AUTH0_DOMAIN="")] == WAYS
    assert shown().count("\n") <= 25
    assert WAYS[0] not in shown(AUTH0_DOMAIN="acme.eu.auth0.com")
    assert WAYS[0] not in shown(TWILIO_ACCOUNT_SID="AC")
    (tmp_path / "mfa-setup.toml").touch()
    assert WAYS[0] not in shown()


@pytest.mark.parametrize("command", [*GROUPS, *COMMANDS, "help", "version"])
def test_a_page_of_help_fits_a_terminal_of_60_columns_and_breaks_no_word(run: Run, command: str) -> None:
    for words in ([*command.split(), "--help"], ["help", *command.split(), "--all"]):
        narrow = run(*words, env={"COLUMNS": "60"}).out
        assert max(map(len, narrow.splitlines())) <= 60
    wide = run("help", *command.split(), "--all", env={"COLUMNS": "80"}).out
    assert set(narrow.split()) == set(wide.split())


@pytest.mark.parametrize("environment", [{}, {"AUTH0_DOMAIN": "acme.eu.auth0.com"}])
def test_a_bare_call_fits_a_terminal_of_60_columns(environment: dict[str, str], tmp_path: Path) -> None:
    lines = welcome.text(environment, lambda: tmp_path, at_terminal=True).replace(DOCUMENTATION, "").splitlines()
    assert max(map(len, lines)) <= 60


def test_a_bare_call_at_a_terminal_names_the_stored_profile(tmp_path: Path) -> None:
    values = {"AUTH0_DOMAIN": "acme.eu.auth0.com"}
    Profiles(tmp_path).put("acme", values, "file")
    Profiles(tmp_path).put("beta", values, "file")
    state = {"MFA_SETUP_STATE_DIR": str(tmp_path)}

    def shown(**environment: str) -> str:
        return welcome.text(state | environment, lambda: tmp_path, at_terminal=True)

    assert "Profile acme is used" in shown()
    assert all(f"  mfa-setup {command} " in shown() for command in ("status", "plan"))
    assert "Nothing is configured" not in shown()
    assert "Profile acme" not in shown(AUTH0_DOMAIN="beta.eu.auth0.com")
    Profiles(tmp_path).remove("acme")
    assert "mfa-setup profiles use beta" in shown()
    (tmp_path / "profiles.json").chmod(0o666)
    assert WAYS[0] in shown()
