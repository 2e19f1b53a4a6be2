"""The commands that the documentation shows, as its readers would type them.

Each `mfa-setup` command in a shell block (```` ```sh ````, or an indented block that starts with it) is run. Comments
before a block, which only the source shows, prepare it or say what to expect:

    <!-- sandbox: OPTIONS -->           from here on, a new sandbox with these options of `mfa-setup sandbox`
    <!-- before: mfa-setup COMMAND -->  a command that the page takes as done
    <!-- before: copy FOLDER -->        the files of an example, which the page takes as being in the folder
    <!-- before: control PATH BODY -->  a control call of the sandbox that the page takes as done
    <!-- run: exit N -->                the last command of the block exits with N
    <!-- run: parsed only, REASON -->   the block's commands are parsed and not run
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_BLOCK = re.compile(
    r"^(?P<fence> *```)(?:sh|bash|console)\n(?P<fenced>.*?)^ *```$"
    r"|^(?P<indented>    (?:\$ )?mfa-setup .*\n(?:    .*\n)*)"
    r"|^<!-- (?P<word>sandbox|before|run): (?P<rest>.*?) -->$"
    r"|^ *```.*?^ *```$",
    re.MULTILINE | re.DOTALL,
)
_STOPS = {"|", "&", ";", "&&", "||", "#"}


@dataclass(frozen=True)
class Command:
    """A command of a page.

    Attributes:
        words: Its words after `mfa-setup`.
        line: The number of the line where its block begins, from 1.
        into: The file that its standard output goes to; empty for the terminal.
        code: The exit code to expect.
        reason: Why it is only parsed; empty for one that runs.
    """

    words: tuple[str, ...]
    line: int
    into: str = ""
    code: int = 0
    reason: str = ""


@dataclass
class Block:
    """A shell block of a page with what its comments say.

    Attributes:
        commands: Its commands in order.
        sandbox: The options of a new sandbox, or `None` to keep the present one.
        before: What the page takes as done, as commands and control calls.
    """

    commands: list[Command]
    sandbox: list[str] | None = None
    before: list[str] = field(default_factory=list)


def blocks(page: Path) -> Iterator[Block]:
    """Yields the blocks of a page that show commands of `mfa-setup`."""
    text = page.read_text(encoding="utf-8")
    sandbox: list[str] | None = None
    before: list[str] = []
    code, reason = 0, ""
    for match in _BLOCK.finditer(text):
        if match["word"] == "sandbox":
            sandbox = shlex.split(match["rest"])
        elif match["word"] == "before":
            before.append(match["rest"])
        elif match["word"] == "run":
            code, reason = _expected(match["rest"])
        else:
            line = text.count("\n", 0, match.start()) + 1
            shown = [_command(words, line, reason) for words in lines(match["fenced"] or match["indented"] or "")]
            if shown:
                last = Command(shown[-1].words, line, shown[-1].into, code, reason)
                yield Block([*shown[:-1], last], sandbox, before)
                sandbox, before = None, []
            code, reason = 0, ""


def _expected(rest: str) -> tuple[int, str]:
    if match := re.fullmatch(r"exit (\d+)", rest):
        return int(match[1]), ""
    if match := re.fullmatch(r"parsed only, (.+)", rest):
        return 0, match[1]
    raise ValueError(rest)


def lines(block: str) -> Iterator[list[str]]:
    """Yields the words of each command of `mfa-setup`, as a shell reads them, redirections included."""
    for line in block.replace("\\\n", " ").splitlines():
        shown = re.sub(r"^\s*(?:\$ )?|   +[a-z`].*$" if line.startswith("    mfa-setup") else r"^\s*(?:\$ )?", "", line)
        if not shown.startswith("mfa-setup "):
            continue
        words = shlex.shlex(shown, posix=True, punctuation_chars="|&;<>")
        words.whitespace_split = True
        yield list(words)[1:]


def _command(words: list[str], line: int, reason: str) -> Command:
    """Returns the command, up to a pipe, without its redirections."""
    into, rest = "", iter(words)
    kept: list[str] = []
    for word in rest:
        if word in _STOPS:
            break
        if word in {">", "<"}:
            target = next(rest, "")
            if kept and kept[-1] == "2":
                kept.pop()
            elif word == ">":
                into = target
        else:
            kept.append(word)
    return Command(tuple(kept), line, into, 0, reason)
