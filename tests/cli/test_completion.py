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
from mfa_setup.store.profiles import Profiles

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
        ("mfa-setup profiles ", ["use"]),
        ("mfa-setup profiles x", []),
        ("mfa-setup schema ", ["config", "output", "fleet"]),
        ("mfa-setup config ", ["show", "init"]),
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


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("words", ["plan --profile", "logout --profile", "login --profile", "profiles use"])
def test_the_stored_profiles_are_offered(tmp_path: Path, words: str, shell: str) -> None:
    for name in ("acme", "acme-staging", "beta"):
        Profiles(tmp_path).put(name, {"AUTH0_DOMAIN": "acme.eu.auth0.com"}, "file")
    place = {"MFA_SETUP_STATE_DIR": str(tmp_path)}
    out = "\n".join(offered(f"mfa-setup {words} ac", shell, **place))
    assert "acme-staging" in out
    assert "beta" not in out
    (tmp_path / "profiles.json").chmod(0o666)
    assert "acme" not in "\n".join(offered(f"mfa-setup {words} ac", shell, **place))


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
    for words in ("mfa-setup up --po", "mfa-setup up --country D", "mfa-setup undo --run ", "mfa-setup profiles use "):
        done = subprocess.run([sys.executable, "-c", script, words], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


REAL_SHELLS = {
    "bash": (["--norc", "--noprofile", "-i"], ["--noprofile", "-i"]),
    "zsh": (["-f", "-i"], ["-i"]),
    "fish": (["--no-config", "-i"], ["-i"]),
}
"""For each shell, its options to start it without its settings, and with those of the home folder."""
COMPLETED = [
    ("help enab", "help enable-sms"),
    ("policy ad", "policy adaptive"),
    ("plan --country x", "plan --country xk"),
    ("up --countries US,X", "up --countries US,XK"),
    ("up --override bal", "up --override balance"),
    ("undo --run 01", f"undo --run {RUN}"),
    ("plan --profile ac", "plan --profile acme"),
    ("profiles use be", "profiles use beta"),
]


@pytest.mark.parametrize("way", ["--show-completion", "--install-completion"])
@pytest.mark.parametrize("shell", REAL_SHELLS)
def test_a_real_shell_completes_names_and_values(tmp_path: Path, journal: Path, shell: str, way: str) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    for name in ("acme", "beta"):
        Profiles(journal.parent).put(name, {"AUTH0_DOMAIN": "acme.eu.auth0.com"}, "file")
    command = tmp_path / "mfa-setup"
    command.write_text(
        "#!/bin/sh\n"
        f'case "$_MFA_SETUP_COMPLETE$1" in complete_*|--*) exec "{sys.executable}" -m mfa_setup "$@" ;; esac\n'
        'echo "called with: $*."\n',
        encoding="utf-8",
    )
    command.chmod(0o755)
    environment = {name: text for name, text in os.environ.items() if not name.startswith("XDG_")} | {
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "ZDOTDIR": str(tmp_path),
        "MFA_SETUP_STATE_DIR": str(journal.parent),
        "TERM": "dumb" if shell != "fish" else "xterm",
    }
    script = tmp_path / "completion"
    done = [program, "-c", f'mfa-setup {way} > "{script}"; true']
    subprocess.run(done, env=environment, check=True, timeout=60)
    bare, at_home = REAL_SHELLS[shell]
    is_shown = way == "--show-completion"
    child = pexpect.spawn(
        program,
        bare if is_shown else at_home,
        env=environment,
        cwd=str(tmp_path),
        encoding="utf-8",
        timeout=30,
        dimensions=(40, 120),
    )
    try:
        if is_shown and shell == "zsh":
            child.sendline("autoload -Uz compinit; compinit -u -D")
        child.sendline(f". {script}; echo rea''dy" if is_shown else "echo rea''dy")
        child.expect("ready")
        for typed, completed in COMPLETED:
            child.send(f"mfa-setup {typed}\t\r")
            child.expect(r"called with: [^.]*\.")
            assert child.after == f"called with: {completed}."
    finally:
        child.close(force=True)


def test_show_and_install_say_what_to_do_where_they_cannot_work(tmp_path: Path) -> None:
    place = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    (tmp_path / ".bash_completions").touch()  # where a folder should be

    def tried(shell: str, way: str) -> str:
        words = [shell, "-c", f'"{sys.executable}" -m mfa_setup {way}; exit $?']
        done = subprocess.run(words, env=os.environ | place, capture_output=True, text=True, check=False, timeout=60)
        assert (done.returncode, done.stdout) == (2, "")
        return " ".join(done.stderr.split())

    assert ".bash_completions cannot be written: File exists." in tried("bash", "--install-completion")
    if shutil.which("dash"):
        assert "Start it from bash, zsh, fish or PowerShell." in tried("dash", "--show-completion")


def test_a_variable_that_powershell_left_empty_asks_for_nothing() -> None:
    environment = os.environ | {"_MFA_SETUP_COMPLETE": ""}
    words = [sys.executable, "-m", "mfa_setup", "help"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, "Commands:" in done.stdout) == (0, True)
