"""`mfa-setup config show` says where each value comes from, and `config init` writes a file that means the same."""

import os
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mfa_setup.errors import InvalidValueError
from mfa_setup.model.desired import Desired
from mfa_setup.settings.file_schemas import config_schema
from mfa_setup.settings.file_text import file_text
from mfa_setup.settings.schema import BY_NAME, SECRETS, SETTINGS, VARIABLES
from mfa_setup.settings.settings import Settings, load
from mfa_setup.settings.settings_file import read_file
from mfa_setup.settings.sources import InFile, Origin, merge
from mfa_setup.store import safe_write
from mfa_setup.store.profiles import Profiles
from support import documents
from support.lab import Result, Run

DOMAIN = "acme.eu.auth0.com"
LASTING = [setting for setting in SETTINGS if not setting.one_shot]


def values(result: Result) -> dict[str, dict[str, Any]]:
    """The settings that `config show --json` lists, by name."""
    assert (result.code, result.err) == (0, "")
    return {value["setting"]: value for value in result.document["configuration"]["values"]}


def variables(result: Result) -> dict[str, str | None]:
    """The origin of each variable that `config show --json` lists."""
    return {one["name"]: one["origin"] for one in result.document["configuration"]["variables"]}


# --- config show --------------------------------------------------------------------------------------------------


def test_each_value_has_its_origin_and_every_setting_is_listed_once(run: Run, folder: Path) -> None:
    text = '[auth0]\ndomain = "acme.eu.auth0.com"\n[number]\ncountry = "GB"\n[policy.only]\npercent = 5\n'
    (folder / "mfa-setup.toml").write_text(text, encoding="utf-8")
    result = run(
        *("config", "show", "--json", "--policy", "always", "--max-price", "2.50", "--buy"),
        env={"MFA_SETUP_COUNTRY": "de", "MFA_SETUP_URLS": "http://localhost:1 http://localhost:2"},
    )
    shown = values(result)
    assert list(shown) == [setting.name for setting in SETTINGS]
    for setting in SETTINGS:
        found = shown[setting.name]
        assert (found["flag"], found["variable"]) == (setting.flag, setting.variable)
        assert found["key"] == (None if setting.one_shot else f"{setting.section}.{setting.key}")
    assert {name: (one["value"], one["origin"], one["source"]) for name, one in shown.items() if one["source"]} == {
        "domain": (DOMAIN, "file", "domain in [auth0] of mfa-setup.toml"),
        "country": ("DE", "environment", "MFA_SETUP_COUNTRY"),
        "urls": (["http://localhost:1", "http://localhost:2"], "environment", "MFA_SETUP_URLS"),
        "policy": ("always", "flag", "--policy"),
        "max_price": (2.5, "flag", "--max-price"),
        "buy": (True, "flag", "--buy"),
        "only_percent": (5, "file", "percent in [policy.only] of mfa-setup.toml"),
    }
    assert shown["name"]["value"] == BY_NAME["name"].default
    assert {one["origin"] for one in shown.values() if not one["source"]} == {"default"}
    document = result.document
    assert document["tenant"]["domain"] == DOMAIN
    assert (document["changed"], document["settings"]["file"]) == (False, "mfa-setup.toml")
    assert document["configuration"]["search_end"] == "found"
    assert document["configuration"]["searched"] == [str(folder / "mfa-setup.toml")]


def test_people_are_shown_the_same(run: Run, folder: Path) -> None:
    (folder / "mfa-setup.toml").write_text('[number]\ncountry = "GB"\n', encoding="utf-8")
    out = run("config", "show", "--contains", "5551", env={"AUTH0_DOMAIN": DOMAIN, "MFA_SETUP_HARDEN": "1"}).out
    for line in (
        "Settings file: mfa-setup.toml. It is the first one that was found",
        "Profile: none is used.",
        r"\[auth0\]\n  domain +acme\.eu\.auth0\.com  \(AUTH0_DOMAIN\)",
        r"harden +true  \(MFA_SETUP_HARDEN\)",
        r"country +GB  \(mfa-setup\.toml\)",
        r"contains +5551  \(--contains\)",
        r"area_code +not set\n",
        r"require_mfa +always  \(default\)",
        r"--buy +false  \(default\)",
    ):
        assert re.search(line, out), line


