"""What the program imports is what `pyproject.toml` declares, and the lower bounds are safe."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.lab import Lab

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "mfa_setup"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
MODULES = {
    "auth0-python": "auth0",
    "phonenumberslite": "phonenumbers",
    "pyjwt": "jwt",
    "python-liquid": "liquid",
    "quickjs-ng": "quickjs",
}
"""The modules of packages that are named otherwise."""


def declared(requirements: list[str]) -> set[str]:
    names = [match[0] for line in requirements if (match := re.match(r"[A-Za-z0-9-]+", line))]
    return {MODULES.get(name, name) for name in names}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        yield from (name.split(".")[0] for name in names)


def foreign(paths: list[Path]) -> set[str]:
    return {name for path in paths for name in imported(path)} - sys.stdlib_module_names - {"mfa_setup"}


@pytest.mark.parametrize("part", ["program", "sandbox"])
def test_every_import_is_declared(part: str) -> None:
    sandbox = sorted((SOURCE / "sandbox").rglob("*.py"))
    own = declared(PROJECT["dependencies"])
    if part == "program":
        assert foreign([path for path in SOURCE.rglob("*.py") if path not in sandbox]) - own == set()
    else:
        own |= declared(PROJECT["optional-dependencies"]["sandbox"])
        assert foreign(sandbox) - own == set()


def test_every_dependency_is_imported_and_explained() -> None:
    lines = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["sandbox"]]
    assert declared(lines) - foreign(sorted(SOURCE.rglob("*.py"))) == set()
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    names = [match[0] for line in lines if (match := re.match(r"[A-Za-z0-9-]+", line))]
    assert [name for name in names if f"`{name}" not in text] == []


def test_the_lock_is_of_a_version_that_follows_no_link() -> None:
    (line,) = [line for line in PROJECT["dependencies"] if line.startswith("filelock")]
    lowest = re.search(r">=([0-9.]+)", line)
    assert lowest
    assert tuple(map(int, lowest[1].split("."))) >= (3, 20, 3)


UNUSED_BY_STATUS = (
    "auth0.management.types",
    "auth0.management.clients",
    "auth0.authentication",
    "requests",
    "urllib3",
    "rich",
    "pygments",
    "jwt",
    "cryptography",
    "mfa_setup.sandbox",
    "mfa_setup.prove",
)
"""Slow modules of writes, proofs, the sandbox, output for people, and HTTP clients other than ours."""


def test_a_status_loads_nothing_that_it_does_not_use(lab: Lab) -> None:
    process = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "mfa_setup", "status", "--json"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env=os.environ | lab.env,
    )
    loaded = re.findall(r"^import time: .*\| +(\S+)$", process.stderr, re.MULTILINE)
    assert {"auth0.management.core.http_client", "twilio.rest.api"} <= set(loaded)  # the SDKs send the requests
    assert [name for name in loaded if f"{name}.".startswith(tuple(f"{unused}." for unused in UNUSED_BY_STATUS))] == []
