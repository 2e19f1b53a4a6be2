"""Where values come from: which source wins, what each refuses, and how a typing error is met."""

from pathlib import Path
from typing import Any

import pytest

from mfa_setup.errors import ConfigUnreadableError, InvalidValueError, SecretInConfigError, UnknownKeyError
from mfa_setup.settings import settings
from mfa_setup.settings.schema import KEYS, Key
from mfa_setup.settings.sources import Given, Origin, merge


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder without a settings file."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def from_file(text: str) -> dict[str, Given]:
    """What a settings file alone gives."""
    Path("mfa-setup.toml").write_text(text, encoding="utf-8")
    return merge({}, {}, None)


# --- precedence and origins ---------------------------------------------------------------------------------------


def test_nothing_given_leaves_every_setting_at_its_default() -> None:
    given = merge({}, {}, None)
    assert given.keys() == {key.name for key in KEYS}
    assert {entry.origin for entry in given.values()} == {Origin.DEFAULT}
    assert not any(entry.is_given for entry in given.values())
    assert {name: entry.value for name, entry in given.items() if entry.value} == {
        "name": "Twilio MFA Test",
        "urls": ("http://localhost:3000",),
        "connection": "Username-Password-Authentication",
        "country": "US",
        "delivery": "sms",
        "policy": "always",
    }


def test_a_flag_wins_over_the_environment_over_the_file_over_the_default() -> None:
    file, variable, flag = "file.auth0.com", "variable.auth0.com", "flag.auth0.com"
    assert merge({}, {}, None)["domain"] == Given(None, Origin.DEFAULT)
    assert from_file(f'[auth0]\ndomain = "{file}"')["domain"] == Given(file, Origin.FILE)
    assert merge({}, {"AUTH0_DOMAIN": variable}, None)["domain"] == Given(variable, Origin.ENVIRONMENT)
    assert merge({"domain": flag}, {"AUTH0_DOMAIN": variable}, None)["domain"] == Given(flag, Origin.FLAG)


def test_a_given_default_counts_as_given() -> None:
    assert merge({"country": "US"}, {}, None)["country"] == Given("US", Origin.FLAG)
    assert from_file('[sms]\ndelivery = "sms"')["delivery"] == Given("sms", Origin.FILE)


def test_an_empty_variable_counts_as_not_given() -> None:
    assert merge({}, {"AUTH0_DOMAIN": "  "}, None)["domain"] == Given(None, Origin.DEFAULT)


def test_a_switch_that_is_off_on_the_command_line_leaves_the_file_alone() -> None:
    Path("mfa-setup.toml").write_text("[application]\nprune_urls = true", encoding="utf-8")
    assert merge({"prune_urls": False}, {}, None)["prune_urls"] == Given(value=True, origin=Origin.FILE)


@pytest.mark.parametrize(
    ("flags", "environment", "source"),
    [
        ({"domain": "good.auth0.com"}, {"AUTH0_DOMAIN": "https://bad"}, "AUTH0_DOMAIN is 'https://bad'"),
        ({"domain": "bad"}, {"AUTH0_DOMAIN": "good.auth0.com"}, "--domain is 'bad'"),
        ({"country": "UK"}, {}, "--country is 'UK'"),
    ],
)
def test_a_malformed_value_is_refused_whatever_wins(
    flags: dict[str, Any], environment: dict[str, str], source: str
) -> None:
    with pytest.raises(InvalidValueError) as refused:
        merge(flags, environment, None)
    assert source in refused.value.message
    assert refused.value.hint


def test_a_malformed_value_of_the_file_is_refused_below_a_good_flag() -> None:
    Path("mfa-setup.toml").write_text('[number]\ncountry = "UK"', encoding="utf-8")
    with pytest.raises(InvalidValueError, match=r"country in \[number\] is 'UK'"):
        merge({"country": "GB"}, {}, None)


def test_a_list_keeps_its_order_and_drops_repetitions() -> None:
    urls = ["http://localhost:2", "http://localhost:1", "http://localhost:2"]
    assert merge({"urls": urls}, {}, None)["urls"].value == ("http://localhost:2", "http://localhost:1")


def test_a_price_of_the_file_may_be_a_number_or_a_text() -> None:
    for text in ("2.5", '"2.5"'):
        assert from_file(f"[number]\nmax_price = {text}")["max_price"].value == 2.5
    assert from_file("[number]\nmax_price = 2")["max_price"].value == 2.0


# --- the file -----------------------------------------------------------------------------------------------------

EXAMPLES: dict[str, str] = {
    "domain": '"acme.eu.auth0.com"', "name": '"Acme"', "urls": '["http://localhost:1"]',
    "callback_urls": '["http://localhost:1"]', "logout_urls": '["http://localhost:1"]',
    "web_origins": '["http://localhost:1"]', "app_client_id": '"abc"', "no_app": "true", "connection": '"Users"',
    "prune_urls": "true", "harden": "true", "app_dir": '"app"', "write_config": '"a.json"', "country": '"GB"',
    "area_code": '"415"', "contains": '"555"', "number_type": '"mobile"', "max_price": "2", "buy": "true",
    "from": '"+14155550123"', "messaging_service_sid": f'"MG{"0" * 32}"', "delivery": '"both"',
    "enrollment_template": '"{{code}}"', "verification_template": '"{{code}}"', "replace_provider": "true",
    "resend_token": "true", "countries": '["US", "CA"]', "policy": '"never"',
}  # fmt: skip


