"""Every command that the documentation shows works as shown.

The commands of a page run in the order of the page, in an empty folder, on a sandbox. What stands for the reader's own
value is replaced (`Reader.own`); what a reader at a terminal would confirm is confirmed with `--yes` and `--buy`, and
the questions of `login` are answered. `test login` is played in the sandbox's login. `sandbox` serves once, on a free
port. Where a block starts with a command that presumes a tenant that is set up, or a run to undo, `up` runs first.
Where it starts with `fleet`, there are four tenants. A journal that is named and not there is exported first.
`support/documented.py` lists the comments by which a page says what else it needs.
"""

import itertools
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import keyring
import pexpect
import pytest
import typer

import mfa_setup.cli.main  # noqa: F401 importing the module registers the commands
from mfa_setup.cli.app import program
from mfa_setup.cli.commands import prove
from mfa_setup.demo.player import Player
from support import scene
from support.documented import PAGES, ROOT, Block, Command, blocks
from support.keyring_file import Keyring
from support.lab import Lab, Labs, Result, Run
from support.login_questions import QUESTIONS

SHOWN = {str(page.relative_to(ROOT)): found for page in PAGES if (found := list(blocks(page)))}
ASKS = {"up", "init", "buy-number", "enable-sms", "policy", "undo", "migrate"}
PRESUMES = {"policy", "undo", "test", "export", "status"}
SPENDS = {"up", "buy-number"}
PHONE = "+14155550123"


class Reader:
    """A reader who follows a page at a terminal.

    Attributes:
        lab: The sandbox that their tenant and account are on.
    """

    def __init__(self, labs: Labs, run: Run, port: int) -> None:
        self._labs = labs
        self._run = run
        self._port = port
        self.lab = self._new([])

    def _new(self, options: Sequence[str]) -> Lab:
        pairs = dict(zip(options[::2], options[1::2], strict=True))
        named = {name.lstrip("-").replace("-", "_"): value for name, value in pairs.items()}
        lab = self._labs.get(**{name: int(value) if value.isdigit() else value for name, value in named.items()})
        if "tenants" in named:
            fleet = lab.sandbox.fleet_file().replace("[tenants.", "[tenants.acme-")
            Path("fleet.toml").write_text(fleet, encoding="utf-8")
        else:
            signed = {"jwt_configuration": {"alg": "RS256"}}
            portal = scene.application(lab, name="Acme Portal", callbacks=["https://app.example.com"], **signed)
            scene.set_connected(lab, portal, on=True)
        return lab

    def follow(self, block: Block) -> None:
        """Does what a block says, and what the page takes as done before it."""
        if block.sandbox is not None:
            self.lab = self._new(block.sandbox)
        elif block.commands[0].words[0] == "fleet" and not Path("fleet.toml").exists():
            self.lab = self._new(["--tenants", "4"])
        if block.commands[0].words[0] in PRESUMES and not block.before and not self.lab.tenant["policies"]:
            self.must(Command(("up", "--test-to", PHONE), block.commands[0].line))
        for line in block.before:
            kind, *words = shlex.split(line)
            if kind == "copy":
                for name in filter(Path.is_file, (ROOT / words[0]).iterdir()):
                    shutil.copy(name, ".")
            elif kind == "control":
                self.lab.control(words[0], json.loads(words[1]))
            else:
                self.must(Command(tuple(words), block.commands[0].line))
        for command in block.commands:
            if treatment(command) == "runs":
                self.must(command)

    def must(self, command: Command) -> None:
        """Runs a command, which must exit as the page says."""
        words = [self.own(word) for word in command.words]
        if "--journal" in words and not Path(words[words.index("--journal") + 1]).exists():
            self.must(Command(("undo", "--export", words[words.index("--journal") + 1]), command.line))
        result = self._call(words)
        assert result.code == command.code, (
            f"line {command.line}: mfa-setup {' '.join(words)}\n{result.out}{result.err}"
        )
        if command.into:
            Path(command.into).write_text(result.out, encoding="utf-8")

    def own(self, word: str) -> str:
        """Returns a word with the reader's own value in the place of a placeholder, such as `+1…` or `AC…`."""
        placeholders: dict[str, Callable[[], str]] = {
            r"\+1…|NUMBER": lambda: PHONE,
            r"AC…": lambda: self.lab.env["TWILIO_ACCOUNT_SID"],
            r"MG…": self.lab.control_service_sid,
            r"acme\.eu\.auth0\.com": lambda: self.lab.domain,
            r"localhost:3000": lambda: f"localhost:{self._port}",
            r"ID": self._run_id,
        }
        for pattern, value in placeholders.items():
            if found := re.fullmatch(f"(http://)?({pattern})(/\\w*)?", word):
                return f"{found[1] or ''}{value()}{found[3] or ''}"
        return word

    def _run_id(self) -> str:
        """Returns the ID of the last run that is not undone, after a new one where there is none."""
        runs = self._call(["undo", "--list", "--json"]).document["runs"]
        left = [str(run["run_id"]) for run in runs if not run["undone"]]
        if left:
            return left[0]
        self.must(Command(("up", "--test-to", PHONE), 0))
        return self._run_id()

    def _call(self, words: list[str]) -> Result:
        match words:
            case ["login", *rest]:
                return self._log_in(rest)
            case ["sandbox", *rest]:
                return _serve_once(rest)
        if not {"--help", "--list", "--export", "--yes"} & set(words):
            words = [*words, *(["--yes"] if words[0] in ASKS or words[:2] == ["fleet", "up"] else [])]
        if words[0] in SPENDS and not {"--help", "--from", "--plan"} & set(words):
            words = [*words, "--buy"]
        return self._run(*words, env={**self.lab.env, "MFA_SETUP_URLS": f"http://localhost:{self._port}"})

    def _log_in(self, words: Sequence[str]) -> Result:
        env = {**os.environ, "MFA_SETUP_SANDBOX": self.lab.env["MFA_SETUP_SANDBOX"], "TERM": "xterm", "NO_COLOR": "1"}
        command = [sys.executable, "-m", "mfa_setup", "login", *words]
        child = pexpect.spawn(command[0], command[1:], env=env, encoding="utf-8", timeout=20, dimensions=(50, 80))
        for question, variable in QUESTIONS.items():
            child.expect(question)
            child.sendline(self.lab.env[variable])
        child.expect(pexpect.EOF)
        child.close()
        return Result(child.exitstatus or 0, str(child.before), "")


