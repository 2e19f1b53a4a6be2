"""The version: one place says it, and everything else that names it agrees."""

import re
import tomllib
from pathlib import Path

import pytest

from mfa_setup import __version__

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_version_comes_from_the_package_alone() -> None:
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert PROJECT["tool"]["hatch"]["version"]["path"] == "src/mfa_setup/__init__.py"
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)


@pytest.mark.parametrize("name", ["examples/github/mfa-setup.yml", "examples/gitlab/.gitlab-ci.yml"])
def test_the_example_pipelines_install_this_version_and_never_a_package_of_an_index_that_has_the_same_name(
    name: str,
) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    wheel = f"mfa_setup-{__version__}-py3-none-any.whl#sha256=CHECKSUM"
    assert re.findall(r'TOOL_SOURCE: "https://packages\.example\.com/(.+)"', text) == [wheel]
    assert set(re.findall(r"pip install (.+)", text)) == {'"$TOOL_SOURCE"'}


def test_the_newest_release_in_the_changelog_is_this_version() -> None:
    headings = re.findall(r"^## \[(.+?)\](.*)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert [name for name, _ in headings][:2] == ["Unreleased", __version__]
    assert re.fullmatch(r" - \d{4}-\d{2}-\d{2}", headings[1][1])


def test_the_support_statement_names_this_series_and_the_tested_versions_of_python() -> None:
    text = (ROOT / "SUPPORT.md").read_text(encoding="utf-8")
    assert f"{__version__.rsplit('.', 1)[0]}.x" in text
    pythons = [line.rsplit(" :: ", 1)[1] for line in PROJECT["project"]["classifiers"] if ":: Python :: 3." in line]
    assert [python for python in pythons if python not in text] == []
    assert f"{__version__.rsplit('.', 1)[0]}.x" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")
