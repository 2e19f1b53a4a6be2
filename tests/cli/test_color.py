"""When the output has colors: at a terminal, and where it is told otherwise."""

import os
import re
import subprocess
import sys

import pexpect
import pytest

from support.documents import document

COLORED, BOLD, PLAIN = "\x1b[1;38;5;231;48;5;124mError:\x1b[0m ", "\x1b[1mError:\x1b[0m ", "Error: "
FAILING = ["plan", "--no-input"]
TERMINAL = {"TERM": "xterm-256color"}
CODE = re.compile(r"\x1b\[[0-9;]*m")


def piped(arguments: list[str], env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "mfa_setup", *arguments]
    return subprocess.run(command, env=os.environ | env, capture_output=True, text=True, check=False, timeout=60)


def at_terminal(arguments: list[str], env: dict[str, str]) -> str:
    """What the command shows at a terminal of 60 columns, with all that moves the cursor."""
    command = ["-m", "mfa_setup", *arguments]
    inherited = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    child = pexpect.spawn(
        sys.executable, command, env=inherited | env, encoding="utf-8", timeout=30, dimensions=(50, 60)
    )
    child.expect(pexpect.EOF)
    child.close()
    return child.before or ""


def error(shown: str) -> str:
    """The beginning of the error, from the codes of its color on."""
    found = re.search(r"(?:\x1b\[[0-9;]+m)*Error:(?:\x1b\[0m)? ", shown)
    assert found, shown
    return found[0]


@pytest.mark.parametrize(
    ("env", "flags", "begin"),
    [
        (TERMINAL, [], COLORED),
        ({**TERMINAL, "NO_COLOR": ""}, [], COLORED),
        ({**TERMINAL, "CLICOLOR_FORCE": "0"}, [], COLORED),
        ({**TERMINAL, "CI": "true"}, [], COLORED),
        ({"TERM": "xterm"}, [], BOLD),
        ({**TERMINAL, "NO_COLOR": "1"}, [], PLAIN),
        ({**TERMINAL, "NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, [], PLAIN),
        (TERMINAL, ["--no-color"], PLAIN),
        ({"TERM": "dumb"}, [], PLAIN),
        ({"TERM": "dumb", "CLICOLOR_FORCE": "1"}, [], COLORED),
    ],
)
@pytest.mark.usefixtures("folder")
def test_at_a_terminal(env: dict[str, str], flags: list[str], begin: str) -> None:
    shown = at_terminal([*FAILING, *flags], env)
    assert error(shown) == begin
    if begin == PLAIN:
        assert not CODE.search(shown)


@pytest.mark.parametrize(
    ("env", "flags", "begin"),
    [
        (TERMINAL, [], PLAIN),
        ({"CLICOLOR_FORCE": "0"}, [], PLAIN),
        ({"CLICOLOR_FORCE": ""}, [], PLAIN),
        ({"CLICOLOR_FORCE": "1"}, [], COLORED),
        ({"CLICOLOR_FORCE": "1", "TERM": "dumb"}, [], COLORED),
        ({"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, [], PLAIN),
        ({"CLICOLOR_FORCE": "1"}, ["--no-color"], PLAIN),
    ],
)
@pytest.mark.usefixtures("folder")
def test_off_a_terminal(env: dict[str, str], flags: list[str], begin: str) -> None:
    assert piped([*FAILING, *flags], env).stderr.startswith(begin)


@pytest.mark.usefixtures("folder")
def test_a_command_line_that_cannot_be_parsed_is_answered_in_the_same_colors() -> None:
    assert error(at_terminal(["nonsense"], TERMINAL)) == COLORED
    assert error(at_terminal(["nonsense", "--no-color"], TERMINAL)) == PLAIN
    assert piped(["nonsense"], {"CLICOLOR_FORCE": "1"}).stderr.startswith(COLORED)


@pytest.mark.usefixtures("folder")
def test_forced_colors_change_nothing_but_colors() -> None:
    colored, plain = (piped(FAILING, env) for env in ({"CLICOLOR_FORCE": "1"}, {}))
    assert CODE.sub("", colored.stderr) == plain.stderr
    assert "\x1b[" not in CODE.sub("", colored.stderr)  # no spinner moves the cursor


@pytest.mark.usefixtures("folder")
def test_a_json_document_has_no_colors() -> None:
    done = piped([*FAILING, "--json"], {"CLICOLOR_FORCE": "1"})
    assert document(done.stdout)["error"]["code"]
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize(("env", "moves"), [({}, True), ({"CI": "true"}, False)])
@pytest.mark.usefixtures("folder")
def test_a_spinner_turns_at_a_terminal_but_not_in_ci(env: dict[str, str], *, moves: bool) -> None:
    assert ("\x1b[?25l" in at_terminal(FAILING, TERMINAL | env)) is moves


@pytest.mark.usefixtures("folder")
def test_a_line_is_wrapped_between_words_at_a_terminal_of_60_columns() -> None:
    url = "https://acme.eu.auth0.com/" + "a-long-path/" * 4
    shown = at_terminal([*FAILING, "--callback-url", f"ftp:{url}"], {"TERM": "xterm", "NO_COLOR": "1", "CI": "1"})
    words = shown.replace("\r", "").split()
    assert f"'ftp:{url}':" in words
    assert all(len(line) <= 60 or url in line for line in shown.splitlines())
