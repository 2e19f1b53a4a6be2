"""`doctor`: every check, its evidence and its fix; from a code that did not come to the reason; and it only reads."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from mfa_setup.demo.player import PHONE, Player
from mfa_setup.errors import MfaSetupError
from support.lab import Lab, Result, Run
from support.scene import NEW_TOKEN, OTHER_ACCOUNT, provider, rotate_token

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
    assert check(result, "factor_on")["pending"]


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
    assert "`mfa-setup policy` needs update:mfa_policies" in scopes["evidence"]
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


def test_people_see_the_checks_by_subject_the_worst_first_with_the_fix_under_each(run: Run, unified: Lab) -> None:
    run("up", "--yes", env=unified.env)
    unified.auth0("PUT", "guardian/factors/sms", {"enabled": False})
    out = run("doctor", env=unified.env).out
    assert "Marks: x failed, ! warning, = passed, - not applicable\n" in out
    titles = (
        "Auth0 tenant: ",
        "Logins: ",
        "How codes are sent: 1 failed, 6 passed",
        "Twilio account: 6 passed",
        "Sender",
    )
    assert [out.index(title) for title in titles] == sorted(out.index(title) for title in titles)
    codes = out[out.index("How codes are sent") : out.index("Twilio account:")].splitlines()
    assert codes[1:4] == [
        "  x factor_on",
        "      The SMS factor is disabled.",
        "      Fix: Run `mfa-setup enable-sms`.",
    ]
    assert codes[4].startswith("  = message_type_set: ")
    assert codes[-2].startswith("  - recent_sends: ")
    assert "33 checks: 1 failed, 5 warnings, 22 passed, 5 not applicable.\n" in out


def test_the_next_step_of_a_tenant_without_a_failure_is_to_prove_a_delivery(run: Run, unified: Lab) -> None:
    run("up", "--yes", env=unified.env)
    assert run("doctor", env=unified.env).out.endswith(
        "Next step: `mfa-setup test sms --to NUMBER` (proves that an SMS arrives)\n"
    )


def test_a_fix_that_many_checks_have_in_common_is_shown_once(run: Run, unified: Lab) -> None:
    out = run("doctor", env={**unified.env, "TWILIO_ACCOUNT_SID": None, "TWILIO_AUTH_TOKEN": None}).out
    assert out.count("Fix: Set TWILIO_ACCOUNT_SID") == 1
    assert "  ? balance: Could not check whether the Twilio account has a balance" in out


# --- a tenant that is not set up yet --------------------------------------------------------------------------------


def pending(result: Result) -> set[str]:
    """The checks that wait for `up`."""
    return {item["id"] for item in result.document["checks"] if item["pending"]}


FRESH = {"application", "factor_on", "message_type_set", "provider_enabled"}


def test_a_tenant_that_is_not_set_up_yet_is_no_failure(run: Run, lab: Lab) -> None:
    result = run("doctor", "--json", env=lab.env)
    assert (result.code, result.document["error"], pending(result)) == (0, None, FRESH)
    assert {check(result, name)["status"] for name in FRESH} == {"skip"}
    assert check(result, "factor_on")["evidence"] == "The SMS factor is disabled. `mfa-setup up` will change that."
    shown = run("doctor", env=lab.env)
    assert f"SMS MFA is not set up on {lab.env['AUTH0_DOMAIN']} yet. Run `mfa-setup up` to set it up." in shown.out
    assert "  o factor_on: " in shown.out
    assert shown.out.endswith("Next step: `mfa-setup up`\n")
    assert "Error" not in shown.err
    run("up", "--yes", env=lab.env)
    assert pending(run("doctor", "--json", env=lab.env)) == set()


def test_a_number_that_up_puts_into_its_pool_again_is_no_failure_after_an_undo(run: Run, lab: Lab) -> None:
    for command in (("up", "--yes"), ("undo", "--yes")):
        assert run(*command, env=lab.env).code == 0
    result = run("doctor", "--json", env=lab.env)
    assert (result.code, result.document["error"]) == (0, None)
    assert check(result, "registration")["pending"]
    assert run("up", "--yes", env=lab.env).code == 0


@pytest.mark.parametrize(
    ("world", "failing"),
    [
        ({"twilio_account": "trial"}, "twilio_account"),
        ({"twilio_account": "legacy-trial"}, "twilio_account"),
        ({"number_registration": "unregistered"}, "registration"),
    ],
    ids=["trial", "older trial", "no campaign"],
)
def test_what_up_cannot_fix_fails_before_it_has_run(
    make_lab: Any, run: Run, world: dict[str, str], failing: str
) -> None:
    lab = make_lab(**world)
    result = run("doctor", "--json", env=lab.env)
    assert (result.code, result.document["error"]["code"], pending(result)) == (7, "checks_failed", FRESH)
    assert [item["id"] for item in result.document["checks"] if item["status"] == "fail"] == [failing]
    assert "`mfa-setup up` cannot fix that" in result.document["error"]["message"]
    shown = run("doctor", env=lab.env).out
    assert "yet, and `mfa-setup up` cannot set it up before the failed checks are fixed." in shown
    assert "Next step" not in shown


def test_without_twilio_credentials_a_fresh_tenant_is_not_set_up_either(run: Run, unified: Lab) -> None:
    result = run("doctor", "--json", env={**unified.env, "TWILIO_ACCOUNT_SID": None, "TWILIO_AUTH_TOKEN": None})
    assert (result.code, pending(result)) == (0, FRESH)


def test_a_policy_in_force_without_a_factor_is_never_called_not_set_up(run: Run, lab: Lab) -> None:
    lab.auth0("PUT", "guardian/policies", ["all-applications"])
    result = run("doctor", "--json", env=lab.env)
    assert (result.code, result.document["error"]["code"], pending(result)) == (7, "enforced_undeliverable", set())
    assert check(result, "factor_on")["status"] == "fail"


def test_an_action_that_asks_for_codes_under_never_is_named_where_they_cannot_be_sent(run: Run, lab: Lab) -> None:
    code = "exports.onExecutePostLogin = async (event, api) => { api.multifactor.enable('any'); };"
    lab.control("actions", [{"name": "Ask for MFA", "code": code}])
    result = run("doctor", "--json", env=lab.env)
    assert (result.code, result.document["error"]["code"], pending(result)) == (7, "checks_failed", set())
    assert "post-login Actions can ask users for codes now: Ask for MFA." in result.document["error"]["message"]


def test_where_the_policy_cannot_be_read_no_failure_is_excused(run: Run, unified: Lab) -> None:
    unified.grant(["read:tenant_settings", "read:guardian_factors", "read:phone_providers"])
    result = run("doctor", "--json", env=unified.env)
    assert (result.code, pending(result)) == (7, set())
    assert [warning["code"] for warning in result.document["warnings"]] == ["policy_unread"]


def test_a_provider_of_another_account_is_nothing_that_up_would_set_up(run: Run, unified: Lab) -> None:
    provider(unified, sid=OTHER_ACCOUNT, sender="+14155550100")
    result = run("doctor", "--json", env=unified.env)
    assert (result.code, check(result, "provider_account")["status"]) == (7, "fail")
    assert "factor_on" in pending(result)


def test_an_application_without_users_is_no_part_of_a_setup_that_is_missing(
    run: Run, unified: Lab, folder: Path
) -> None:
    run("up", "--yes", "--policy", "never", env=unified.env)
    settings = '[application]\nurls = ["https://app.example.com"]\n'  # which `up` would add to the application
    (folder / "mfa-setup.toml").write_text(settings, encoding="utf-8")
    unified.auth0("PUT", "guardian/factors/sms", {"enabled": False})
    result = run("doctor", "--json", env=unified.env)
    assert (result.code, pending(result)) == (0, {"factor_on"})
    assert check(result, "application")["status"] == "warn"


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
