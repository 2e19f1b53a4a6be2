"""What the sources mean together: the desired state, paths, the domain, and what contradicts itself."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from mfa_setup.errors import InvalidValueError
from mfa_setup.model.desired import DesiredScope
from mfa_setup.settings.settings import Settings, load, require_confirmed_domain, settings_of
from mfa_setup.settings.sources import InFile, Origin, merge


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The path of a settings file that is not there yet."""
    return tmp_path / "mfa-setup.toml"


def asked(flags: dict[str, Any], environment: dict[str, str] | None = None) -> Settings:
    """The settings of a command line and an environment."""
    return load(flags, environment or {})


def with_file(file: Path, text: str, flags: dict[str, Any] | None = None, **environment: str) -> Settings:
    """The settings of a file, a command line and an environment."""
    file.write_text(text, encoding="utf-8")
    return load(flags or {}, environment, file)


# --- the desired state --------------------------------------------------------------------------------------------


def test_url_stands_for_callback_logout_and_origin_at_once() -> None:
    application = asked({"urls": ["http://localhost:1/a", "http://localhost:1/b"]}).desired.application
    assert application is not None
    assert application.callbacks == ("http://localhost:1/a", "http://localhost:1/b")
    assert application.logout_urls == ("http://localhost:1/a", "http://localhost:1/b", "http://localhost:1")
    assert application.web_origins == ("http://localhost:1",)


def test_a_special_list_stands_beside_url_of_the_same_source() -> None:
    flags = {"urls": ["http://localhost:1"], "callback_urls": ["http://localhost:1/callback"]}
    application = asked(flags).desired.application
    assert application is not None
    assert application.callbacks == ("http://localhost:1/callback",)
    assert application.logout_urls == ("http://localhost:1",)


def test_url_on_the_command_line_overrides_a_special_list_of_the_file(file: Path) -> None:
    file.write_text('[application]\ncallback_urls = ["http://localhost:2/callback"]', encoding="utf-8")
    application = load({"urls": ["http://localhost:1"]}, {}, file).desired.application
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


def test_a_messaging_service_cannot_call_whatever_the_source(file: Path) -> None:
    text = f'[sms]\nmessaging_service_sid = "MG{"0" * 32}"\ndelivery = "both"'
    with pytest.raises(InvalidValueError, match=r"delivery in \[sms\] of .* is both, but a Messaging Service cannot"):
        with_file(file, text)


@pytest.mark.parametrize(
    "lower", ["harden = true", 'write_config = "a.json"', 'app_client_id = "abc"', 'app_dir = "."']
)
def test_no_app_of_a_higher_source_overrides_what_a_lower_one_says_of_the_application(file: Path, lower: str) -> None:
    text = f"[application]\n{lower}"
    assert with_file(file, text, {"no_app": True}).desired.application is None
    assert with_file(file, text, MFA_SETUP_NO_APP="1").desired.application is None
    with pytest.raises(InvalidValueError, match=r"no_app in \[application\] of .* and \w+ in \[application\] of"):
        with_file(file, f"{text}\nno_app = true")


def test_no_app_of_the_file_contradicts_a_flag_about_the_application_until_app_is_passed(file: Path) -> None:
    text = "[application]\nno_app = true"
    with pytest.raises(InvalidValueError, match="--harden contradict"):
        with_file(file, text, {"harden": True})
    application = with_file(file, text, {"harden": True, "no_app": False}).desired.application
    assert application is not None
    assert application.harden


# --- the file, and paths in it ------------------------------------------------------------------------------------


def test_without_a_file_none_is_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text('[number]\ncountry = "GB"', encoding="utf-8")
    monkeypatch.chdir(file.parent)
    settings = load({}, {})
    assert (settings.file, settings.desired.number.country) == (None, "US")
    assert (load({}, {}, file).file, load({}, {}, file).desired.number.country) == (file, "GB")


def test_relative_paths_of_the_file_count_from_its_folder_and_others_from_the_working_folder(file: Path) -> None:
    text = '[application]\napp_dir = "app"\nwrite_config = "src/a.json"'
    settings = with_file(file, text)
    assert settings.app_dir == file.parent / "app"
    assert (settings.config_base, settings.write_config) == (file.parent, Path("src/a.json"))
    settings = with_file(file, text, {"write_config": "b.json"}, MFA_SETUP_APP_DIR="web")
    assert settings.app_dir == Path("web")
    assert (settings.config_base, settings.write_config) == (Path(), Path("b.json"))


def test_absolute_paths_of_the_file_stay_as_they_are(file: Path) -> None:
    settings = with_file(file, '[application]\napp_dir = "/srv/app"\nwrite_config = "/srv/a.json"')
    assert (settings.app_dir, settings.write_config) == (Path("/srv/app"), Path("/srv/a.json"))


def test_app_dir_of_a_higher_source_overrides_write_config_of_a_lower_one(file: Path) -> None:
    text = '[application]\nwrite_config = "a.json"'
    assert with_file(file, text, {"app_dir": "app"}).write_config is None
    assert with_file(file, text, MFA_SETUP_APP_DIR="app").write_config is None
    assert with_file(file, text + '\napp_dir = "app"').write_config == Path("a.json")


