"""What counts as evidence: only what is known to be about the token, the account and the login of now."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mfa_setup.adapters import auth0_answers
from mfa_setup.adapters.auth0 import Auth0Adapter
from mfa_setup.model.observed import Provider
from support.lab import Lab, Result, Run
from support.scene import NEW_TOKEN, OTHER_ACCOUNT, is_unified, pending, provider, rotate_token, token_held, warned
from support.states import STATES, TRIAL, delivers, prepare

Make = Callable[..., Lab]
PHONE = "+14155550177"


def check(result: Result, check_id: str) -> dict[str, Any]:
    """One check of an outcome."""
    return next(item for item in result.document["checks"] if item["id"] == check_id)


def always(run: Run, env: dict[str, str], *flags: str) -> Result:
    """The policy that the guard waits with."""
    return run("policy", "always", "--yes", "--json", *flags, env=env)


def let_auth0_send(run: Run, lab: Lab) -> int:
    """A test SMS of the tenant's own; the exit code."""
    return run("test", "sms", "--via", "auth0", "--to", PHONE, env=lab.env).code


def put_token(lab: Lab, token: str) -> None:
    """Somebody writes a token into the provider."""
    there = lab.tenant["phone_provider"]
    lab.auth0("PATCH", f"branding/phone/providers/{there['id']}", {"credentials": {"auth_token": token}})


@pytest.fixture
def ready(run: Run, lab: Lab) -> Lab:
    """A tenant that is set up on each phone stack, all but the policy."""
    assert run("up", "--policy", "never", "--yes", env=lab.env).code == 0
    return lab


@pytest.fixture
def on_unified(run: Run, unified: Lab) -> Lab:
    """The same, where Auth0 never shows the token that it holds."""
    assert run("up", "--policy", "never", "--yes", env=unified.env).code == 0
    return unified


