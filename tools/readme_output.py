"""Fills the README's example of a plan, its guard and its proof with real output from the sandbox."""

import json
import os
import re
import subprocess
import sys
import tempfile
import textwrap
from itertools import takewhile
from pathlib import Path

README = Path("README.md")
WIDTH = 100
TOOL = [sys.executable, "-m", "mfa_setup"]


def output(command: str, *sandbox: str) -> list[str]:
    """What a command prints on a fresh sandbox, with the domain of an example in place of the sandbox's."""
    with (
        subprocess.Popen(
            [*TOOL, "sandbox", "--port", "0", "--json", *sandbox], stdout=subprocess.PIPE, text=True
        ) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        assert server.stdout is not None  # noqa: S101 it was asked for
        folders = {"MFA_SETUP_STATE_DIR": f"{folder}/state", "MFA_SETUP_CACHE_DIR": f"{folder}/cache"}
        env = {**os.environ, **json.loads(server.stdout.readline())["env"], **folders, "NO_COLOR": "1"}
        done = subprocess.run(
            [*TOOL, *command.split()], env=env, cwd=folder, capture_output=True, text=True, check=False
        )
        server.terminate()
    return re.sub(r"localhost:(?!3000)\d+", "acme.eu.auth0.com", done.stdout + done.stderr).splitlines()


def example() -> str:
    """The three commands, each with the lines of its output that matter here."""
    plan = [line for line in output("plan") if not line or re.match(r"Plan|Every user|Run|  [+~-] ", line)]
    refused = output("up --yes --buy", "--number-registration", "unregistered")
    start = next(number for number, line in enumerate(refused) if line.startswith("  x "))
    demo = output("demo")
    proof = demo[next(number for number, line in enumerate(demo) if line.startswith("Proved")) :]
    proof = list(takewhile(lambda line: not line.startswith("Plan for"), proof))
    parts = {"plan": plan, "up": refused[start:], "test login": [line for line in proof if "User" not in line]}
    return "\n\n".join(f"$ mfa-setup {command}\n{_wrapped(lines)}" for command, lines in parts.items())


def _wrapped(lines: list[str]) -> str:
    text = "\n".join(
        textwrap.fill(line, WIDTH, subsequent_indent=_indent(line), break_on_hyphens=False, replace_whitespace=False)
        for line in lines
    )
    return re.sub(r"\n{3,}", "\n\n", text)


def _indent(line: str) -> str:
    """What further lines of a wrapped line begin with: of a change of the plan, its column of text."""
    change = re.match(r"  [+~-] [A-Z][\w ]*?  +", line)
    return " " * len(change[0]) if change else "  "


def main() -> None:
    """Replaces what is between the README's markers."""
    text = README.read_text(encoding="utf-8")
    block = f"<!-- output -->\n\n```text\n{example()}\n```\n\n<!-- /output -->"
    README.write_text(
        re.sub(r"<!-- output -->.*<!-- /output -->", lambda _: block, text, flags=re.DOTALL), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
