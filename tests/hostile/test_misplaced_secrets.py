"""A secret that was typed in the wrong place, and that nothing has named as one: no place quotes it."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from hostile.commands import commands, line, options, serve_nothing
from hostile.hunt import files, found
from mfa_setup.settings.schema import SECRETS, SETTINGS, VARIABLES
from support.lab import Lab, Result, Run

SECRETS_OF = {
    "a Twilio auth token": "3f9a1c0b7de24586a9b0c1d2e3f4a5b6",
    "a Twilio API secret": "Tg8Lw3Fy6Ds1Rk9Nv5Xj2Cp7Mb4QhZ0a",
    "a client secret": "Zq7Wn4Kc8Tb2Hx6Jf9_Lm3Pr5-Vd1Gp7Kz8Wt4Xc6Yb3Nq9Rs5Ud0Ae2Bo4Ci",
    "an access token": "eyJPL4NTEDheader7x2abc.eyJQbGFudGVkUGF5bG9hZDcyOTE.S1gnatureQ8rT5vYx2Lm9",
    "base64": "q8Zt/3fKw+9LxP2/mR7vB5nC1dH6+jG4sY0aEuT=",
    "twenty characters": "a1b2c3d4e5f6g7h8i9j0",
}
FEW = [SECRETS_OF["a Twilio auth token"], SECRETS_OF["base64"]]
SHAPES = [
    pytest.param(FEW, id="some"),
    pytest.param([secret for secret in SECRETS_OF.values() if secret not in FEW], id="others", marks=pytest.mark.sweep),
]
CHOSEN = "planted-secret-0123456789"
"""A word that somebody may have chosen as a name too: as a name it is taken, and shown in short."""

Tried = Callable[..., list[str]]


@pytest.fixture
def tried(run: Run, unified: Lab, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Tried:
    """Runs a command line with a secret in it, and says where the secret is found afterwards."""
    serve_nothing(monkeypatch)
    base = folder.parent

    def call(
        secret: str,
        *arguments: str,
        env: Mapping[str, str | None] | None = None,
        kept: tuple[Path, ...] = (base / "state", base / "cache", folder),
    ) -> list[str]:
        places: list[str] = []
        for mode in ((), ("--json",)):
            result: Result = run(*arguments, *mode, env={**unified.env, **(env or {})})
            places += found({" ".join(mode) or "text": secret}, {"stdout": result.out, "stderr": result.err})
        return places + found({"kept": secret}, files(kept))

    return call


OPTIONS = [(name, flag) for name in commands() for flag, option in options(name).items() if not option.is_flag]


def with_option(name: str, flag: str, value: str) -> list[str]:
    """A command with one option set; of a required one there is no other value."""
    words = line(name)
    if flag in words:
        words[words.index(flag) + 1] = value
        return [*words, "--yes", "--no-input"]
    return [*words, "--yes", "--no-input", flag, value]


WRITTEN = {
    ("config init", flag)
    for flag in (
        "--app-client-id", "--connection",
        "--only-application", "--only-connection", "--only-organization", "--only-role",
    )
}  # fmt: skip
"""What is written as it was given: IDs look like secrets, and only Auth0 knows which ones exist."""


@pytest.mark.parametrize(("name", "flag"), OPTIONS, ids=[f"{name} {flag}" for name, flag in OPTIONS])
@pytest.mark.parametrize("secrets", SHAPES)
def test_no_option_of_any_command_quotes_one(
    tried: Tried, folder: Path, name: str, flag: str, secrets: list[str]
) -> None:
    base = folder.parent
    kept = (base / "state", base / "cache", *(() if (name, flag) in WRITTEN else (folder,)))
    for secret in secrets:
        assert tried(secret, *with_option(name, flag, secret), kept=kept) == []
        assert tried(secret, *line(name), "--yes", "--no-input", f"{flag}={secret}", kept=kept) == []
    assert tried(CHOSEN, *with_option(name, flag, CHOSEN), kept=()) == []


@pytest.mark.parametrize("name", list(commands()))
@pytest.mark.parametrize("kind", SECRETS_OF)
def test_no_argument_and_no_unknown_option_is_quoted(tried: Tried, name: str, kind: str) -> None:
    secret = SECRETS_OF[kind]
    assert tried(secret, *name.split(), secret) == []
    assert tried(secret, *line(name), secret) == []
    assert tried(secret, *line(name), f"--{secret}") == []
    assert tried(secret, *line(name), f"-{secret}") == []
    assert tried(secret, *line(name), f"--unknown={secret}") == []


@pytest.mark.parametrize("kind", SECRETS_OF)
def test_no_command_and_no_option_before_it_is_quoted(tried: Tried, kind: str) -> None:
    secret = SECRETS_OF[kind]
    for words in ([secret], ["test", secret], [f"--{secret}", "up"], ["--version", secret], ["policy", secret]):
        assert tried(secret, *words) == [], words


READ = sorted(
    {setting.variable for setting in SETTINGS if setting.variable}
    | set(VARIABLES)
    | {"SSL_CERT_FILE", "HTTPS_PROXY", "TWILIO_REGION", "TWILIO_EDGE"}
    | {name for secret in SECRETS.values() for name in secret.variables}
)


@pytest.mark.parametrize("variable", READ)
@pytest.mark.parametrize("command", ["up --yes", "plan", "undo --list", "doctor", "test sms --to +12015550123"])
@pytest.mark.parametrize("secrets", SHAPES)
def test_no_variable_is_quoted(tried: Tried, variable: str, command: str, secrets: list[str]) -> None:
    for secret in secrets:
        assert tried(secret, *command.split(), "--timeout", "1", env={variable: secret}) == [], secret


def test_no_name_of_a_variable_is_quoted(tried: Tried) -> None:
    secret = SECRETS_OF["a Twilio API secret"].upper()
    assert tried(secret, "plan", env={f"MFA_SETUP_{secret}": "x"}) == []


KEYS = [(setting.section, setting.key) for setting in SETTINGS]
FORMS = ('{key} = "{secret}"', '{key} = ["{secret}"]', '{key} = {{ "{secret}" = "{secret}" }}', '"{secret}" = 1')
BROKEN = (
    '{key} = "{secret}" oops',
    "{key} = {secret}",
    '{key} = {{"{secret}" = 1, "{secret}" = 2}}',
    "[{key}.'{secret}']",
)


@pytest.mark.parametrize(("section", "key"), KEYS, ids=[f"{section}.{key}" for section, key in KEYS])
@pytest.mark.parametrize("secrets", SHAPES)
def test_no_key_and_no_value_of_the_settings_file_is_quoted(
    tried: Tried, folder: Path, section: str, key: str, secrets: list[str]
) -> None:
    base = folder.parent
    for secret in secrets:
        for form in (*FORMS, *BROKEN):
            text = f"[{section}]\n{form.format(key=key, secret=secret)}\n"
            (folder / "mfa-setup.toml").write_text(text, encoding="utf-8")
            places = tried(secret, "up", "--yes", kept=(base / "state", base / "cache", folder / "src"))
            assert places == [], text


@pytest.mark.parametrize(
    "text", ['["{}"]\na = 1', '"{}" = 1', "[{}]\n[{}]", "[a.'{}']\n[a.'{}']", 'application = "{}"']
)
def test_no_section_of_the_settings_file_is_quoted(tried: Tried, folder: Path, text: str) -> None:
    for secret in SECRETS_OF.values():
        (folder / "mfa-setup.toml").write_text(text.replace("{}", secret), encoding="utf-8")
        assert tried(secret, "plan", kept=()) == [], secret


# --- and what is no secret stays readable --------------------------------------------------------------------------


def test_what_a_message_has_to_name_stays_readable(run: Run, unified: Lab, folder: Path) -> None:
    sid = "MG" + "0123456789abcdef" * 2
    refused = run("up", "--yes", "--from", sid, env=unified.env)
    assert sid in refused.err
    refused = run("up", "--yes", "--url", "http://localhost:3000/a2/callback-of-2027#top", env=unified.env)
    assert "http://localhost:3000/a2/callback-of-2027#top" in refused.err
    refused = run("plan", "--domain", "https://dev-8x7f9k2a.us.auth0.com/", env=unified.env)
    assert "Use only the host name: dev-8x7f9k2a.us.auth0.com." in refused.err
    missing = folder / "config2027" / "mfa-setup.toml"
    assert str(missing) in run("plan", "--config", str(missing), env=unified.env).err
    assert run("init", "--yes", "--json", env=unified.env).code == 0


def test_the_client_id_of_an_application_that_exists_stays_readable(run: Run, unified: Lab) -> None:
    made = run("init", "--yes", "--json", env=unified.env).document["outputs"]["client_id"]
    again = run("init", "--yes", "--json", "--app-client-id", made, env=unified.env)
    assert (again.code, again.document["outputs"]["client_id"]) == (0, made)


def test_a_word_is_shown_by_its_first_four_characters(run: Run, unified: Lab) -> None:
    secret = SECRETS_OF["a Twilio auth token"]
    for words in (["policy", secret], ["plan", "--config", secret], ["up", "--country", secret]):
        assert "3f9a…" in run(*words, env=unified.env).err, words
