"""The documentation agrees with the program."""

import re
import tomllib
from pathlib import Path

from mfa_setup import errors
from mfa_setup.settings.schema import SETTINGS
from mfa_setup.settings.sources import merge
from support.lab import Run

ROOT = Path(__file__).parents[2]


def _classes(base: type[errors.MfaSetupError]) -> set[type[errors.MfaSetupError]]:
    return {base}.union(*(_classes(child) for child in base.__subclasses__()))


def test_every_error_code_is_listed_with_its_exit_code() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \|", (ROOT / "docs/errors.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert {(code, int(number)) for code, number in rows} == {
        (kind.code, kind.exit_code) for kind in _classes(errors.MfaSetupError)
    }


def test_the_example_file_is_valid_and_names_every_key() -> None:
    path = ROOT / "examples/mfa-setup.toml"
    given = merge({}, {}, path)
    assert given["domain"].value == "acme.eu.auth0.com"
    text = path.read_text(encoding="utf-8")
    assert [setting.key for setting in SETTINGS if not re.search(rf"\b{setting.key}\b", text)] == []
    uncommented = re.sub(r"^# (\w+ = )", r"\1", text, flags=re.MULTILINE)
    sections = tomllib.loads(uncommented)
    assert set(sections) == {setting.section for setting in SETTINGS}


def test_the_readme_names_every_command(run: Run) -> None:
    listed = re.findall(r"^  ([a-z-]+)  ", run("--help").out.split("Commands:")[1], re.MULTILINE)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in listed if f"`mfa-setup {name}" not in readme] == []