def test_a_secret_is_named_and_neither_shown_nor_measured(run: Run, folder: Path) -> None:
    (folder / "token").write_text("t" * 32, encoding="utf-8")
    (folder / "token").chmod(0o600)
    outputs = set()
    for secret in ("short-secret", "a-much-longer-secret-of-many-characters"):
        env = {"AUTH0_DOMAIN": DOMAIN, "AUTH0_CLIENT_ID": "abc", "AUTH0_CLIENT_SECRET": secret}
        flags = ("--twilio-auth-token-file", "token")
        text, result = run("config", "show", *flags, env=env), run("config", "show", "--json", *flags, env=env)
        outputs.add(text.out)
        assert "AUTH0_CLIENT_SECRET: set (environment)" in text.out
        assert "TWILIO_AUTH_TOKEN: set (--twilio-auth-token-file)" in text.out
        assert "TWILIO_API_SECRET: not set" in text.out
        origins = variables(result)
        assert set(origins) == {*VARIABLES, *(name for secret in SECRETS.values() for name in secret.variables)}
        assert (origins["AUTH0_CLIENT_SECRET"], origins["TWILIO_AUTH_TOKEN"]) == ("environment", "flag")
        assert origins["AUTH0_API_TOKEN"] is None
        assert secret not in result.out + text.out
        assert "abc" not in text.out
    assert len(outputs) == 1


def test_the_values_of_a_profile_are_named_as_its_own(run: Run, folder: Path) -> None:
    stored = {"AUTH0_DOMAIN": DOMAIN, "AUTH0_CLIENT_ID": "id", "AUTH0_CLIENT_SECRET": "a-secret-of-the-profile"}
    Profiles(folder.parent / "state").put("acme", stored, "file")
    result = run("config", "show", "--json")
    domain = values(result)["domain"]
    assert (domain["value"], domain["origin"], domain["source"]) == (DOMAIN, "profile", "acme")
    assert variables(result)["AUTH0_CLIENT_SECRET"] == "profile"
    assert result.document["settings"]["profile"] == "acme"
    text = run("config", "show", "--profile", "acme").out
    assert "Profile: acme\n" in text
    assert "(profile acme)" in text
    assert "AUTH0_CLIENT_SECRET: set (profile acme)" in text
    assert "a-secret-of-the-profile" not in text + result.out


@pytest.mark.parametrize(
    ("where", "end", "says"),
    [
        ("repository", "repository", "the root of a repository"),
        ("home", "home", "your home folder"),
        ("elsewhere", "outside", "neither in a repository nor in your home folder"),
    ],
)
def test_without_a_file_it_says_where_it_looked_and_why_nowhere_else(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, where: str, end: str, says: str
) -> None:
    (folder / "app").mkdir()
    monkeypatch.setenv("HOME", str(folder if where == "home" else folder / "nowhere"))
    if where == "repository":
        (folder / ".git").mkdir()
    monkeypatch.chdir(folder / "app")
    configuration = run("config", "show", "--json").document["configuration"]
    expected = [folder / "app", folder][: 1 if where == "elsewhere" else 2]
    assert configuration["searched"] == [str(one / "mfa-setup.toml") for one in expected]
    assert configuration["search_end"] == end
    out = run("config", "show").out
    assert "Settings file: none was found." in out
    assert says in out
    assert f"{folder / 'app' / 'mfa-setup.toml'} does not exist." in out


def test_a_file_of_a_parent_folder_and_a_file_that_is_named_are_told_apart(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".git").mkdir()
    (folder / "app").mkdir()
    (folder / "mfa-setup.toml").write_text('[number]\ncountry = "GB"\n', encoding="utf-8")
    (folder / "own.toml").write_text('[number]\ncountry = "DE"\n', encoding="utf-8")
    monkeypatch.chdir(folder / "app")
    configuration = run("config", "show", "--json").document["configuration"]
    paths = [str(one / "mfa-setup.toml") for one in (folder / "app", folder)]
    assert (configuration["searched"], configuration["search_end"]) == (paths, "found")
    named = run("config", "show", "--json", "--config", "../own.toml")
    assert named.document["configuration"]["searched"] == ["../own.toml"]
    assert named.document["configuration"]["search_end"] == "option"
    assert values(named)["country"]["value"] == "DE"
    assert "--config names it" in run("config", "show", "--config", "../own.toml").out


WRONG: list[tuple[tuple[str, ...], dict[str, str | None]]] = [
    (("--country", "Germany"), {}),
    ((), {"MFA_SETUP_POLICY": "often"}),
    (("--area-code", "415", "--country", "GB"), {}),
    (("--timeout", "soon"), {}),
    (("--profile", "absent"), {}),
    (("--config", "absent.toml"), {}),
    (("--client-secret-file", "absent"), {}),
    ((), {"TWILIO_ACCOUNT_SID": "AC1"}),
    ((), {"AUTH0_AUDIENCE": "https://other.eu.auth0.com/api/v2/"}),
    ((), {"MFA_SETUP_SANDBOX": "https://example.com"}),
    (("--name", "the a-secret-of-this-run"), {"AUTH0_CLIENT_SECRET": "a-secret-of-this-run"}),
]


