"""What a shell offers, by the protocol and in real shells."""

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pexpect
import phonenumbers
import pytest

from mfa_setup.checks.catalog import OVERRIDABLE
from mfa_setup.cli import completion

SHELLS = ["bash", "zsh", "fish", "powershell"]
RUN = "0123456789abcdef" * 2
OTHER_RUN = "fedcba9876543210" * 2


def offered(words: str, shell: str = "bash", **environment: str) -> list[str]:
    """The lines that a shell is given for a command line whose last word is being typed."""
    asked = {
        "_MFA_SETUP_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": words if shell == "bash" else "",
        "COMP_CWORD": str(len(words.split(" ")) - 1),
        "_TYPER_COMPLETE_ARGS": words,
        "_TYPER_COMPLETE_WORD_TO_COMPLETE": words.rsplit(" ", maxsplit=1)[-1],
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    done = subprocess.run(
        [sys.executable, "-m", "mfa_setup"],
        env=os.environ | asked | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout.split("\n")[:-1]


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("mfa-setup pol", ["policy"]),
        ("mfa-setup test ", ["sms", "login"]),
        ("mfa-setup policy ", ["always", "adaptive", "never"]),
        ("mfa-setup up --policy a", ["always", "adaptive"]),
        ("mfa-setup up --number-type t", ["toll-free"]),
        ("mfa-setup up --dom", ["--domain"]),
        ("mfa-setup buy-number --country d", ["de", "dj", "dk", "dm", "do", "dz"]),
        ("mfa-setup up --countries US,CA,gb", ["US,CA,gb"]),
        ("mfa-setup up --override bal", ["balance"]),
        ("mfa-setup help und", ["undo"]),
    ],
)
def test_values_and_names_are_offered(words: str, values: list[str]) -> None:
    assert [line for line in offered(words) if line != ""] == values


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_is_answered_in_its_own_form(shell: str) -> None:
    out = "\n".join(offered("mfa-setup pol", shell))
    assert "policy" in out
    assert (shell == "bash") != ("Set when MFA is required." in out)


@pytest.mark.parametrize("words", ["", "mfa-setup 'x", "mfa-setup nonsense ", "mfa-setup up --nonsense x "])
@pytest.mark.parametrize("shell", SHELLS)
def test_nothing_ends_in_a_traceback(words: str, shell: str) -> None:
    environment = {"COMP_CWORD": "many"} if words == "" else {}
    offered(words, shell, **environment)


def test_the_lists_are_those_that_the_options_take() -> None:
    assert set(completion.check_ids("")) == set(OVERRIDABLE)
    assert set(completion.country_code("")) == set(phonenumbers.SUPPORTED_REGIONS)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "journal-0.jsonl"
    lines = [
        {"kind": "run", "run": RUN, "time": "2026-01-01T00:00:00Z"},
        {"kind": "intent", "run": RUN, "n": 1},
        {"kind": "run", "run": OTHER_RUN, "time": "2026-01-02T00:00:00Z"},
        {"kind": "intent", "run": OTHER_RUN, "n": 1},
        {"kind": "run", "run": "a" * 32, "time": "2026-01-03T00:00:00Z"},
        {"kind": "run", "run": "$(touch pwned)", "time": "2026-01-03T00:00:00Z"},
        {"kind": "intent", "run": "$(touch pwned)", "n": 1},
        ["no", "object"],
    ]
    path.write_text("\n".join([*map(json.dumps, lines), "{torn"]), encoding="utf-8")
    path.chmod(0o600)
    return path


def test_the_runs_that_changed_something_are_offered_the_newest_first(journal: Path) -> None:
    place = {"MFA_SETUP_STATE_DIR": str(journal.parent)}
    assert offered("mfa-setup undo --run ", **place) == [OTHER_RUN, RUN]
    assert offered("mfa-setup undo --run 01", **place) == [RUN]


@pytest.mark.parametrize("why", ["open", "foreign", "link", "pipe", "no home"])
def test_a_journal_that_is_not_the_users_own_is_left_out(
    journal: Path, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    monkeypatch.setenv("MFA_SETUP_STATE_DIR", str(journal.parent))
    assert completion.run_ids("") == [OTHER_RUN, RUN]
    if why == "open":
        journal.chmod(journal.stat().st_mode | stat.S_IROTH)
    elif why == "foreign":
        monkeypatch.setattr(os, "geteuid", lambda: 4242)
    elif why == "link":
        journal.rename(journal.parent / "elsewhere")
        journal.symlink_to(journal.parent / "elsewhere")
    elif why == "pipe":
        journal.unlink()
        os.mkfifo(journal, 0o600)
    else:
        monkeypatch.setenv("MFA_SETUP_STATE_DIR", str(journal.parent / "missing"))
    assert completion.run_ids("") == []


def test_completion_imports_no_slow_package() -> None:
    script = (
        "import os, sys\n"
        "os.environ |= {'_MFA_SETUP_COMPLETE': 'complete_zsh', '_TYPER_COMPLETE_ARGS': sys.argv[1]}\n"
        "from mfa_setup.cli import completion, main\n"
        "completion.answer()\n"
        "slow = {'auth0', 'twilio', 'rich', 'pydantic', 'httpx', 'phonenumbers'} & set(sys.modules)\n"
        "sys.exit(f'imported {slow}' if slow else 0)\n"
    )
    for words in ("mfa-setup up --po", "mfa-setup up --country D", "mfa-setup undo --run ", "mfa-setup "):
        done = subprocess.run([sys.executable, "-c", script, words], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_real_shell_completes_after_show_completion(tmp_path: Path, shell: str) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    command = tmp_path / "mfa-setup"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mfa_setup "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    environment = os.environ | {
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "ZDOTDIR": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / ".config"),
        "XDG_DATA_HOME": str(tmp_path / ".data"),
        "TERM": "dumb" if shell != "fish" else "xterm",
    }
    script = tmp_path / "completion"
    show = [program, "-c", f'mfa-setup --show-completion > "{script}"; true']
    subprocess.run(show, env=environment, check=True, timeout=60)
    quiet = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"], "fish": ["--no-config", "-i"]}[shell]
    child = pexpect.spawn(
        program, quiet, env=environment, cwd=str(tmp_path), encoding="utf-8", timeout=30, dimensions=(40, 120)
    )
    try:
        if shell == "zsh":
            child.sendline("autoload -Uz compinit; compinit -u -D; PS1='> '")
        child.sendline(f". {script}; echo rea''dy")
        child.expect("ready")
        child.send("echo got; mfa-setup help enab\t")
        child.expect("enable-sms")
        child.sendline("")
        child.expect("Let Auth0 send codes by SMS")
    finally:
        child.close(force=True)
