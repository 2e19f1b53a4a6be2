"""A `mfa-setup test login` that waits for its login, as a process of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mfa_setup.demo.player import Player
from support.documents import document
from support.lab import Lab


class Waiting:
    """A `test login` that waits for its login."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        assert process.stderr is not None
        self.said = ""
        while not (found := re.search(r"^(http\S+)$", self.said, re.MULTILINE)):
            line = process.stderr.readline()
            assert line, f"ended before it named a URL: {self.said}"
            self.said += line
        self.url = found.group(1)

    @property
    def parameters(self) -> dict[str, str]:
        """What the URL asks of the tenant."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.url).query).items()}

    def end(self) -> tuple[int, dict[str, Any]]:
        """Its exit code and document."""
        out, _ = self.process.communicate(timeout=30)
        return self.process.returncode, document(out)


@contextmanager
def started(lab: Lab, folder: Path, *options: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "mfa_setup", "test", "login", "--no-browser", "--json", *options]
    env = {**os.environ, **lab.env}
    with subprocess.Popen(
        command, env=env, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def play(lab: Lab, url: str) -> None:
    Player(lab.sandbox.url, lambda _text: None)(url)