@pytest.mark.parametrize(("flags", "env"), WRONG, ids=str)
def test_a_wrong_value_is_the_error_that_up_ends_with(
    run: Run, flags: tuple[str, ...], env: dict[str, str | None]
) -> None:
    env = {"AUTH0_DOMAIN": DOMAIN, **env}
    shown, up = (
        run(*words, "--json", *flags, env=env) for words in (("config", "show"), ("up", "--yes", "--no-input"))
    )
    assert shown.code == up.code == 3
    assert shown.document["error"] == up.document["error"]
    assert shown.document["configuration"] is None


def test_a_value_that_may_be_a_secret_is_shortened(run: Run) -> None:
    result = run("config", "show", "--json", "--app-client-id", "3f9a1c0b7de24586a9b0c1d2e3f4a5b6")
    assert values(result)["app_client_id"]["value"] == "3f9a…"


# --- config init --------------------------------------------------------------------------------------------------


def test_every_key_is_there_with_its_explanation_and_can_be_uncommented(run: Run, folder: Path) -> None:
    result = run("config", "init")
    assert (result.code, result.err) == (0, "")
    assert "Wrote mfa-setup.toml." in result.out
    assert "Next: set the domain in that file, then run `mfa-setup plan`." in result.out
    text = (folder / "mfa-setup.toml").read_text(encoding="utf-8")
    assert read_file(folder / "mfa-setup.toml") == {}
    assert all(f"# {setting.help}" in text for setting in LASTING)
    (folder / "full.toml").write_text(re.sub(r"^# (\w+ = )", r"\1", text, flags=re.MULTILINE), encoding="utf-8")
    full = read_file(folder / "full.toml")
    assert set(full) == {setting.name for setting in LASTING}
    merged = merge({}, {}, (InFile(Origin.FILE, full, "full.toml"),))
    for setting in LASTING:
        assert setting.default is None or merged[setting.name].value == setting.default


def test_editors_find_the_schema_by_the_first_line(run: Run, folder: Path) -> None:
    assert run("config", "init", "--domain", DOMAIN).code == 0
    first = (folder / "mfa-setup.toml").read_text(encoding="utf-8").splitlines()[0]
    name = first.removeprefix("#:schema ./")
    schema = (folder / name).read_text(encoding="utf-8")
    assert schema == run("schema", "config").out
    assert documents.other(schema) == config_schema()
    assert {path.name for path in folder.iterdir()} == {name, "mfa-setup.toml"}


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o027, 0o640), (0o077, 0o600), (0o777, 0o600)])
def test_the_files_are_as_private_as_the_user_wants_new_files(run: Run, folder: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        assert run("config", "init").code == 0
    finally:
        assert os.umask(before) == umask
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {mode}


def test_given_values_are_filled_in_and_those_of_a_single_run_are_not(run: Run, folder: Path) -> None:
    result = run(
        *("config", "init", "--json", "--url", "https://app.example.com", "--buy", "--max-price", "2", "--no-harden"),
        *("--verification-template", 'Say "{{code}}"\\'),
        env={"AUTH0_DOMAIN": DOMAIN, "MFA_SETUP_COUNTRIES": "US,ca", "AUTH0_CLIENT_SECRET": "a-secret-of-this-run"},
    )
    assert (result.code, result.document["changed"]) == (0, True)
    assert result.document["settings"]["file"] == "mfa-setup.toml"
    text = (folder / "mfa-setup.toml").read_text(encoding="utf-8")
    assert "a-secret-of-this-run" not in text
    assert tomllib.loads(text) == {
        "auth0": {"domain": DOMAIN},
        "application": {"urls": ["https://app.example.com"], "harden": False},
        "number": {"max_price": 2.0},
        "sms": {"countries": ["US", "CA"], "verification_template": 'Say "{{code}}"\\'},
        "policy": {"only": {}},
    }


def test_the_domain_of_a_profile_is_filled_in(run: Run, folder: Path) -> None:
    stored = {"AUTH0_DOMAIN": DOMAIN, "AUTH0_CLIENT_ID": "id", "AUTH0_CLIENT_SECRET": "a-secret-of-the-profile"}
    Profiles(folder.parent / "state").put("acme", stored, "file")
    out = run("config", "init", "own.toml").out
    assert "Next: `mfa-setup plan --config own.toml`." in out
    text = (folder / "own.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["auth0"] == {"domain": DOMAIN}
    assert "a-secret" not in text


@pytest.mark.parametrize("there", ["file", "folder", "link", "dangling link"])
def test_nothing_is_replaced(run: Run, folder: Path, there: str) -> None:
    path, elsewhere = folder / "mfa-setup.toml", folder / "elsewhere.toml"
    match there:
        case "file":
            path.write_text("# mine\n", encoding="utf-8")
        case "folder":
            path.mkdir()
        case "link":
            elsewhere.write_text("# mine\n", encoding="utf-8")
            path.symlink_to(elsewhere)
        case _:
            path.symlink_to(elsewhere)
    before = {one: one.read_text(encoding="utf-8") for one in folder.iterdir() if one.is_file()}
    result = run("config", "init", "--json")
    assert (result.code, result.document["changed"]) == (3, False)
    assert result.document["error"]["message"] == "mfa-setup.toml exists, and `config init` does not replace any file."
    assert {one: one.read_text(encoding="utf-8") for one in folder.iterdir() if one.is_file()} == before


def test_a_file_that_appears_meanwhile_is_not_replaced_either(folder: Path) -> None:
    path = folder / "mfa-setup.toml"
    path.write_text("# mine\n", encoding="utf-8")
    with pytest.raises(FileExistsError):
        safe_write.create_file(path, "# ours\n")
    assert (path.read_text(encoding="utf-8"), list(folder.iterdir())) == ("# mine\n", [path])


def test_a_schema_that_is_there_is_kept(run: Run, folder: Path) -> None:
    (folder / ".mfa-setup.schema.json").write_text("{}", encoding="utf-8")
    assert run("config", "init").code == 0
    assert (folder / ".mfa-setup.schema.json").read_text(encoding="utf-8") == "{}"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("absent/mfa-setup.toml",), "No such file or directory"),
        (("settings.json",), "not the name of a TOML file"),
        (("--config", "mfa-setup.toml"), "reads none"),
        (("--country", "Germany"), "--country"),
    ],
)
def test_what_cannot_be_written_is_refused_and_leaves_nothing(
    run: Run, folder: Path, arguments: tuple[str, ...], says: str
) -> None:
    result = run("config", "init", "--json", *arguments)
    assert (result.code, says in result.document["error"]["message"]) == (3, True)
    assert list(folder.iterdir()) == []


