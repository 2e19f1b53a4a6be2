"""`doctor`: every check, its evidence and its fix; from a code that did not come to the reason; and it only reads."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from mfa_setup.demo.player import PHONE, Player
from mfa_setup.errors import MfaSetupError
from support.lab import Lab, Result, Run
from support.scene import NEW_TOKEN, rotate_token

URL = "http://localhost:3000"


def check(result: Result, check_id: str) -> dict[str, Any]:
    """One check of an outcome."""
    return next(item for item in result.document["checks"] if item["id"] == check_id)


def log_in(lab: Lab) -> None:
    """A user's login that does not get as far as the code."""
    asked = {
        "response_type": "code",
        "client_id": lab.spas[0]["client_id"],
        "redirect_uri": URL,
        "scope": "openid",
        "state": "state",
        "nonce": "nonce",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
    with pytest.raises(MfaSetupError):
        Player(lab.sandbox.url, lambda _text: None)(f"{lab.sandbox.url}/authorize?{urlencode(asked)}")


def test_a_full_account_with_a_registered_number_passes_everything_that_decides(run: Run, lab: Lab) -> None:
    run("up", "--yes", env=lab.env)
    result = run("doctor", "--json", env=lab.env)
    assert result.code == 0
    assert [item["id"] for item in result.document["checks"] if item["status"] == "fail"] == []
    assert {check(result, name)["status"] for name in ("provider_token", "sender_owned", "geo_permissions")} == {"pass"}
    young = check(result, "registration")  # bought a moment ago, and the tenant has no users
    assert (young["status"], "less than a day ago" in young["evidence"]) == ("warn", True)


def test_a_login_that_fails_for_a_wrong_token_is_led_to_its_reason(run: Run, lab: Lab) -> None:
    run("up", "--yes", env=lab.env)
    env = rotate_token(lab, NEW_TOKEN)
    log_in(lab)
    result = run("doctor", "--json", env=env)
    assert result.code == 7
    assert result.document["error"]["code"] == "enforced_undeliverable"
    assert check(result, "provider_token")["status"] == "fail"
    latest = check(result, "recent_sends")
    assert "20003" in latest["evidence"]
    assert latest["status"] == "warn"


def test_a_login_whose_code_a_carrier_drops_is_led_to_its_reason(run: Run, unified: Lab) -> None:
    run("up", "--yes", env=unified.env)
    unified.control("twilio/fates", {"phone_number": PHONE, "error_code": 30007})
    log_in(unified)
    alerts = check(run("doctor", "--json", env=unified.env), "twilio_alerts")
    assert alerts["status"] == "warn"
    assert "30007" in alerts["evidence"]
    assert alerts["fix"]


def test_on_the_free_plan_no_request_is_one_too_many(make_lab: Any, run: Run) -> None:
    lab = make_lab(auth0_plan="free", rate_limit="free")
    run("doctor", "--json", env=lab.env)
    statuses = [entry["status"] for entry in lab.log() if entry["service"] == "auth0"]
    assert len(statuses) > 10
    assert 429 not in statuses


def test_it_writes_nothing_and_sends_nothing(run: Run, lab: Lab) -> None:
    run("up", "--yes", env=lab.env)
    before, mark = lab.everything, lab.mark()
    run("doctor", "--json", env=lab.env)
    assert {entry["method"] for entry in lab.log(mark)} == {"GET"}
    assert lab.everything == before


def test_one_read_serves_all_checks(run: Run, unified: Lab) -> None:
    run("up", "--yes", env=unified.env)
    mark = unified.mark()
    run("doctor", "--json", env=unified.env)
    asked = [entry["path"] for entry in unified.log(mark) if entry["path"] != "/api/v2/tenants/settings"]
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize(
    ("env", "code", "check_id"),
    [
        ({"AUTH0_CLIENT_SECRET": "wrong-secret-0123456789"}, 4, "auth0_token"),
        ({"TWILIO_AUTH_TOKEN": "f" * 32}, 4, "twilio_credentials"),
    ],
    ids=["Auth0", "Twilio"],
)
def test_refused_credentials_end_with_4_and_what_else_was_seen(
    run: Run, unified: Lab, env: dict[str, str], code: int, check_id: str
) -> None:
    result = run("doctor", "--json", env={**unified.env, **env})
    assert result.code == code
    assert check(result, check_id)["status"] == "fail"
    other = "twilio_account" if check_id == "auth0_token" else "auth0_token"
    assert check(result, other)["status"] == "pass"


def test_a_service_that_does_not_answer_ends_with_5(run: Run, unified: Lab) -> None:
    unified.faults({"method": "*", "path": "/2010-04-01/*", "effect": "status:503", "times": 1000})
    result = run("doctor", "--json", "--timeout", "1", env=unified.env)
    assert result.code == 5
    assert check(result, "twilio_account")["status"] == "skip"
    assert check(result, "factor_on")["status"] == "fail"


def test_without_twilio_credentials_the_rest_is_checked(run: Run, unified: Lab) -> None:
    run("up", "--yes", env=unified.env)
    result = run("doctor", "--json", env={**unified.env, "TWILIO_ACCOUNT_SID": None, "TWILIO_AUTH_TOKEN": None})
    assert result.code == 0
    assert check(result, "registration")["status"] == "skip"
    assert "TWILIO_ACCOUNT_SID" in check(result, "registration")["fix"]


def test_scopes_that_are_missing_are_told_by_command(run: Run, unified: Lab) -> None:
    unified.grant(["read:tenant_settings", "read:guardian_factors", "read:phone_providers", "read:mfa_policies"])
    result = run("doctor", "--json", env=unified.env)
    scopes = check(result, "auth0_scopes")
    assert scopes["status"] == "warn"
    assert "policy lacks update:mfa_policies" in scopes["evidence"]
    assert check(result, "application")["status"] == "skip"
    assert check(result, "phone_stack")["status"] == "pass"


def test_where_applications_are_left_alone_all_else_is_checked(run: Run, lab: Lab, folder: Path) -> None:
    (folder / "mfa-setup.toml").write_text("[application]\nno_app = true\n", encoding="utf-8")
    result = run("doctor", "--json", env=lab.env)
    found = {check["id"]: check for check in result.document["checks"]}
    assert (found["application"]["status"], found["phone_stack"]["status"]) == ("skip", "pass")
    assert "--no-app" in found["application"]["evidence"]
    assert not any("/connections" in entry["path"] for entry in lab.log())


def test_what_bears_on_a_login_is_warned_of(run: Run, unified: Lab) -> None:
    run("up", "--yes", env=unified.env)
    unified.auth0("PUT", "guardian/factors/otp", {"enabled": True})
    unified.auth0("PATCH", "tenants/settings", {"customize_mfa_in_postlogin_action": True})
    grants = ["password", "http://auth0.com/oauth/grant-type/password-realm"]
    unified.auth0("POST", "clients", {"name": "Old app", "app_type": "native", "grant_types": grants})
    result = run("doctor", "--json", env=unified.env)
    for check_id, piece in (
        ("other_factor_first", "otp"),
        ("mfa_in_action", "customize_mfa_in_postlogin_action"),
        ("password_grants", "Old app"),
        ("recovery_factor", "phone"),
        ("application", "0 users"),
    ):
        assert check(result, check_id)["status"] == "warn"
        assert piece in check(result, check_id)["evidence"]


def test_people_see_the_checks_by_group_the_worst_first_with_the_fix_beside_each(run: Run, unified: Lab) -> None:
    out = run("doctor", env=unified.env).out
    assert out.index("The Auth0 tenant") < out.index("How codes are sent") < out.index("The Twilio account")
    codes = out[out.index("How codes are sent") : out.index("The Twilio account")]
    assert codes.index("x factor_on") < codes.index("= message_type_carried") < codes.index("- provider_account")
    lines = codes.splitlines()
    assert lines[lines.index("  x factor_on: The SMS factor is disabled.") + 1].strip() == "Run `mfa-setup enable-sms`."


def test_an_application_that_requires_an_organization_is_named_with_the_option_of_the_test_login(
    run: Run, unified: Lab
) -> None:
    run("up", "--yes", env=unified.env)
    unified.auth0("PATCH", f"clients/{unified.spas[0]['client_id']}", {"organization_usage": "require"})
    assert "--organization" in check(run("doctor", "--json", env=unified.env), "application")["evidence"]


@pytest.mark.parametrize("usage", ["deny", "allow"])
def test_a_callback_for_organizations_is_warned_about_where_the_application_has_none(
    run: Run, unified: Lab, usage: str
) -> None:
    run("up", "--url", "https://{organization_name}.example.com", "--yes", env=unified.env)
    unified.auth0("PATCH", f"clients/{unified.spas[0]['client_id']}", {"organization_usage": usage})
    found = check(run("doctor", "--json", env=unified.env), "application")
    assert ("{organization_name}" in found["evidence"]) is (usage == "deny")
