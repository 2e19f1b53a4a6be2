"""What a fleet file may hold: settings by tenant, and the names of credentials in the place of credentials."""

from pathlib import Path
from typing import Any

import pytest

from mfa_setup.errors import MfaSetupError
from mfa_setup.settings.fleet import FleetTenant, read_fleet, require_twilio, resolved

HEAD = """
[defaults.credentials]
auth0_client_id = { env = "ID" }
auth0_client_secret = { env = "SECRET" }
twilio_account_sid = { env = "SID" }
twilio_auth_token = { env = "TOKEN" }
"""
ACME = '[tenants.acme]\ndomain = "acme.eu.auth0.com"\n'
BETA = '[tenants.beta]\ndomain = "beta.eu.auth0.com"\n'
ENVIRONMENT = {"ID": "id", "SECRET": "secret", "SID": "sid", "TOKEN": "token"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The path of a fleet file that is not there yet."""
    return tmp_path / "fleet.toml"


def read(file: Path, text: str, *allowed: str, sandbox: bool = False) -> tuple[FleetTenant, ...]:
    """The tenants of a fleet file."""
    file.write_text(text, encoding="utf-8")
    return read_fleet(file, allowed=frozenset(allowed), sandbox=sandbox)


def refused(file: Path, text: str, code: str, *, sandbox: bool = False) -> MfaSetupError:
    """The error that a fleet file is refused with."""
    with pytest.raises(MfaSetupError) as error:
        read(file, text, sandbox=sandbox)
    assert (error.value.code, error.value.exit_code) == (code, 3), error.value.message
    assert error.value.hint
    return error.value


def value(tenant: FleetTenant, name: str) -> Any:
    """A setting of a tenant."""
    return tenant.settings.given[name].value


# --- settings -----------------------------------------------------------------------------------------------------


def test_the_tenants_come_in_the_order_of_the_file(file: Path) -> None:
    tenants = read(file, HEAD + BETA + ACME)
    assert [(one.name, one.domain) for one in tenants] == [
        ("beta", "beta.eu.auth0.com"), ("acme", "acme.eu.auth0.com"),
    ]  # fmt: skip


def test_a_tenant_outranks_the_defaults_key_by_key(file: Path) -> None:
    defaults = '[defaults]\npolicy = { require_mfa = "never" }\nsms = { from = "+14155550100", delivery = "sms" }\n'
    acme, beta = read(file, defaults + HEAD + ACME + 'sms = { delivery = "voice" }\n' + BETA)
    assert (value(acme, "delivery"), value(acme, "from"), value(acme, "policy")) == ("voice", "+14155550100", "never")
    assert value(beta, "delivery") == "sms"


def test_a_tenants_url_outranks_the_special_lists_of_the_defaults(file: Path) -> None:
    defaults = '[defaults]\napplication = { callback_urls = ["https://all.example.com/callback"] }\n'
    own = 'application = { urls = ["https://acme.example.com"] }\n'
    acme, beta = (one.settings.desired.application for one in read(file, defaults + HEAD + ACME + own + BETA))
    assert acme
    assert beta
    assert acme.callbacks == ("https://acme.example.com",)
    assert beta.callbacks == ("https://all.example.com/callback",)


def test_a_malformed_value_is_refused_with_its_place(file: Path) -> None:
    error = refused(file, HEAD + ACME + 'policy = { require_mfa = "often" }\n', "invalid_value")
    assert f"require_mfa in [policy] of {file} ([tenants.acme])" in error.message


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "invalid_value"),
        ("[defaults]\n", "invalid_value"),
        (ACME + "[fleet]\n", "unknown_key"),
        ("[tenants.acme]\n", "invalid_value"),
        ("[tenants.acme]\ndomain = 7\n", "invalid_value"),
        ('[tenants.acme]\ndomain = "https://acme.eu.auth0.com"\n', "invalid_value"),
        ('[tenants."a b"]\ndomain = "acme.eu.auth0.com"\n', "invalid_value"),
        ("tenants = 7\n", "invalid_value"),
        ("[tenants]\nacme = 7\n", "invalid_value"),
        ("defaults = 7\n" + ACME, "invalid_value"),
        ('[defaults]\nauth0 = { domain = "acme.eu.auth0.com" }\n' + ACME, "unknown_key"),
        ('[defaults]\ndomain = "acme.eu.auth0.com"\n' + ACME, "unknown_key"),
        (ACME + 'auth0 = { domain = "acme.eu.auth0.com" }\n', "unknown_key"),
        (ACME + "sms = { buy = true }\n", "unknown_key"),
        (ACME + "number = { buy = true }\n", "invalid_value"),
        (ACME + "number = 7\n", "invalid_value"),
        (ACME + "[tenants.other]\ndomain = 'ACME.eu.auth0.com'\n", "invalid_value"),
        ("not TOML", "config_unreadable"),
        (f"a = {'1' * 5000}", "config_unreadable"),
    ],
)  # fmt: skip
def test_what_is_no_fleet_file_is_refused(file: Path, text: str, code: str) -> None:
    refused(file, text, code)


def test_two_tenants_do_not_write_the_same_config_file(file: Path) -> None:
    shared = '[defaults]\napplication = { write_config = "auth_config.json" }\n'
    error = refused(file, shared + ACME + BETA, "invalid_value")
    assert "acme and beta" in error.message
    assert len(read(file, shared + ACME + BETA + 'application = { write_config = "beta.json" }\n')) == 2


# --- domains ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("domain", ["login.acme.example", "acme.eu.auth0.com.evil.example", "auth0.com.evil.example"])
def test_a_domain_that_is_not_auth0s_must_be_allowed(file: Path, domain: str) -> None:
    text = f'[tenants.acme]\ndomain = "{domain}"\n'
    assert f"--allow-domain {domain}" in refused(file, text, "invalid_value").hint
    assert read(file, text, domain)[0].domain == domain


def test_a_tenant_of_this_machine_needs_a_sandbox(file: Path) -> None:
    text = '[tenants.t0002]\ndomain = "t0002.tenants.localhost:4400"\n'
    refused(file, text, "invalid_value")
    assert len(read(file, text, sandbox=True)) == 1


# --- credentials --------------------------------------------------------------------------------------------------

LONG = "Vq7Zk29sLmX0pR4tY8wB"


@pytest.mark.parametrize(
    "value",
    [
        '{ env = "a1b2c3d4e5f60718293a4b5c6d7e8f90" }',
        f'"{LONG}"', f'{{ value = "{LONG}" }}', f'{{ env = "{LONG}-" }}', '{ env = "" }', "{ env = 7 }",
        '{ env = "ID", file = "id" }', "{}",
    ],
)  # fmt: skip
def test_a_credential_itself_is_refused_and_not_shown(file: Path, value: str) -> None:
    error = refused(file, ACME + f"credentials = {{ auth0_client_secret = {value} }}\n", "secret_in_config")
    assert LONG not in error.message + error.hint
    assert "a1b2c3d4e5f6" not in error.message + error.hint
    assert "auth0_client_secret in [tenants.acme.credentials]" in error.message


def test_an_unknown_credential_is_refused(file: Path) -> None:
    error = refused(file, ACME + 'credentials = { client_secret = { env = "SECRET" } }\n', "unknown_key")
    assert "auth0_client_secret" in error.hint


def test_a_secret_among_the_settings_is_refused(file: Path) -> None:
    refused(file, ACME + f'sms = {{ auth_token = "{LONG}" }}\n', "secret_in_config")


def test_credentials_are_read_where_the_file_says(file: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of-acme\n", encoding="utf-8")
    own = 'credentials = { auth0_client_secret = { file = "secret" }, auth0_client_id = { env = "ACME_ID" } }\n'
    acme, beta = read(file, HEAD + ACME + own + BETA)
    environment = ENVIRONMENT | {"ACME_ID": "acme", "AUTH0_API_TOKEN": "of nobody"}
    assert resolved(acme, tmp_path, environment) == {
        "AUTH0_CLIENT_ID": "acme", "AUTH0_CLIENT_SECRET": "of-acme",
        "TWILIO_ACCOUNT_SID": "sid", "TWILIO_AUTH_TOKEN": "token",
    }  # fmt: skip
    assert resolved(beta, tmp_path, environment)["AUTH0_CLIENT_SECRET"] == "secret"


def test_a_tenant_with_a_login_of_its_own_uses_none_of_the_defaults(file: Path, tmp_path: Path) -> None:
    own = 'credentials = { auth0_client_assertion_private_key = { env = "KEY" } }\n'
    (acme,) = read(file, HEAD + ACME + own)
    found = resolved(acme, tmp_path, ENVIRONMENT | {"KEY": "key"})
    assert (found["AUTH0_CLIENT_ASSERTION_PRIVATE_KEY"], "AUTH0_CLIENT_SECRET" in found) == ("key", False)


def test_the_token_of_one_twilio_account_is_not_used_for_another(file: Path) -> None:
    (acme,) = read(file, HEAD + ACME + 'credentials = { twilio_account_sid = { env = "OTHER" } }\n')
    assert "twilio_auth_token" not in acme.credentials
    with pytest.raises(MfaSetupError) as error:
        require_twilio(acme)
    assert (error.value.exit_code, "twilio_auth_token" in error.value.message) == (6, True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ACME, 6),
        (HEAD.replace("SECRET", "UNSET") + ACME, 6),
        (HEAD.replace('{ env = "SECRET" }', '{ file = "absent" }') + ACME, 3),
        (HEAD.replace('{ env = "SECRET" }', '{ file = "empty" }') + ACME, 3),
    ],
)
def test_a_credential_that_is_not_there_is_named(file: Path, tmp_path: Path, text: str, code: int) -> None:
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    (acme,) = read(file, text)
    with pytest.raises(MfaSetupError) as error:
        resolved(acme, tmp_path, ENVIRONMENT)
    assert error.value.exit_code == code
    assert "auth0_client_secret" in error.value.message