def test_paths_count_from_the_folder_of_the_file(run: Run, folder: Path) -> None:
    (folder / "config").mkdir()
    assert run("config", "init", "config/own.toml", "--app-dir", "app").code == 0
    written = load({}, {}, Path("config/own.toml"))
    assert written.app_dir is not None
    assert written.app_dir.resolve() == folder / "app"


def meaning(asked: Settings) -> tuple[Any, ...]:
    """What settings ask for: the desired state without what applies to one run, the domain and the paths."""
    sms = asked.desired.sms.model_copy(update={"replace_provider": False, "resend_token": False})
    desired: Desired = asked.desired.model_copy(
        update={"sms": sms, "number": asked.desired.number.model_copy(update={"buy": False})}
    )
    if desired.application is None:  # then there is no config file either
        return desired, asked.domain
    return desired, asked.domain, asked.app_dir, asked.write_config and asked.config_base / asked.write_config


EXAMPLES: dict[str, list[Any]] = {
    setting.name: [True, False]
    if setting.kind == "boolean"
    else [[setting.example], [setting.example] * 2]
    if setting.kind == "list"
    else [setting.example]
    for setting in SETTINGS
} | {
    "policy": ["always", "adaptive", "never"],
    "urls": [["http://localhost:1/a"], ["https://a.example.com", "https://b.example.com/x"]],
    "name": ['Acme "Portal"', "Caf\u00e9 \\ 1"],
    "delivery": ["sms", "voice", "both"],
    "max_price": ["2.50", ".00001", "999999"],
}


PAIRS = st.sampled_from([(name, value) for name, some in EXAMPLES.items() for value in some])


@given(flags=st.lists(PAIRS, max_size=4).map(dict), environment=st.lists(PAIRS, max_size=4).map(dict))
@settings(
    max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@pytest.mark.usefixtures("folder")
def test_the_written_file_means_what_the_options_and_the_environment_meant(
    flags: dict[str, Any], environment: dict[str, Any]
) -> None:
    texts = {
        str(BY_NAME[name].variable): ",".join(value) if isinstance(value, list) else str(value)
        for name, value in environment.items()
        if BY_NAME[name].variable
    }
    try:
        asked = load(flags, texts)
    except InvalidValueError:
        return
    Path("own.toml").write_text(file_text(asked, Path()), encoding="utf-8")
    assert meaning(load({}, {}, Path("own.toml"))) == meaning(asked)