def _serve_once(words: Sequence[str]) -> Result:
    """Serves a sandbox for a command that ends at once, on a free port, as `sandbox` does without one until Ctrl-C."""
    options = [*words[: words.index("--")]] if "--" in words else [*words]
    kept = [word for word in options if word not in {"--env", "--json"}]
    if "--port" in kept:
        del kept[kept.index("--port") : kept.index("--port") + 2]
    if "--fleet-file" in kept:
        kept[kept.index("--fleet-file") + 1] = "served.toml"
    command = [sys.executable, "-m", "mfa_setup", "sandbox", *kept, "--", "true"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return Result(done.returncode, done.stdout, done.stderr)


def treatment(command: Command) -> str:
    """Returns what becomes of a command: `runs`, or `parsed`."""
    words = list(command.words)
    _parse(words[: words.index("--")] if "--" in words else words)
    return "parsed" if command.reason else "runs"


def _parse(words: list[str]) -> None:
    """Parses a command line as the program does.

    Raises:
        typer.TyperException: It has an unknown command or option, or lacks an argument.
    """
    group: Any = program(words)
    context = group.make_context("mfa-setup", list(words))
    while isinstance(group, typer.core.TyperGroup) and words:
        name, group, words = group.resolve_command(context, words)
        if {"-h", "--help"} & set(words):
            return
        context = group.make_context(name, list(words), parent=context)


@pytest.fixture
def ring(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A keyring of the test's own, for this process and those that it starts."""
    monkeypatch.setenv("TEST_KEYRING", str(folder.parent / "keyring.json"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "support.keyring_file.Keyring")
    path = [*filter(None, [os.environ.get("PYTHONPATH")]), str(ROOT / "tests")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path))
    before = keyring.get_keyring()
    keyring.set_keyring(Keyring())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)


@pytest.fixture
def reader(labs: Labs, run: Run, ring: None, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """A reader with a fresh tenant; `test login` logs in on the sandbox's pages."""
    del ring
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found = Reader(labs, run, probe.getsockname()[1])

    numbers = itertools.count()

    def play(_context: object, url: str, *, browser: bool) -> None:
        del browser
        player = Player(found.lab.sandbox.url, lambda _text: None)
        player.email = f"reader{next(numbers)}@example.com"
        player(url)

    monkeypatch.setattr(prove, "_show", play)
    return found


@pytest.mark.parametrize("page", SHOWN)
def test_the_commands_of_a_page_work_in_its_order(page: str, reader: Reader) -> None:
    for block in SHOWN[page]:
        reader.follow(block)


def test_few_commands_are_only_parsed() -> None:
    found = [treatment(command) for page in SHOWN.values() for block in page for command in block.commands]
    assert len(found) > 100, "the documentation shows more commands than that"
    assert found.count("parsed") <= len(found) / 20, {kind: found.count(kind) for kind in set(found)}


def test_the_examples_of_every_help_can_be_parsed() -> None:
    page = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    examples = re.findall(r"^mfa-setup (.+?)(?:  .*)?$", page, re.MULTILINE)
    assert len(examples) > 50
    for example in examples:
        assert treatment(Command(tuple(shlex.split(re.split(" [>&|] ?| -- ", example)[0])), 1)) == "runs", example


def test_a_command_that_does_not_exist_is_noticed() -> None:
    with pytest.raises(typer.TyperException):
        treatment(Command(("up", "--contry", "US"), 1))