@pytest.fixture
def hidden(run: Run, make_lab: Make, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """A tenant on the legacy stack that does not show the token that it holds, and has no time of its last write."""
    monkeypatch.setattr(auth0_answers, "_shown_token", lambda _token: None)
    lab = make_lab(phone_stack="legacy")
    assert run("up", "--policy", "never", "--yes", env=lab.env).code == 0
    return lab


class TestSends:
    """What the tenant's own sends say of the token that its provider holds."""

    def test_one_that_was_accepted_before_the_provider_was_last_written_proves_nothing(
        self, run: Run, on_unified: Lab
    ) -> None:
        assert let_auth0_send(run, on_unified) == 0
        put_token(on_unified, "f" * 32)
        result = always(run, on_unified.env)
        assert (result.code, check(result, "provider_token")["status"]) == (6, "skip")
        assert on_unified.tenant["policies"] == []

    def test_one_that_was_accepted_since_proves_the_token(self, run: Run, on_unified: Lab) -> None:
        put_token(on_unified, on_unified.env["TWILIO_AUTH_TOKEN"])
        assert always(run, on_unified.env).code == 6
        assert let_auth0_send(run, on_unified) == 0
        assert always(run, on_unified.env).code == 0

    def test_one_that_was_refused_since_makes_it_a_failure(self, run: Run, on_unified: Lab) -> None:
        put_token(on_unified, "f" * 32)
        assert let_auth0_send(run, on_unified) == 1
        result = always(run, on_unified.env)
        assert (result.code, check(result, "provider_token")["status"]) == (7, "fail")
        assert "20003" in check(result, "provider_token")["evidence"]

    def test_one_that_was_refused_before_the_provider_was_last_written_is_no_failure(
        self, run: Run, on_unified: Lab
    ) -> None:
        put_token(on_unified, "f" * 32)
        assert let_auth0_send(run, on_unified) == 1
        put_token(on_unified, on_unified.env["TWILIO_AUTH_TOKEN"])
        assert check(always(run, on_unified.env), "provider_token")["status"] == "skip"

    def test_they_are_measured_by_auth0s_own_clock(
        self, run: Run, on_unified: Lab, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put_token(on_unified, on_unified.env["TWILIO_AUTH_TOKEN"])
        assert let_auth0_send(run, on_unified) == 0
        ahead = timedelta(hours=2)
        monkeypatch.setattr(Auth0Adapter, "now", lambda _adapter: datetime.now(UTC) + ahead)
        assert check(always(run, on_unified.env), "provider_token")["status"] == "skip"
        tenant = on_unified.sandbox.world.tenants[on_unified.domain]
        for stamped in (
            *tenant.logs,
            *tenant.providers.values(),
        ):  # all of Auth0's clocks are ahead of ours by two hours
            for key in {"date", "updated_at"} & stamped.keys():
                stamped[key] = _later(stamped[key], ahead)
        assert always(run, on_unified.env).code == 0

    def test_without_any_clock_of_auth0s_they_prove_nothing(
        self, run: Run, on_unified: Lab, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put_token(on_unified, on_unified.env["TWILIO_AUTH_TOKEN"])
        assert let_auth0_send(run, on_unified) == 0
        monkeypatch.setattr(Auth0Adapter, "now", lambda _adapter: None)
        assert always(run, on_unified.env).code == 6

    def test_of_unknown_order_they_prove_nothing(self, run: Run, hidden: Lab) -> None:
        hidden.sandbox.world.tenants[hidden.domain].log("gd_send_sms", "Guardian - Second factor sent", {}, to=PHONE)
        result = always(run, hidden.env)
        assert (result.code, check(result, "provider_token")["status"]) == (6, "skip")


def _later(moment: str, by: timedelta) -> str:
    return (datetime.fromisoformat(moment) + by).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class TestDigests:
    """What the digest of the token that was sent last says of the one that Auth0 holds."""

    def test_without_auth0s_stamp_it_says_nothing_to_a_later_run(self, run: Run, hidden: Lab) -> None:
        provider(hidden, sender=hidden.sender(), token="f" * 32)
        result = always(run, hidden.env)
        assert (result.code, check(result, "provider_token")["status"]) == (6, "skip")
        assert hidden.tenant["policies"] == []

    def test_without_auth0s_stamp_up_sends_the_token_again(self, run: Run, hidden: Lab) -> None:
        provider(hidden, sender=hidden.sender(), token="f" * 32)
        result = run("up", "--yes", "--json", env=hidden.env)
        assert result.code == 0, result.out
        assert pending(result)["provider"] == ["auth_token"]
        assert delivers(hidden)
        assert run("up", "--yes", "--json", env=hidden.env).document["changed"] is False  # the policy is in force now

    def test_a_token_that_somebody_wrote_right_after_ours_is_not_taken_for_ours(
        self, run: Run, on_unified: Lab, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ours = Auth0Adapter.update_provider

        def overtaken(adapter: Auth0Adapter, *given: Any) -> Provider:
            answer = ours(adapter, *given)
            put_token(on_unified, "f" * 32)
            return answer

        monkeypatch.setattr(Auth0Adapter, "update_provider", overtaken)
        assert run("enable-sms", "--resend-token", "--yes", env=on_unified.env).code == 0
        result = always(run, on_unified.env)
        assert (result.code, check(result, "provider_token")["status"]) == (6, "skip")

    def test_that_another_token_was_given_does_not_say_that_the_old_one_is_refused(
        self, run: Run, on_unified: Lab
    ) -> None:
        env = rotate_token(on_unified)
        result = always(run, env)
        token = check(result, "provider_token")
        assert (result.code, token["status"]) == (6, "skip")
        assert "two valid tokens" in token["evidence"]
        assert run("up", "--yes", env=env).code == 0
        assert token_held(on_unified) == NEW_TOKEN


class TestTwoTokens:
    """An account whose token is being changed has two, and Twilio accepts both."""

    def test_where_auth0_shows_another_one_twilio_is_asked(self, run: Run, make_lab: Make) -> None:
        lab = make_lab(phone_stack="legacy")
        assert run("up", "--policy", "never", "--yes", env=lab.env).code == 0
        lab.control("twilio/secondary-token", {"auth_token": NEW_TOKEN})
        env = lab.env | {"TWILIO_AUTH_TOKEN": NEW_TOKEN}
        result = always(run, env)
        assert result.code == 0, result.out
        assert delivers(lab)
        assert check(run("doctor", "--json", env=env), "provider_token")["status"] == "pass"

    def test_where_twilio_refuses_it_it_is_a_failure(self, run: Run, make_lab: Make) -> None:
        lab = make_lab(phone_stack="legacy")
        assert run("up", "--policy", "never", "--yes", env=lab.env).code == 0
        result = always(run, rotate_token(lab))
        token = check(result, "provider_token")
        assert (result.code, token["status"]) == (7, "fail")
        assert token["evidence"] == "Twilio refuses the token that Auth0 holds."

    def test_where_twilio_cannot_be_asked_it_is_not_known(
        self, run: Run, make_lab: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lab = make_lab(phone_stack="legacy")
        assert run("up", "--policy", "never", "--yes", env=lab.env).code == 0
        monkeypatch.setattr(auth0_answers, "_shown_token", lambda _token: "another")
        lab.faults({"method": "GET", "path": "/2010-04-01/Accounts/AC*.json", "effect": "status:500", "times": 1000})
        result = run("doctor", "--json", "--timeout", "1", env=lab.env)
        assert check(result, "provider_token")["status"] == "skip"

    def test_up_sends_the_one_that_it_was_given(self, run: Run, ready: Lab) -> None:
        ready.control("twilio/secondary-token", {"auth_token": NEW_TOKEN})
        assert run("up", "--yes", env=ready.env | {"TWILIO_AUTH_TOKEN": NEW_TOKEN}).code == 0
        assert token_held(ready) == NEW_TOKEN


class TestOtherFactors:
    """Another factor that is on helps the users who have enrolled it, and nobody who has enrolled a phone."""

    @pytest.mark.parametrize("factor", ["otp", "duo"])
    def test_one_does_not_hide_a_token_that_is_known_to_be_wrong(self, run: Run, ready: Lab, factor: str) -> None:
        ready.auth0("PUT", f"guardian/factors/{factor}", {"enabled": True})
        result = always(run, rotate_token(ready))
        assert result.code == (6 if is_unified(ready) else 7), result.out
        assert "provider_token" in {item["id"] for item in result.document["checks"]}
        assert ready.tenant["policies"] == []

    def test_one_does_not_hide_a_send_that_twilio_refused(self, run: Run, on_unified: Lab) -> None:
        on_unified.auth0("PUT", "guardian/factors/otp", {"enabled": True})
        put_token(on_unified, "f" * 32)
        assert let_auth0_send(run, on_unified) == 1
        assert always(run, on_unified.env).code == 7

    @pytest.mark.parametrize("factor", ["otp", "duo"])
    def test_where_the_connection_has_users_nothing_that_fails_becomes_a_warning(
        self, run: Run, make_lab: Make, factor: str
    ) -> None:
        lab = make_lab(**TRIAL)
        prepare(lab, STATES[1])
        lab.auth0("PUT", f"guardian/factors/{factor}", {"enabled": True})
        connection = "Username-Password-Authentication"
        user = {"connection": connection, "email": "jo@example.com", "password": "Correct-Horse-1"}
        lab.auth0("POST", "users", user)
        result = always(run, lab.env)
        assert (result.code, check(result, "twilio_account")["status"]) == (7, "fail")
        assert lab.tenant["policies"] == []

    def test_where_users_cannot_be_counted_neither(self, run: Run, make_lab: Make) -> None:
        lab = make_lab(**TRIAL)
        prepare(lab, STATES[1])
        lab.auth0("PUT", "guardian/factors/otp", {"enabled": True})
        lab.faults({"method": "GET", "path": "/api/v2/users*", "effect": "status:403", "times": 100})
        assert always(run, lab.env).code == 7

    def test_where_a_code_went_to_a_user_neither(self, run: Run, make_lab: Make) -> None:
        lab = make_lab(**TRIAL)
        prepare(lab, STATES[1])
        lab.auth0("PUT", "guardian/factors/otp", {"enabled": True})
        lab.sandbox.world.tenants[lab.domain].log("gd_send_sms", "sent", {"user_id": "auth0|elsewhere"}, to=PHONE)
        assert always(run, lab.env).code == 7

    def test_duo_that_may_be_unconfigured_makes_no_warning_of_a_failure(self, run: Run, make_lab: Make) -> None:
        lab = make_lab(**TRIAL)
        prepare(lab, STATES[1])
        lab.auth0("PUT", "guardian/factors/duo", {"enabled": True})
        assert always(run, lab.env).code == 7


class TestSubaccounts:
    """A subaccount sends by its parent's compliance profile, which it does not show."""

    def test_without_a_profile_of_its_own_it_is_not_known_whether_the_parent_has_one(
        self, run: Run, ready: Lab
    ) -> None:
        ready.control("twilio/account", {"owner_account_sid": OTHER_ACCOUNT})
        result = always(run, ready.env)
        profile = check(result, "compliance_profile")
        assert (result.code, profile["status"]) == (6, "skip")
        assert OTHER_ACCOUNT in profile["evidence"]
        assert always(run, ready.env, "--override", "compliance_profile").code == 0

    def test_a_delivered_message_shows_that_the_parent_has_one(self, run: Run, ready: Lab) -> None:
        ready.control("twilio/account", {"owner_account_sid": OTHER_ACCOUNT})
        past = {"from": ready.sender(), "to": PHONE, "status": "delivered", "seconds_ago": 3600}
        ready.control("twilio/messages", past)
        assert always(run, ready.env).code == 0
        assert delivers(ready)

    def test_a_main_account_without_one_fails_as_before(self, run: Run, ready: Lab) -> None:
        ready.control("twilio/profile", {"status": None})
        assert always(run, ready.env).code == 7


class TestInvoicedAccounts:
    """An account that Twilio invoices owes money and sends all the same."""

    def test_a_negative_balance_of_an_active_account_is_a_warning(self, run: Run, ready: Lab) -> None:
        ready.control("twilio/account", {"balance": "-123.45"})
        result = always(run, ready.env)
        balance = check(result, "balance")
        assert (result.code, balance["status"]) == (0, "warn")
        assert "-123.45" in balance["evidence"]

    def test_a_balance_of_nothing_is_a_failure(self, run: Run, ready: Lab) -> None:
        ready.control("twilio/account", {"balance": "0"})
        assert check(run("doctor", "--json", env=ready.env), "balance")["status"] == "fail"

    def test_where_the_status_cannot_be_seen_it_is_not_known(self, run: Run, ready: Lab) -> None:
        ready.control("twilio/account", {"balance": "-1"})
        known = ready.sandbox.world.twilio.credentials
        keys = {"TWILIO_API_KEY": known.api_key, "TWILIO_API_SECRET": known.api_secret}
        env: dict[str, str | None] = {**ready.env, **keys, "TWILIO_AUTH_TOKEN": None}
        assert check(run("doctor", "--json", env=env), "balance")["status"] == "skip"


class TestSilentLogins:
    """Always ends sessions that applications renew without their users: the plan says whose."""

    def test_plan_policy_and_doctor_name_the_applications_and_the_ways_out(self, run: Run, ready: Lab) -> None:
        ready.auth0("POST", "clients", {"name": "Mobile", "app_type": "native", "grant_types": ["refresh_token"]})
        ready.auth0("POST", "clients", {"name": "Server", "app_type": "regular_web", "grant_types": ["refresh_token"]})
        for line in (("plan",), ("doctor",), ("policy", "always", "--yes")):
            found = check(run(*line, "--json", env=ready.env), "silent_login")
            assert found["status"] == "warn"
            assert "Mobile (refresh tokens)" in found["evidence"]
            assert "Twilio MFA Test (silent login" in found["evidence"]
            assert "Server" not in found["evidence"]
            assert "auth0-spa-js" in found["fix"]

    def test_where_none_renews_silently_it_passes(self, run: Run, unified: Lab) -> None:
        assert check(run("doctor", "--json", env=unified.env), "silent_login")["status"] == "pass"

    def test_the_policy_does_not_depend_on_reading_them(self, run: Run, on_unified: Lab) -> None:
        on_unified.faults({"method": "GET", "path": "/api/v2/clients*", "effect": "status:403", "times": 100})
        assert always(run, on_unified.env).code == 0

    def test_many_are_counted(self, run: Run, unified: Lab) -> None:
        for number in range(12):
            body = {"name": f"App {number}", "app_type": "native", "grant_types": ["refresh_token"]}
            unified.auth0("POST", "clients", body)
        assert "and 2 more" in check(run("doctor", "--json", env=unified.env), "silent_login")["evidence"]


class TestActions:
    """Actions ask for a factor whatever the policy is."""

    ENFORCING = (
        "exports.onExecutePostLogin = async (event, api) => { api.multifactor.enable('any'); };",
        "exports.onExecutePostLogin = async (event, api) => { api.authentication.challengeWith({ type: 'phone' }); };",
        "exports.onExecutePostLogin = async (event, api) => { api.authentication.enrollWithAny([{ type: 'otp' }]); };",
        "exports.onExecutePostLogin = async (event, api) => { api\n  .multifactor\n  .enable('any'); };",
    )

    @pytest.mark.parametrize("code", ENFORCING)
    def test_the_policy_never_names_those_that_go_on_asking(self, run: Run, on_unified: Lab, code: str) -> None:
        on_unified.control("actions", [{"name": "Ask for MFA", "code": code}, {"name": "Greet", "code": "// hello"}])
        result = run("policy", "never", "--yes", "--json", env=on_unified.env)
        assert (result.code, warned(result)) == (0, ["mfa_in_action"])
        message = result.document["warnings"][0]["message"]
        assert "Ask for MFA" in message
        assert "Greet" not in message
        found = check(run("doctor", "--json", env=on_unified.env), "mfa_in_action")
        assert found["status"] == "warn"
        assert "Ask for MFA" in found["evidence"]

    def test_without_any_the_policy_never_says_nothing(self, run: Run, on_unified: Lab) -> None:
        on_unified.control("actions", [{"name": "Greet", "code": "console.log('hello')"}])
        assert warned(run("policy", "never", "--yes", "--json", env=on_unified.env)) == []
        assert check(run("doctor", "--json", env=on_unified.env), "mfa_in_action")["status"] == "pass"

    def test_where_they_cannot_be_read_both_say_so(self, run: Run, on_unified: Lab, tmp_path: Path) -> None:
        scopes = "read:tenant_settings read:guardian_factors read:phone_providers read:mfa_policies update:mfa_policies"
        on_unified.grant(scopes.split())
        env = on_unified.env | {"MFA_SETUP_CACHE_DIR": str(tmp_path / "without a token")}
        result = run("policy", "never", "--yes", "--json", env=env)
        assert (result.code, warned(result)) == (0, ["actions_unread"])
        assert "read:actions" in result.document["warnings"][0]["message"]
        found = check(run("doctor", "--json", env=env), "mfa_in_action")
        assert found["status"] == "skip"
        assert "read:actions" in found["evidence"]
