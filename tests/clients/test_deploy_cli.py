"""The Auth0 Deploy CLI on the sandbox: what it reads after our `up`, and what our `plan` says after its import."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from clients.conftest import DeployCli, Secure
from support.lab import Run

pytestmark = pytest.mark.node

URL = "http://localhost:3000"
NAME = "Twilio MFA Test"
CONNECTION = "Username-Password-Authentication"
BOTH = ("clients", "databases", "guardianFactors", "guardianPolicies", "guardianPhoneFactorMessageTypes")
OF_THE_STACK = {
    "unified": ("phoneProviders",),
    "legacy": ("guardianPhoneFactorSelectedProvider", "guardianFactorProviders"),
}
# From its SDK 5 on, the Deploy CLI reads the legacy Twilio settings, but leaves them out of what it writes.
WITH_LEGACY_PROVIDERS = "auth0-deploy-cli-8.7"


@pytest.fixture
def number(run: Run, secure: Secure) -> str:
    """The number that a first `up` on a fresh tenant has bought."""
    result = run("up", "--yes", "--json", env=secure.env)
    assert result.code == 0, result.out + result.err
    return str(result.document["outputs"]["phone_number"])


@pytest.fixture
def exported(number: str, secure: Secure, deploy_cli: DeployCli, tmp_path: Path) -> Path:
    """The folder that the Deploy CLI has written after our `up`."""
    del number
    folder = tmp_path / "export"
    where = ("--format", "directory", "--output_folder")
    deploy_cli("export", *where, str(folder), only=BOTH + OF_THE_STACK[secure.stack])
    if secure.stack == "legacy":
        older = tmp_path / "older"
        deploy_cli("export", *where, str(older), only=("guardianFactorProviders",), package=WITH_LEGACY_PROVIDERS)
        shutil.copytree(older / "guardian", folder / "guardian", dirs_exist_ok=True)
    return folder


def read(folder: Path, *parts: str) -> Any:
    return json.loads(folder.joinpath(*parts).read_text())


def test_its_export_shows_the_application_that_we_made(exported: Path) -> None:
    client = read(exported, "clients", f"{NAME}.json")
    assert client["callbacks"] == client["allowed_logout_urls"] == client["web_origins"] == [URL]
    assert client["app_type"] == "spa"
    assert client["token_endpoint_auth_method"] == "none"
    assert client["jwt_configuration"]["alg"] == "RS256"
    assert client["client_metadata"]["managed_by"] == "mfa-setup"
    database = read(exported, "database-connections", CONNECTION, "database.json")
    assert database["enabled_clients"] == [NAME]


def test_its_export_shows_the_factor_and_the_policy_that_we_set(exported: Path) -> None:
    guardian = exported / "guardian"
    factors = [read(file) for file in (guardian / "factors").iterdir()]
    assert [factor["name"] for factor in factors if factor["enabled"]] == ["sms"]
    assert read(guardian, "phoneFactorMessageTypes.json") == {"message_types": ["sms"]}
    assert read(guardian, "policies.json") == {"policies": ["all-applications"]}


def test_its_export_shows_twilio_as_we_set_it_up(exported: Path, number: str, secure: Secure) -> None:
    account = secure.env["TWILIO_ACCOUNT_SID"]
    if secure.stack == "unified":
        (provider,) = read(exported, "phone-providers", "provider.json")
        assert provider["configuration"] == {"sid": account, "default_from": number, "delivery_methods": ["text"]}
        assert (provider["name"], provider["disabled"]) == ("twilio", False)
    else:
        settings = read(exported, "guardian", "providers", "sms-twilio.json")
        assert (settings["sid"], settings["from"]) == (account, number)
        assert read(exported, "guardian", "phoneFactorSelectedProvider.json") == {"provider": "twilio"}


def test_after_its_import_our_plan_has_nothing_to_do(
    exported: Path, number: str, secure: Secure, deploy_cli: DeployCli, run: Run
) -> None:
    secure.reset()
    secure.own(number)
    deploy_cli(
        "import",
        "--input_file",
        str(exported),
        only=BOTH + OF_THE_STACK[secure.stack],
        AUTH0_KEYWORD_REPLACE_MAPPINGS={"TWILIO_AUTH_TOKEN": secure.env["TWILIO_AUTH_TOKEN"]},
    )
    assert [client["name"] for client in secure.state["clients"] if client["app_type"] == "spa"] == [NAME]
    result = run("plan", "--check", "--json", "--from", number, env=secure.env)
    changes = {change["resource"]: change["action"] for change in result.document["changes"]}
    assert changes == dict.fromkeys(("application", "number", "provider", "factor", "policy"), "none")
    assert result.code == 0
