"""Machines that work on the same tenant, each with folders of its own, as the runners of a pipeline have."""

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from mfa_setup.store.seal import seal_key, seal_of
from support.lab import Lab, Result, Run

FOR_GOOD = ("--release-number", "--delete-application")
FILE = "journal.json"


class Machine:
    """A machine with state and cache folders of its own."""

    def __init__(self, run: Run, lab: Lab, home: Path) -> None:
        self._run = run
        self.home = home
        self.env: dict[str, str | None] = {
            **lab.env,
            "MFA_SETUP_STATE_DIR": str(home / "state"),
            "MFA_SETUP_CACHE_DIR": str(home / "cache"),
        }

    def __call__(self, *arguments: str, **variables: str | None) -> Result:
        """Runs a command with `--yes` and `--json`."""
        return self._run(*arguments, "--yes", "--json", env={**self.env, **variables})

    def lists(self, *arguments: str) -> Result:
        """Runs `undo --list`."""
        return self("undo", "--list", *arguments)

    def exports(self, **variables: str | None) -> Result:
        """Exports its journal to the file `FILE` in the working folder."""
        result = self("undo", "--export", FILE, **variables)
        assert result.code == 0, result.out
        return result

    def undoes(self, *arguments: str, **variables: str | None) -> Result:
        """Undoes a run of the exported journal."""
        return self("undo", "--journal", FILE, *arguments, **variables)


Machines = Callable[[], Machine]
"""Creates a machine without any file."""


def new_machines(run: Run, lab: Lab, tmp_path: Path) -> Machines:
    """Returns a function that creates machines for one tenant."""
    numbers = count()
    return lambda: Machine(run, lab, tmp_path / f"machine{next(numbers)}")


def standing(lab: Lab) -> dict[str, Any]:
    """The whole state, to the letter; without what only counts."""
    everything = lab.everything
    del everything["twilio"]["purchases"]
    return everything


def read_file(path: Path) -> dict[str, Any]:
    """The values of an exported journal."""
    return dict(json.loads(path.read_text(encoding="utf-8")))


def write_file(path: Path, document: object) -> None:
    """Replaces an exported journal."""
    path.write_text(json.dumps(document), encoding="utf-8")


def sealed(lab: Lab, document: dict[str, Any]) -> dict[str, Any]:
    """Seals values as somebody with the tenant's own credentials can, so that only their form is judged."""
    content = {name: value for name, value in document.items() if name != "seal"}
    key = seal_key(SecretStr(lab.env["AUTH0_CLIENT_SECRET"]), f"https://{lab.domain}/api/v2/")
    assert key is not None
    return content | {"seal": seal_of(content, key).model_dump()}
