"""The JSON Schemas of mfa-setup.toml and of fleet files say the same as the readers, as far as a schema can."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mfa_setup.errors import InvalidValueError
from mfa_setup.settings import parsers
from mfa_setup.settings.file_schemas import config_schema, fleet_schema
from mfa_setup.settings.fleet import read_fleet
from mfa_setup.settings.schema import SECTIONS, SETTINGS
from mfa_setup.settings.settings_file import values_of
from mfa_setup.settings.sources import InFile, Origin, merge

ROOT = Path(__file__).parents[2]
SCHEMAS = {"config": config_schema, "fleet": fleet_schema}
LASTING = [setting for setting in SETTINGS if not setting.one_shot]


@cache
def validator(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(SCHEMAS[name]())


def is_read(document: dict[str, Any]) -> bool:
    """Whether the reader of mfa-setup.toml accepts this content, key by key."""
    try:
        merge({}, {}, (InFile(Origin.FILE, values_of(document, "the file"), "the file"),))
    except InvalidValueError:
        return False
    return True


def keys_of(schema: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, dict[str, Any]]]:
    for key, inner in schema.get("properties", {}).items():
        yield ".".join((*path, key)), inner
        yield from keys_of(inner, (*path, key))


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_valid_and_refers_to_nothing_outside(name: str) -> None:
    schema = SCHEMAS[name]()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert all(target.startswith("#/$defs/") for target in re.findall(r"'\$ref': '([^']*)'", str(schema)))
    assert all(validator(name).is_valid(example) for example in schema["examples"])


def test_the_schema_of_the_settings_file_describes_every_key_with_an_example_and_its_default() -> None:
    keys = dict(keys_of(config_schema()))
    assert set(keys) == {f"{one.section}.{one.key}" for one in LASTING} | {*SECTIONS}
    for setting in LASTING:
        schema = keys[f"{setting.section}.{setting.key}"]
        assert schema["description"] == setting.help
        default = list(setting.default) if isinstance(setting.default, tuple) else setting.default
        assert schema.get("default") == default
        one = jsonschema_rs.Draft202012Validator(schema)
        assert all(one.is_valid(value) for value in [*schema["examples"], *([default] if default is not None else [])])


def test_the_schema_of_a_fleet_file_describes_every_key() -> None:
    described = dict(keys_of(fleet_schema())) | dict(keys_of({"properties": fleet_schema()["$defs"]}))
    assert [name for name, schema in described.items() if not {"description", "$ref"} & set(schema)] == []


EXAMPLES = sorted((ROOT / "examples").rglob("*.toml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_example_matches_its_schema_also_with_every_key_that_it_shows(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    document = tomllib.loads(text)
    if "project" in document or "build-system" in document:
        pytest.skip("belongs to another tool")
    name = "fleet" if "tenants" in document else "config"
    validator(name).validate(document)
    full = re.sub(r"^# (\w+ = )", r"\1", text.replace('"…"', '"abc"'), flags=re.MULTILINE)
    validator(name).validate(tomllib.loads(full))


def texts() -> Iterator[str]:
    """Every text in the tests that may be a settings file or a fleet file."""
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "[" in node.value:
                yield node.value


def test_every_settings_file_and_fleet_file_in_the_tests_is_judged_as_the_readers_judge_it(tmp_path: Path) -> None:
    judged = {"config": 0, "fleet": 0}
    file = tmp_path / "fleet.toml"
    for text in texts():
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            continue
        if "tenants" in document or "defaults" in document:
            file.write_text(text, encoding="utf-8")
            try:
                read_fleet(file, allowed=frozenset(), sandbox=True)
            except InvalidValueError:
                continue
            judged["fleet"] += 1
            assert validator("fleet").is_valid(document), text
        elif is_read(document):
            judged["config"] += 1
            assert validator("config").is_valid(document), text
    assert judged["config"] > 20, judged


@pytest.mark.parametrize(
    "text",
    [
        '[application]\nnmae = "Acme"',
        "[number]\nbuy = true",
        "[sms]\nresend_token = true",
        '[twilio]\nsid = "AC"',
        '["policy.only"]\npercent = 10',
        '[auth0]\nclient_secret = "x"',
        "application = 7",
        "[policy]\nonly = 7",
        '[application]\nurls = "http://localhost:3000"',
        "[application]\nurls = []",
        '[application]\nurls = ["ftp://localhost"]',
        '[application]\nurls = ["http://localhost/#here"]',
        '[application]\nweb_origins = ["http://localhost/callback"]',
        '[application]\nharden = "yes please"',
        '[application]\nname = "<Acme>"',
        '[application]\nname = " "',
        '[application]\nconnection = "no spaces"',
        '[auth0]\ndomain = "https://acme.eu.auth0.com"',
        '[sms]\ndelivery = "pigeon"',
        '[sms]\nfrom = "+0"',
        '[sms]\ncountries = ["USA"]',
        '[sms]\nverification_template = "Hello"',
        '[sms]\nmessaging_service_sid = "MG1"',
        "[number]\narea_code = 415",
        '[number]\narea_code = "115"',
        '[number]\nmax_price = "cheap"',
        "[number]\nmax_price = 0",
        "[policy.only]\npercent = 100",
        "[policy.only]\npercent = 1.5",
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(text: str) -> None:
    document = tomllib.loads(text)
    assert not is_read(document)
    assert not validator("config").is_valid(document)


FLEET = '[tenants.acme]\ndomain = "acme.eu.auth0.com"\n'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[tenants]",
        FLEET + "[fleet]",
        '[tenants."a b"]\ndomain = "acme.eu.auth0.com"',
        "[tenants.acme]",
        FLEET + 'auth0 = { domain = "acme.eu.auth0.com" }',
        '[defaults]\ndomain = "acme.eu.auth0.com"\n' + FLEET,
        FLEET + "number = { buy = true }",
        FLEET + "number = 7",
        FLEET + 'credentials = { auth0_client_secret = "abc" }',
        FLEET + 'credentials = { auth0_client_secret = { env = "A", file = "b" } }',
        FLEET + 'credentials = { auth0_client_secret = { env = "A-B" } }',
        FLEET + 'credentials = { auth0_client_secret = { file = " " } }',
        FLEET + 'credentials = { password = { env = "A" } }',
    ],
)
def test_the_schema_of_a_fleet_file_refuses_what_its_reader_refuses(tmp_path: Path, text: str) -> None:
    file = tmp_path / "fleet.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidValueError):
        read_fleet(file, allowed=frozenset(), sandbox=False)
    assert not validator("fleet").is_valid(tomllib.loads(text))


# --- generated files ----------------------------------------------------------------------------------------------

SCALARS = st.one_of(
    st.text(max_size=12),
    st.booleans(),
    st.integers(-1000, 1_000_001),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.sampled_from([setting.example for setting in SETTINGS]),
    st.from_regex(r"https?://[a-z.:/?*#0-9-]{0,12}"),
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=3), st.dictionaries(st.text(max_size=3), SCALARS, max_size=2))


@st.composite
def files(draw: st.DrawFn) -> dict[str, Any]:
    """A settings file whose names are mostly right and whose values are of any kind."""
    found: dict[str, Any] = {}
    for setting in draw(st.lists(st.sampled_from(SETTINGS), max_size=3)):
        outer, _, inner = setting.section.partition(".")
        table = found.setdefault(outer, {})
        (table.setdefault(inner, {}) if inner else table)[setting.key] = draw(VALUES)
    if draw(st.integers(0, 9)) == 0:
        found[draw(st.one_of(st.text(max_size=8), st.sampled_from(sorted(SECTIONS))))] = draw(VALUES)
    return found


@given(files())
@settings(max_examples=400, deadline=None, derandomize=True)
def test_a_generated_file_that_the_reader_accepts_matches_the_schema(document: dict[str, Any]) -> None:
    if is_read(document):
        assert validator("config").is_valid(document)


@given(st.sampled_from(LASTING), VALUES)
@settings(max_examples=400, deadline=None, derandomize=True)
def test_a_value_of_the_wrong_type_is_refused_by_both(setting: Any, value: Any) -> None:
    document: Any = {setting.key: value}
    for name in reversed(setting.section.split(".")):
        document = {name: document}
    types: dict[str, Any] = {"boolean": bool, "list": list, "number": (int, float, str)}
    right = types.get(setting.kind, str)
    if not isinstance(value, right) or (setting.kind == "number" and isinstance(value, bool)):
        assert not is_read(document)
        assert not validator("config").is_valid(document)


@given(st.data())
@settings(max_examples=300, deadline=None, derandomize=True)
def test_a_text_that_a_parser_accepts_matches_its_pattern(data: st.DataObject) -> None:
    setting = data.draw(st.sampled_from([one for one in LASTING if one.kind in {"text", "list", "number"}]))
    form = dict(keys_of(config_schema()))[f"{setting.section}.{setting.key}"]
    form = form.get("items", form)
    pattern = form["pattern"] if "pattern" in form else form["anyOf"][1]["pattern"]
    text = data.draw(st.one_of(st.text(max_size=30), st.from_regex(pattern)))
    try:
        setting.parser(text)
    except parsers.MalformedError:
        return
    assert jsonschema_rs.Draft202012Validator(form).is_valid(text)