@pytest.mark.parametrize("key", KEYS, ids=[key.name for key in KEYS])
def test_every_setting_can_stand_in_the_file(key: Key) -> None:
    section, name = key.place
    assert from_file(f"[{section}]\n{name} = {EXAMPLES[key.name]}")[key.name].origin is Origin.FILE


def test_the_default_file_may_be_missing_and_a_named_one_may_not() -> None:
    assert merge({}, {}, None)["domain"].value is None
    with pytest.raises(ConfigUnreadableError, match=r"There is no file own\.toml"):
        merge({}, {}, Path("own.toml"))


def test_a_named_file_is_read_instead_of_the_default_one() -> None:
    Path("mfa-setup.toml").write_text('[number]\ncountry = "GB"', encoding="utf-8")
    Path("own.toml").write_text('[number]\narea_code = "415"', encoding="utf-8")
    given = merge({}, {}, Path("own.toml"))
    assert (given["country"].value, given["area_code"].value) == ("US", "415")


@pytest.mark.parametrize(
    ("text", "guess"),
    [
        ('[number]\narea_cod = "415"', "area_code"),
        ('[number]\nareaCode = "415"', "area_code"),
        ('[application]\ncallback_url = ["http://localhost:1"]', "callback_urls"),
        ('[policy]\nrequire-mfa = "always"', "require_mfa"),
        ('[sms]\nmessaging_service = "MG"', "messaging_service_sid"),
        ('[aplication]\nname = "Acme"', "application"),
        ("[numbers]", "number"),
    ],
)
def test_a_typing_error_is_met_with_what_was_meant(text: str, guess: str) -> None:
    with pytest.raises(UnknownKeyError) as refused:
        from_file(text)
    assert f"Did you mean `{guess}`?" in refused.value.hint


def test_what_resembles_nothing_is_met_with_all_that_is_known() -> None:
    with pytest.raises(UnknownKeyError) as refused:
        from_file("[policy]\nzzz = 1")
    assert refused.value.hint == "Known: require_mfa."


def test_a_secret_is_refused_before_anything_else_and_never_quoted() -> None:
    with pytest.raises(SecretInConfigError) as refused:
        from_file('[nonsense]\nx = 1\nauth_token = "planted"')
    assert "`auth_token`" in refused.value.message
    assert "planted" not in refused.value.message + refused.value.hint


def test_a_setting_whose_name_only_sounds_like_a_secret_is_taken() -> None:
    assert from_file("[sms]\nresend_token = true")["resend_token"].value is True


def test_a_long_value_is_quoted_in_short() -> None:
    with pytest.raises(InvalidValueError) as refused:
        merge({"name": "<" * 5_000}, {}, None)
    assert len(refused.value.message) < 250
    assert "a name is not empty" in refused.value.message


# --- what the sources make together -------------------------------------------------------------------------------


def asked(flags: dict[str, Any], file: str = "") -> settings.Settings:
    """The settings of a command line and a file."""
    Path("mfa-setup.toml").write_text(file, encoding="utf-8")
    return settings.load(flags, {}, None)


def test_url_stands_for_callback_logout_and_origin_at_once() -> None:
    application = asked({"urls": ["http://localhost:1/a", "http://localhost:1/b"]}).desired.application
    assert application is not None
    assert application.callbacks == application.logout_urls == ("http://localhost:1/a", "http://localhost:1/b")
    assert application.web_origins == ("http://localhost:1",)


def test_a_special_list_stands_beside_url_of_the_same_source() -> None:
    flags = {"urls": ["http://localhost:1"], "callback_urls": ["http://localhost:1/callback"]}
    application = asked(flags).desired.application
    assert application is not None
    assert application.callbacks == ("http://localhost:1/callback",)
    assert application.logout_urls == ("http://localhost:1",)


def test_url_on_the_command_line_overrides_a_special_list_of_the_file() -> None:
    file = '[application]\ncallback_urls = ["http://localhost:2/callback"]'
    application = asked({"urls": ["http://localhost:1"]}, file).desired.application
    assert application is not None
    assert application.callbacks == ("http://localhost:1",)


def test_no_app_asks_for_no_application() -> None:
    assert asked({"no_app": True}).desired.application is None


@pytest.mark.parametrize("delivery", [None, "sms", "both"])
def test_delivery_remembers_whether_it_was_asked_for(delivery: str | None) -> None:
    sms = asked({"delivery": delivery}).desired.sms
    assert sms.delivery == (delivery or "sms")
    assert sms.delivery_given is (delivery is not None)


@pytest.mark.parametrize(
    "flags",
    [
        {"country": "GB", "area_code": "415"},
        {"number_type": "mobile"},
        {"number_type": "mobile", "country": "CA"},
        {"from": "+14155550123", "buy": True},
        {"no_app": True, "harden": True},
        {"no_app": True, "app_dir": "app"},
        {"delivery": "voice", "messaging_service_sid": f"MG{'0' * 32}"},
    ],
    ids=str,
)
def test_values_that_make_no_sense_together_are_refused(flags: dict[str, Any]) -> None:
    with pytest.raises(InvalidValueError) as refused:
        asked(flags)
    assert refused.value.hint


@pytest.mark.parametrize(
    "flags",
    [
        {"country": "CA", "area_code": "416"},
        {"country": "GB", "number_type": "mobile"},
        {"delivery": "sms", "messaging_service_sid": f"MG{'0' * 32}"},
        {"delivery": "both", "messaging_service_sid": f"MG{'0' * 32}", "from": "+14155550123"},
        {"no_app": True, "name": "Acme"},
    ],
    ids=str,
)
def test_values_that_go_together_are_taken(flags: dict[str, Any]) -> None:
    assert asked(flags).given
