"""The documentation agrees with the program."""

import re
import runpy
import tomllib
from pathlib import Path
from typing import Any

import pytest

from mfa_setup import errors
from mfa_setup.settings.fleet import CREDENTIALS, read_fleet
from mfa_setup.settings.schema import SETTINGS
from mfa_setup.settings.settings import load
from support.lab import Run

ROOT = Path(__file__).parents[2]


def _classes(base: type[errors.MfaSetupError]) -> set[type[errors.MfaSetupError]]:
    return {base}.union(*(_classes(child) for child in base.__subclasses__()))


def test_every_error_code_is_listed_with_its_exit_code() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \|", (ROOT / "docs/errors.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert {(code, int(number)) for code, number in rows} == {
        (kind.code, kind.exit_code) for kind in _classes(errors.MfaSetupError)
    }


EXAMPLE = (ROOT / "examples/mfa-setup.toml").read_text(encoding="utf-8")
IN_A_FILE = [setting for setting in SETTINGS if not setting.one_shot]


@pytest.fixture
def full() -> dict[str, Any]:
    """The example with every key that it shows."""
    return tomllib.loads(re.sub(r"^# (\w+ = )", r"\1", EXAMPLE, flags=re.MULTILINE))


def _tables(found: dict[str, Any]) -> dict[str, Any]:
    """Each table by its full name; one within another is no key of that."""
    inner = {f"{name}.{key}": one for name, table in found.items() for key, one in table.items() if _is_table(one)}
    return {
        name: {key: one for key, one in table.items() if not _is_table(one)} for name, table in found.items()
    } | inner


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def test_the_example_file_is_valid_and_names_every_key(full: dict[str, Any]) -> None:
    assert load({}, {}, ROOT / "examples/mfa-setup.toml").domain == "acme.eu.auth0.com"
    named = {(section, key) for section, keys in _tables(full).items() for key in keys}
    alternatives = set(re.findall(r"# or (\w+(?:, \w+)*)(?: and (\w+))?", EXAMPLE))
    others = {key for first, last in alternatives for key in [*first.split(", "), last]}
    assert {setting.key for setting in IN_A_FILE} == {key for _, key in named} | others - {""}
    assert {section for section, _ in named} == {setting.section for setting in IN_A_FILE}


def test_the_example_of_a_fleet_file_is_valid_and_is_the_one_of_the_documentation() -> None:
    tenants = read_fleet(ROOT / "examples/fleet.toml", allowed=frozenset(), sandbox=False)
    assert [tenant.name for tenant in tenants] == ["acme-eu", "acme-us"]
    shown = tomllib.loads(
        re.findall(r"```toml\n(.*?)```", (ROOT / "docs/fleet.md").read_text(encoding="utf-8"), re.DOTALL)[0]
    )
    assert shown.keys() == {"defaults", "tenants"}


def test_every_key_of_a_fleets_credentials_is_documented() -> None:
    text = (ROOT / "docs/fleet.md").read_text(encoding="utf-8")
    assert [key for key in CREDENTIALS if f"`{key}`" not in text] == []


def test_the_page_about_the_settings_is_up_to_date() -> None:
    text = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    page = runpy.run_path(str(ROOT / "tools/settings_page.py"))["page"]
    assert page(text) == text, "run python tools/settings_page.py"


def test_the_readme_names_every_command(run: Run) -> None:
    listed = re.findall(r"^  ([a-z-]+)  ", run("--help").out.split("Commands:")[1].split("Options:")[0], re.MULTILINE)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in listed if f"`mfa-setup {name}" not in readme] == []