# --- the domain ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("domain", "sandbox", "taken"),
    [
        ("acme.eu.auth0.com", False, True),
        ("ACME.EU.AUTH0.COM", False, True),
        ("auth0.com", False, True),
        ("login.example.com", False, False),
        ("login.example.com", True, False),
        ("evilauth0.com", False, False),
        ("auth0.com.example.com", False, False),
        ("localhost:4400", True, True),
        ("127.0.0.1:4400", True, True),
        ("localhost:5999", True, False),
        ("[::1]:4400", True, True),
        ("localhost:4400", False, False),
        ("localhost.example.com", True, False),
    ],
)
def test_a_domain_that_only_the_file_names_must_be_auth0s_or_a_sandbox(
    file: Path, domain: str, *, sandbox: bool, taken: bool
) -> None:
    text = f'[auth0]\ndomain = "{domain}"'
    url = urlsplit("http://localhost:4400") if sandbox else None
    for confirmed in (with_file(file, text, {"domain": domain}), with_file(file, text, AUTH0_DOMAIN=domain)):
        require_confirmed_domain(confirmed, sandbox=url)
    if taken:
        require_confirmed_domain(with_file(file, text), sandbox=url)
        return
    with pytest.raises(InvalidValueError) as refused:
        require_confirmed_domain(with_file(file, text), sandbox=url)
    assert refused.value.exit_code == 3
    assert f"AUTH0_DOMAIN={domain}" in refused.value.hint
    assert f"--domain {domain}" in refused.value.hint


def test_without_a_domain_there_is_nothing_to_confirm() -> None:
    require_confirmed_domain(load({}, {}), sandbox=None)


# --- variables ----------------------------------------------------------------------------------------------------


def test_the_variables_in_force_are_named_and_overridden_ones_are_not() -> None:
    environment = {"MFA_SETUP_NAME": "Acme", "MFA_SETUP_COUNTRY": "GB", "AUTH0_DOMAIN": "acme.auth0.com"}
    assert asked({"country": "US"}, environment).variables == ("MFA_SETUP_NAME",)


def test_what_was_given_is_listed_by_its_source(file: Path) -> None:
    settings = with_file(file, '[number]\ncountry = "GB"', {"contains": "55"}, MFA_SETUP_NAME="Acme")
    assert settings.by_source == {
        "MFA_SETUP_NAME": "Acme", f"country in [number] of {file}": "GB", "--contains": "55",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("MFA_SETUP_COUNTY", "Did you mean MFA_SETUP_COUNTRY?"),
        ("MFA_SETUP_URL", "Did you mean MFA_SETUP_URLS?"),
        ("MFA_SETUP_BUY", "Pass --buy instead."),
        ("MFA_SETUP_RESEND_TOKEN", "Pass --resend-token instead."),
        ("MFA_SETUP_APP_CLIENT_ID", "Pass --app-client-id instead."),
        ("MFA_SETUP_DOMAIN", "Set AUTH0_DOMAIN instead."),
        ("MFA_SETUP_REQUIRE_MFA", "Set MFA_SETUP_POLICY instead."),
        ("MFA_SETUP_ZZZZZZZZZZZZZZZZ", "Unset the variable, or see docs/settings.md for the known variables."),
    ],
)
def test_a_variable_that_is_not_read_is_a_warning_with_what_was_meant(name: str, hint: str) -> None:
    (notice,) = asked({}, {name: "x"}).notices
    assert notice.code == "unknown_variable"
    assert name in notice.message
    assert notice.hint == hint


def test_the_variables_that_are_read_are_no_warnings() -> None:
    names = ("SANDBOX", "STATE_DIR", "CACHE_DIR", "OLD_TWILIO_AUTH_TOKEN", "HARDEN")
    environment = {f"MFA_SETUP_{name}": "1" for name in names}
    assert asked({}, {**environment, "OTHER": "x"}).notices == ()


# --- limits and everyone ------------------------------------------------------------------------------------------

LIMITED = '[policy.only]\nroles = ["admin"]\n'
ALL = "[policy]\neveryone = true\n"


def test_a_limit_overrides_everyone_of_a_lower_source(file: Path) -> None:
    desired = with_file(file, ALL, {"only_percent": 10}).desired
    assert (desired.only, desired.everyone) == (DesiredScope(percent=10), False)


def test_everyone_overrides_the_limits_of_a_lower_source(file: Path) -> None:
    desired = with_file(file, LIMITED, {"everyone": True}).desired
    assert (desired.only, desired.everyone) == (DesiredScope(), True)


def test_limits_below_everyone_stay_overridden_where_a_limit_overrides_it() -> None:
    defaults = InFile(Origin.FLEET, {"only_roles": ["admin"]}, "defaults")
    tenant = InFile(Origin.FILE, {"everyone": True}, "tenant")
    desired = settings_of(merge({"only_percent": 10}, {}, (defaults, tenant)), None).desired
    assert (desired.only, desired.everyone) == (DesiredScope(percent=10), False)


def test_everyone_and_a_limit_of_the_same_source_contradict_each_other(file: Path) -> None:
    with pytest.raises(InvalidValueError, match="contradict"):
        with_file(file, ALL + LIMITED)
    with pytest.raises(InvalidValueError, match="contradict"):
        asked({"only_percent": 10, "everyone": True})


def test_a_limit_from_a_higher_source_still_contradicts_another_policy(file: Path) -> None:
    with pytest.raises(InvalidValueError, match="contradict"):
        with_file(file, '[policy]\nrequire_mfa = "never"\n', {"only_percent": 10})
