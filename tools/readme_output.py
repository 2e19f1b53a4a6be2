"""Fills the README's examples of a plan, a refusal by the guard and a proof with real output from the sandbox."""

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
    """Runs a command on a fresh sandbox and returns its output, with an example's domain in place of the sandbox's."""
    with (
        subprocess.Popen(
            [*TOOL, "sandbox", "--port", "0", "--json", *sandbox], stdout=subprocess.PIPE, text=True
        ) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        assert server.stdout is not None  # noqa: S101 for the type checker: it is a pipe
        folders = {"MFA_SETUP_STATE_DIR": f"{folder}/state", "MFA_SETUP_CACHE_DIR": f"{folder}/cache"}
        env = {**os.environ, **json.loads(server.stdout.readline())["env"], **folders, "NO_COLOR": "1"}
        done = subprocess.run(
            [*TOOL, *command.split()], env=env, cwd=folder, capture_output=True, text=True, check=False
        )
        server.terminate()
    return re.sub(r"localhost:(?!3000)\d+", "acme.eu.auth0.com", done.stdout + done.stderr).splitlines()


def example() -> str:
    """Returns the three commands of the example, each with the relevant lines of its output."""
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
    """Returns the indent for the continuation of a wrapped line: for a change in a plan, up to its text column."""
    change = re.match(r"  [+~-] [A-Z][\w ]*?  +", line)
    return " " * len(change[0]) if change else "  "


def main() -> None:
    """Replaces the text between the README's markers."""
    text = README.read_text(encoding="utf-8")
    block = f"<!-- output -->\n\n```text\n{example()}\n```\n\n<!-- /output -->"
    README.write_text(
        re.sub(r"<!-- output -->.*<!-- /output -->", lambda _: block, text, flags=re.DOTALL), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
