"""Where values come from: which source wins, and what each refuses."""

from pathlib import Path
from typing import Any

import pytest

from mfa_setup.errors import InvalidValueError
from mfa_setup.settings.schema import BY_NAME, SETTINGS, Setting
from mfa_setup.settings.settings_file import read_file
from mfa_setup.settings.sources import Given, InFile, Origin, merge, written

HEX = "0123456789abcdef" * 2
# Of each setting four values, so that every source can give another one: as a default, in the file, in the
# environment and on the command line. Each is written as its source has it.
VALUES: dict[str, tuple[str, str, Any, list[Any]]] = {
    "domain": ('"file.auth0.com"', "variable.auth0.com", "flag.auth0.com",
               [None, "file.auth0.com", "variable.auth0.com", "flag.auth0.com"]),
    "name": ('"File"', "Variable", "Flag", ["Twilio MFA Test", "File", "Variable", "Flag"]),
    "urls": ('["http://a:1", "http://a:2"]', "http://b:1,http://b:2 http://b:3", ["http://c:1"],
             [("http://localhost:3000",), ("http://a:1", "http://a:2"), ("http://b:1", "http://b:2", "http://b:3"),
              ("http://c:1",)]),
    **dict.fromkeys(
        ("callback_urls", "logout_urls", "web_origins"),
        ('["http://a:1"]', " http://b:1 , http://b:2", ["http://c:1"],
         [None, ("http://a:1",), ("http://b:1", "http://b:2"), ("http://c:1",)]),
    ),
    "app_client_id": ('"file"', "variable", "flag", [None, "file", None, "flag"]),
    "no_app": ("true", "false", True, [False, True, False, True]),
    "connection": ('"File"', "Variable", "Flag", ["Username-Password-Authentication", "File", "Variable", "Flag"]),
    "prune_urls": ("true", "0", True, [False, True, False, True]),
    "harden": ("false", "TRUE", False, [False, False, True, False]),
    "app_dir": ('"a"', "b", "c", [None, Path("a"), Path("b"), Path("c")]),
    "write_config": ('"a.json"', "b.json", "c.json", [None, Path("a.json"), Path("b.json"), Path("c.json")]),
    "country": ('"GB"', "ca", "DE", ["US", "GB", "CA", "DE"]),
    "area_code": ('"415"', "416", "417", [None, "415", "416", "417"]),
    "contains": ('"551"', "552", "553", [None, "551", "552", "553"]),
    "number_type": ('"mobile"', "local", "toll-free", [None, "mobile", "local", "toll-free"]),
    "max_price": ("1", "2.5", "3", [None, 1.0, 2.5, 3.0]),
    "buy": ("", "true", True, [False, False, False, True]),
    "from": ('"+14155550121"', "+14155550122", "+14155550123", [None, "+14155550121", "+14155550122", "+14155550123"]),
    "messaging_service_sid": (f'"MG{HEX[1:]}0"', f"MG{HEX[2:]}00", f"MG{HEX}",
                              [None, f"MG{HEX[1:]}0", f"MG{HEX[2:]}00", f"MG{HEX}"]),
    "delivery": ('"sms"', "voice", "both", [None, "sms", "voice", "both"]),
    **dict.fromkeys(
        ("enrollment_template", "verification_template"),
        ('"a {{code}}"', "b {{code}}", "c {{code}}", [None, "a {{code}}", "b {{code}}", "c {{code}}"]),
    ),
    "replace_provider": ("", "true", True, [False, False, False, True]),
    "resend_token": ("", "true", True, [False, False, False, True]),
    "countries": ('["US", "CA"]', "gb,us de", ["DE,FR", "US"],
                  [None, ("US", "CA"), ("GB", "US", "DE"), ("DE", "FR", "US")]),
    "policy": ('"never"', "adaptive", "always", ["always", "never", "adaptive", "always"]),
    "everyone": ("true", "false", True, [False, True, False, True]),
    **dict.fromkeys(
        ("only_applications", "only_connections", "only_organizations", "only_roles"),
        ('["File", "Other File"]', "Variable", ["Flag"], [None, ("File", "Other File"), None, ("Flag",)]),
    ),
    "only_percent": ("1", "10", "99", [None, 1, 10, 99]),
}  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The path of a settings file that is not there yet."""
    return tmp_path / "mfa-setup.toml"


def given_by(file: Path) -> tuple[InFile, ...]:
    """What a settings file gives."""
    return (InFile(Origin.FILE, read_file(file), str(file)),)


def from_file(file: Path, text: str) -> dict[str, Given]:
    """What a settings file alone gives."""
    file.write_text(text, encoding="utf-8")
    return merge({}, {}, given_by(file))


# --- precedence and origins ---------------------------------------------------------------------------------------


def test_nothing_given_leaves_every_setting_at_its_default() -> None:
    merged = merge({}, {}, ())
    assert merged == {setting.name: Given(setting.default) for setting in SETTINGS}
    assert not any(given.is_given for given in merged.values())


@pytest.mark.parametrize("setting", SETTINGS, ids=[setting.name for setting in SETTINGS])
def test_a_flag_wins_over_the_environment_over_the_file_over_the_default(setting: Setting, file: Path) -> None:
    in_file, variable, flag, (default, from_file, from_environment, from_flag) = VALUES[setting.name]
    flags = {setting.name: flag}
    environment = {setting.variable or f"MFA_SETUP_{setting.name.upper()}": variable}
    key = "" if setting.one_shot else f"{setting.key} = {in_file}"
    file.write_text(f"[{setting.section}]\n{key}", encoding="utf-8")
    expected_file = Given(from_file, Origin.FILE, f"{setting.key} in [{setting.section}] of {file}")
    if setting.one_shot:
        expected_file = Given(default)
    expected_variable = Given(from_environment, Origin.ENVIRONMENT, setting.variable or "")
    expected_flag = Given(from_flag, Origin.FLAG, setting.flag)

    assert merge({}, {}, ())[setting.name] == Given(default)
    assert merge({}, {}, given_by(file))[setting.name] == expected_file
    if setting.variable is None:
        assert merge({}, environment, given_by(file))[setting.name] == expected_file
    else:
        assert merge({}, environment, ())[setting.name] == expected_variable
        assert merge({}, environment, given_by(file))[setting.name] == expected_variable
    assert merge(flags, environment, given_by(file))[setting.name] == expected_flag
    assert merge(flags, {}, given_by(file))[setting.name] == expected_flag


def test_what_belongs_to_one_run_and_the_id_of_an_application_have_no_variable() -> None:
    assert {setting.name for setting in SETTINGS if setting.variable is None} == {
        "app_client_id", "buy", "replace_provider", "resend_token",
        "only_applications", "only_connections", "only_organizations", "only_roles",
    }  # fmt: skip


def test_a_given_default_counts_as_given(file: Path) -> None:
    assert merge({"country": "US"}, {}, ())["country"].is_given
    assert from_file(file, '[sms]\ndelivery = "sms"')["delivery"].is_given
    assert merge({}, {"MFA_SETUP_HARDEN": "false"}, ())["harden"].is_given


@pytest.mark.parametrize("setting", SETTINGS, ids=[setting.name for setting in SETTINGS])
def test_what_is_empty_counts_as_not_given(setting: Setting) -> None:
    environment = {setting.variable: "  "} if setting.variable else {}
    empty: Any = [] if setting.kind == "list" else None
    assert merge({setting.name: empty}, environment, ())[setting.name] == Given(setting.default)


@pytest.mark.parametrize("name", ["no_app", "prune_urls", "harden"])
def test_a_negated_boolean_overrides_the_file_and_the_environment(name: str, file: Path) -> None:
    setting = BY_NAME[name]
    file.write_text(f"[{setting.section}]\n{name} = true", encoding="utf-8")
    assert merge({name: None}, {}, given_by(file))[name].value is True
    assert merge({name: False}, {}, given_by(file))[name] == Given(value=False, origin=Origin.FLAG, source=setting.flag)
    assert merge({}, {setting.variable or "": "0"}, given_by(file))[name].value is False
    assert merge({name: False}, {setting.variable or "": "1"}, ())[name].value is False


@pytest.mark.parametrize(
    ("flags", "environment", "source"),
    [
        ({"domain": "good.auth0.com"}, {"AUTH0_DOMAIN": "https://bad"}, "AUTH0_DOMAIN is 'https://bad'"),
        ({"domain": "bad"}, {"AUTH0_DOMAIN": "good.auth0.com"}, "--domain is 'bad'"),
        ({"country": "UK"}, {}, "--country is 'UK'"),
        ({"country": "GB"}, {"MFA_SETUP_COUNTRY": "UK"}, "MFA_SETUP_COUNTRY is 'UK'"),
        ({"urls": ["http://localhost"]}, {"MFA_SETUP_URLS": "localhost"}, "MFA_SETUP_URLS is 'localhost'"),
        ({"harden": False}, {"MFA_SETUP_HARDEN": "no"}, "MFA_SETUP_HARDEN is 'no'"),
    ],
)
def test_a_malformed_value_is_refused_whatever_wins(
    flags: dict[str, Any], environment: dict[str, str], source: str
) -> None:
    with pytest.raises(InvalidValueError) as refused:
        merge(flags, environment, ())
    assert source in refused.value.message
    assert refused.value.hint


def test_a_malformed_value_of_the_file_is_refused_below_a_good_flag(file: Path) -> None:
    file.write_text('[number]\ncountry = "UK"', encoding="utf-8")
    with pytest.raises(InvalidValueError, match=r"country in \[number\] of .*mfa-setup.toml is 'UK'"):
        merge({"country": "GB"}, {}, given_by(file))


@pytest.mark.parametrize("setting", SETTINGS, ids=[setting.name for setting in SETTINGS])
def test_the_hint_for_a_wrong_type_shows_the_setting_itself_as_its_source_has_it(setting: Setting, file: Path) -> None:
    if not setting.one_shot:
        value = "1979-05-27" if setting.kind in {"text", "number"} else '"perhaps"'
        with pytest.raises(InvalidValueError) as refused:
            from_file(file, f"[{setting.section}]\n{setting.key} = {value}")
        shown = "Use one of " if setting.kind == "choice" else f"such as {setting.key} = "
        assert shown in refused.value.hint
    if setting.kind == "boolean" and setting.variable:
        with pytest.raises(InvalidValueError) as refused:
            merge({}, {setting.variable: "perhaps"}, ())
        assert f"such as {setting.variable}=true" in refused.value.hint


@pytest.mark.parametrize("setting", SETTINGS, ids=[setting.name for setting in SETTINGS])
def test_a_hint_names_no_other_option_than_its_own(setting: Setting) -> None:
    if setting.kind in {"boolean", "choice"}:
        return
    others = {other.flag for other in SETTINGS} - {setting.flag}
    with pytest.raises(InvalidValueError) as refused:
        merge({setting.name: ["\0"] if setting.kind == "list" else "\0"}, {}, ())
    assert others.isdisjoint(refused.value.hint.split())


@pytest.mark.parametrize("setting", SETTINGS, ids=[setting.name for setting in SETTINGS])
def test_the_example_of_every_setting_is_valid_in_every_source(setting: Setting, file: Path) -> None:
    value: Any = {"boolean": True, "list": [setting.example]}.get(setting.kind, setting.example)
    expected = merge({setting.name: value}, {}, ())[setting.name].value
    if setting.variable:
        assert merge({}, {setting.variable: setting.example}, ())[setting.name].value == expected
    if not setting.one_shot:
        text = f"[{setting.section}]\n{written(setting, Origin.FILE)}"
        assert from_file(file, text)[setting.name].value == expected


def test_a_list_keeps_its_order_and_drops_repetitions() -> None:
    urls = ["http://localhost:2", "http://localhost:1", "http://localhost:2"]
    assert merge({"urls": urls}, {}, ())["urls"].value == ("http://localhost:2", "http://localhost:1")


def test_a_price_of_the_file_may_be_a_number_or_a_text(file: Path) -> None:
    for text, price in (("2.5", 2.5), ('"2.5"', 2.5), ("2", 2.0)):
        assert from_file(file, f"[number]\nmax_price = {text}")["max_price"].value == price


def test_a_long_value_is_quoted_in_short() -> None:
    with pytest.raises(InvalidValueError) as refused:
        merge({"name": "<" * 5_000}, {}, ())
    assert len(refused.value.message) < 250
    assert "a name must not be empty" in refused.value.message
