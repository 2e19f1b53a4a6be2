"""Builds what a release consists of into `dist/`, and checks it. Needs the dependency group `release`.

`release.py build`: wheel and sdist, built twice from the commit: both builds must have the same bytes.
`release.py sbom PYTHON`: the dependencies of the wheel (CycloneDX), from an environment that holds only the wheel.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
MACHINE = re.compile(r"file:|(?<![\w.:/-])/(home|Users|root|work|tmp|opt)/", re.IGNORECASE)


class WrongError(Exception):
    """What was built is not fit for a release; the message says why."""


def build() -> None:
    """Builds wheel and sdist into `dist/`.

    Raises:
        WrongError: The two builds differ, or the sdist is not what the repository holds.
    """
    moment = output("git", "log", "-1", "--format=%ct").strip()
    with tempfile.TemporaryDirectory() as folder:
        first, second = (built_from_copy(Path(folder) / name, moment) for name in ("first", "second-build"))
        differing = [name for name, content in first.items() if second.get(name) != content]
        if differing:
            raise WrongError(f"Two builds of the same commit differ: {', '.join(differing)}.")
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir()
    for name, content in first.items():
        (DIST / name).write_bytes(content)
    check_sdist(next(DIST.glob("*.tar.gz")))
    files = [str(path) for path in sorted(DIST.iterdir())]
    run(sys.executable, "-m", "twine", "check", "--strict", *files)
    run(sys.executable, "-m", "check_wheel_contents", *(file for file in files if file.endswith(".whl")))


def built_from_copy(copy: Path, moment: str) -> dict[str, bytes]:
    """Returns the files of one build, made from a clone at a path of its own."""
    run("git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(copy))
    environment = os.environ | {"SOURCE_DATE_EPOCH": moment}
    run(sys.executable, "-m", "build", "--outdir", str(copy / "built"), str(copy), env=environment)
    return {path.name: path.read_bytes() for path in sorted((copy / "built").iterdir())}


def check_sdist(sdist: Path) -> None:
    """Makes sure that the sdist holds every file of the repository, and nothing else.

    Raises:
        WrongError: It does not.
    """
    with tarfile.open(sdist) as packed:
        held = {name.partition("/")[2] for name in packed.getnames()}
    differing = held ^ ({*output("git", "ls-tree", "-r", "--name-only", "HEAD").splitlines(), "PKG-INFO"})
    if differing:
        raise WrongError(f"{sdist.name} and the repository differ: {', '.join(sorted(differing))}.")


def sbom(python: str) -> None:
    """Writes the dependencies that are installed for a Python into `dist/`.

    Raises:
        WrongError: The list does not fit its schema, lacks a declared dependency, or names a path of this machine.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    options = ["--output-reproducible", "--spec-version", "1.6", "--pyproject", str(ROOT / "pyproject.toml")]
    document: dict[str, Any] = json.loads(output("cyclonedx-py", "environment", *options, python))
    wheel = next(DIST.glob("*.whl"))
    document["metadata"]["component"]["version"] = wheel.name.split("-")[1]
    text = json.dumps(document, indent=2, sort_keys=True) + "\n"
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if problem is not None:
        raise WrongError(f"The list of dependencies does not fit its schema: {problem.data}")
    if machine := MACHINE.search(text):
        raise WrongError(f"The list of dependencies names a place of this machine: {machine[0]}")
    listed = {normal(component["name"]) for component in document["components"]}
    declared = {normal(re.split(r"[^\w.-]", requirement)[0]) for requirement in project["dependencies"]}
    if missing := (declared - listed) | (listed & {"mfa-setup", "pip", "setuptools"}):
        raise WrongError(f"The list of dependencies is wrong about {', '.join(sorted(missing))}.")
    (DIST / wheel.name.replace("-py3-none-any.whl", ".cdx.json")).write_text(text, encoding="utf-8")


def normal(name: str) -> str:
    """Returns the name of a distribution in the form in which names are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def output(*command: str) -> str:
    """Runs a command, with the programs of this environment, and returns what it prints."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    done = subprocess.run(command, cwd=ROOT, env=os.environ | {"PATH": path}, stdout=subprocess.PIPE, check=True)
    return done.stdout.decode()


def run(*command: str, env: dict[str, str] | None = None) -> None:
    """Runs a command and shows what it prints only if it fails."""
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        sys.stderr.write(done.stdout.decode())
        raise WrongError(f"{' '.join(command[:4])} failed.")


if __name__ == "__main__":
    try:
        {"build": build, "sbom": lambda: sbom(sys.argv[2])}[sys.argv[1]]()
    except WrongError as wrong:
        sys.exit(f"{wrong}")
    for path in sorted(DIST.iterdir()):
        print(path.relative_to(ROOT))
