"""Twilio as the tenant's phone provider on both stacks: written whole, added to, and never taken from anybody."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from support.lab import Lab, Result, Run
from support.scene import (
    NEW_TOKEN,
    OTHER_ACCOUNT,
    drop_provider,
    into_pool,
    is_unified,
    key_pair,
    number,
    patch_provider,
    paths,
    pending,
    pool,
    provider,
    rotate_token,
    service,
    stock,
    token_held,
    warned,
)

FIRST, SECOND = (item.phone_number for item in stock()[-2:])
PROVIDERS = "/api/v2/branding/phone/providers"
LEGACY = "/api/v2/guardian/factors/phone"

Up = Callable[..., Result]


@pytest.fixture
def up(run: Run, lab: Lab) -> Up:
    """Runs `up` without an application, with the lab's environment or another."""

    def call(*arguments: str, env: Mapping[str, str | None] | None = None) -> Result:
        return run("up", "--no-app", "--yes", "--json", *arguments, env=env or lab.env)

    return call


@pytest.fixture
def done(up: Up) -> Result:
    """A first run."""
    result = up()
    assert result.code == 0, result.out
    return result


def provider_writes(lab: Lab, since: int) -> list[tuple[str, str]]:
    """The writes of the provider."""
    writes = lab.writes(since)
    return [(method, path) for method, path in writes if path.startswith((PROVIDERS, f"{LEGACY}/p", f"{LEGACY}/s"))]


def path_of(lab: Lab, unified: str, legacy: str) -> str:
    """A field by the name that it has on the lab's stack."""
    return unified if is_unified(lab) else legacy


def from_path(lab: Lab) -> str:
    """The From number's field."""
    return path_of(lab, "configuration.default_from", "from")


def service_path(lab: Lab) -> str:
    """The Messaging Service's field."""
    return path_of(lab, "configuration.mssid", "messaging_service_sid")


def token_path(lab: Lab) -> str:
    """The token's field."""
    return path_of(lab, "credentials.auth_token", "auth_token")


def service_used(lab: Lab) -> str | None:
    """The Messaging Service that Auth0 sends by."""
    there = lab.tenant["phone_provider"]
    found = there.get("messaging_service_sid") or there.get("configuration", {}).get("mssid")
    return None if found is None else str(found)


def account_used(lab: Lab) -> str:
    """The Twilio account that Auth0 sends by."""
    there = lab.tenant["phone_provider"]
    return str(there.get("sid") or there.get("configuration", {}).get("sid"))


def refused(result: Result) -> bool:
    """Whether a run stopped before somebody else's provider."""
    error = result.document["error"]
    return result.code == 7 and error["code"] == "provider_conflict" and "--replace-provider" in error["hint"]


# --- writing it ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("done")
def test_a_new_one_has_sid_token_and_number(lab: Lab) -> None:
    assert account_used(lab) == lab.env["TWILIO_ACCOUNT_SID"]
    assert token_held(lab) == lab.env["TWILIO_AUTH_TOKEN"]
    assert lab.sender() == lab.twilio["numbers"][0]["phone_number"]
    assert service_used(lab) is None
    assert lab.delivery_methods() in (["text"], None)


@pytest.mark.usefixtures("done")
def test_it_is_created_before_the_message_types_and_selected_after_its_settings(lab: Lab) -> None:
    writes = [write for write in lab.writes() if write[1].startswith(("/api/v2/branding", "/api/v2/guardian"))]
    first = {
        True: [("POST", PROVIDERS)],
        False: [("PUT", f"{LEGACY}/providers/twilio"), ("PUT", f"{LEGACY}/selected-provider")],
    }[is_unified(lab)]
    at_any_time = ("PUT", "/api/v2/guardian/factors/sms")  # nothing sends yet, and nobody is asked for a code
    assert writes.index(at_any_time) < len(writes) - 2
    assert [write for write in writes if write != at_any_time] == [
        *first,
        ("PUT", f"{LEGACY}/message-types"),
        ("PUT", "/api/v2/guardian/policies"),
    ]


def test_the_token_is_shown_as_a_field_without_values(run: Run, lab: Lab) -> None:
    fields = run("plan", "--json", env=lab.env).change("provider")["fields"]
    assert fields[-1] == {"path": token_path(lab), "before": None, "after": None, "sensitive": True}


@pytest.mark.usefixtures("done")
def test_the_from_changed_by_hand_is_mended_and_the_whole_object_written(up: Up, lab: Lab) -> None:
    before, ours = lab.tenant["phone_provider"], lab.sender()
    if is_unified(lab):
        patch_provider(lab, default_from=FIRST)
    else:
        provider(lab, sender=FIRST)
    mark = lab.mark()
    result = up()
    assert pending(result) == {"provider": [from_path(lab), *([token_path(lab)] if is_unified(lab) else [])]}
    field = result.change("provider")["fields"][0]
    assert (field["before"], field["after"]) == (FIRST, ours)
    after = lab.tenant["phone_provider"]
    assert {**after, "updated_at": None} == {**before, "updated_at": None}
    assert token_held(lab) == lab.env["TWILIO_AUTH_TOKEN"]
    expected = [("PATCH", f"{PROVIDERS}/{after['id']}")] if is_unified(lab) else None
    assert expected is None or lab.writes(mark) == expected


def test_one_that_was_taken_away_is_made_again(run: Run, make_lab: Callable[..., Lab]) -> None:
    lab = make_lab()
    run("up", "--yes", "--no-app", "--json", env=lab.env)
    ours = lab.sender()
    drop_provider(lab)
    result = run("up", "--yes", "--no-app", "--json", env=lab.env)
    assert result.change("provider")["action"] == "create"
    assert lab.sender() == ours
    assert token_held(lab) == lab.env["TWILIO_AUTH_TOKEN"]


@pytest.mark.usefixtures("done")
def test_one_that_was_switched_off_is_switched_on(up: Up, lab: Lab) -> None:
    if is_unified(lab):
        patch_provider(lab, disabled=True)
    else:
        lab.auth0("PUT", "guardian/factors/phone/selected-provider", {"provider": "auth0"})
    token = [token_path(lab)] if is_unified(lab) else []  # who switched it may have written the token, too
    assert pending(up()) == {"provider": [path_of(lab, "disabled", "provider"), *token]}
    there = lab.tenant["phone_provider"]
    assert there.get("disabled", False) is False
    assert there.get("provider", "twilio") == "twilio"
    assert up().document["changed"] is False


@pytest.mark.parametrize("effect", ["reset", "status:502", "truncate"])
def test_a_creation_whose_answer_is_lost_is_looked_up_in_the_same_run(
    run: Run, make_lab: Callable[..., Lab], effect: str
) -> None:
    lab = make_lab()
    lab.faults({"method": "POST", "path": PROVIDERS, "effect": effect, "applied": True})
    assert run("up", "--yes", "--no-app", "--json", env=lab.env).code == 0
    assert sum(write == ("POST", PROVIDERS) for write in lab.writes()) == 1
    assert lab.tenant["policies"] == ["all-applications"]


def test_a_creation_without_answer_or_effect_is_unknown_and_the_next_run_finishes(
    run: Run, make_lab: Callable[..., Lab]
) -> None:
    lab = make_lab()
    lab.faults({"method": "POST", "path": PROVIDERS, "effect": "reset", "applied": False})
    broken = run("up", "--yes", "--no-app", "--json", env=lab.env)
    assert broken.code == 5
    assert broken.document["error"]["code"] == "outcome_unknown"
    assert broken.change("provider")["status"] == "unknown"
    assert broken.change("policy")["status"] == "pending"
    assert lab.tenant["policies"] == []
    assert run("up", "--yes", "--no-app", "--json", env=lab.env).code == 0
    assert sum(write == ("POST", PROVIDERS) for write in lab.writes()) == 2
    assert lab.tenant["policies"] == ["all-applications"]


# --- delivery methods ----------------------------------------------------------------------------------------------


@pytest.fixture
def voice_only(run: Run, lab: Lab) -> Lab:
    """A tenant whose codes are spoken."""
    result = run("up", "--yes", "--no-app", "--json", "--delivery", "voice", env=lab.env)
    assert result.code == 0, result.out
    assert lab.tenant["message_types"] == ["voice"]
    return lab


def test_without_delivery_sms_is_added_to_what_is_there(up: Up, voice_only: Lab) -> None:
    assert up().code == 0
    assert voice_only.tenant["message_types"] == ["sms", "voice"]
    assert voice_only.delivery_methods() in (["text", "voice"], None)


def test_with_delivery_it_is_what_was_asked_for_and_nothing_else(up: Up, voice_only: Lab) -> None:
    assert up("--delivery", "sms").code == 0
    assert voice_only.tenant["message_types"] == ["sms"]
    assert voice_only.delivery_methods() in (["text"], None)


def test_methods_that_passwordless_logins_use_stay(run: Run, make_lab: Callable[..., Lab]) -> None:
    lab = make_lab()
    run("up", "--yes", "--no-app", "--json", env=lab.env)
    patch_provider(lab, delivery_methods=["voice", "text"])
    assert run("up", "--json", "--no-app", env=lab.env).document["changed"] is False
    assert lab.delivery_methods() == ["voice", "text"]


# --- somebody else's -----------------------------------------------------------------------------------------------


def test_one_of_another_account_is_not_replaced_by_yes(up: Up, lab: Lab) -> None:
    provider(lab, sid=OTHER_ACCOUNT, sender=FIRST, token="their token")
    before = lab.everything
    result = up()
    assert refused(result)
    assert OTHER_ACCOUNT in result.document["error"]["message"]
    assert lab.everything == before


def test_one_of_another_account_is_replaced_when_asked_for(up: Up, lab: Lab) -> None:
    provider(lab, sid=OTHER_ACCOUNT, sender=FIRST, token="their token")
    result = up("--replace-provider")
    assert result.code == 0, result.out
    change = result.change("provider")
    assert change["action"] == "update"
    assert paths(change) == [path_of(lab, "configuration.sid", "sid"), from_path(lab), token_path(lab)]
    assert [field["before"] for field in change["fields"]] == [OTHER_ACCOUNT, FIRST, None]
    assert account_used(lab) == lab.env["TWILIO_ACCOUNT_SID"]
    assert token_held(lab) == lab.env["TWILIO_AUTH_TOKEN"]
    assert lab.sender() == lab.twilio["numbers"][0]["phone_number"]
    assert up().document["changed"] is False


def test_another_accounts_provider_is_named_before_a_number_is_asked_for(run: Run, lab: Lab) -> None:
    provider(lab, sid=OTHER_ACCOUNT, sender=FIRST, token="their token")
    assert refused(run("enable-sms", "--yes", "--json", env=lab.env))
    for one in stock()[:2]:
        number(lab, one.phone_number)
    for command in ("enable-sms", "up"):
        assert refused(run(command, "--yes", "--json", env=lab.env))


def other_kind(lab: Lab, *methods: str) -> str:
    """Sets up a provider that is not Twilio; its name."""
    if is_unified(lab):
        configuration = {"delivery_methods": list(methods or ("text", "voice"))}
        body = {"name": "custom", "configuration": configuration, "credentials": {}}
        lab.auth0("POST", "branding/phone/providers", body)
        return "custom"
    lab.auth0("PUT", "guardian/factors/phone/selected-provider", {"provider": "phone-message-hook"})
    return "phone-message-hook"


def test_one_of_another_kind_is_kept_and_factor_and_policy_are_set_with_it_once_that_is_overridden(
    up: Up, lab: Lab
) -> None:
    other_kind(lab)
    before = lab.tenant["phone_provider"]
    result = up("--override", "provider_account")
    assert result.code == 0, result.out
    assert pending(result) == {"factor": ["enabled", "message_types"], "policy": ["policies"]}
    assert "provider_kept" in warned(result)
    assert lab.tenant["phone_provider"] == before
    assert (lab.tenant["message_types"], lab.tenant["policies"]) == (["sms"], ["all-applications"])
    assert (lab.twilio["purchases"], lab.twilio["numbers"]) == (0, [])
    again = up("--override", "provider_account")
    assert (again.code, again.document["changed"]) == (0, False)


def test_what_arrives_by_one_of_another_kind_cannot_be_checked_and_the_policy_waits_for_an_override(
    up: Up, lab: Lab
) -> None:
    kind = other_kind(lab)
    before = lab.everything
    result = up()
    error = result.document["error"]
    assert (result.code, error["code"]) == (6, "check_not_made")
    assert kind in error["message"]
    assert "--override provider_account" in error["hint"]
    (check,) = (one for one in result.document["checks"] if one["id"] == "provider_account")
    assert check["status"] == "skip"
    assert check["evidence"].startswith("Could not check whether Auth0 sends through this Twilio account: ")
    assert "--override provider_account" in check["fix"]
    assert lab.everything == before


def test_enable_sms_needs_no_number_where_one_of_another_kind_sends(run: Run, lab: Lab) -> None:
    other_kind(lab)
    result = run("enable-sms", "--yes", "--json", env=lab.env)
    assert result.code == 0, result.out
    assert pending(result) == {"factor": ["enabled", "message_types"]}
    assert lab.tenant["factors"]["sms"] is True
    assert lab.twilio["purchases"] == 0


@pytest.mark.parametrize("command", ["plan", "status"])
def test_plan_and_status_keep_one_of_another_kind(run: Run, lab: Lab, command: str) -> None:
    other_kind(lab)
    result = run(command, "--no-app", "--json", env=lab.env)
    assert result.code == 0, result.out
    assert list(pending(result)) == ["factor", "policy"]
    assert "provider_kept" in warned(result)


def test_what_was_said_of_the_sender_is_named_as_unused_where_one_of_another_kind_sends(run: Run, lab: Lab) -> None:
    other_kind(lab)
    number(lab, FIRST)
    result = run("enable-sms", "--from", FIRST, "--resend-token", "--yes", "--json", env=lab.env)
    assert result.code == 0, result.out
    (warning,) = (one for one in result.document["warnings"] if one["code"] == "provider_kept")
    assert "These options have no effect: --from, --resend-token." in warning["message"]


def test_no_sms_of_twilio_counts_as_a_proof_of_one_of_another_kind(up: Up, lab: Lab) -> None:
    other_kind(lab)
    into_pool(lab, lab.control_service_sid(), number(lab, FIRST)["sid"])
    before = lab.everything
    result = up("--override", "provider_account", "--test-to", "+14155550123")
    assert (result.code, result.document["error"]["code"]) == (3, "invalid_value")
    assert "--test-to" in result.document["error"]["message"]
    assert lab.everything == before


def test_one_of_another_kind_that_is_disabled_is_kept_and_no_policy_is_set(
    run: Run, make_lab: Callable[..., Lab]
) -> None:
    lab = make_lab()
    other_kind(lab)
    patch_provider(lab, disabled=True)
    result = run("up", "--no-app", "--override", "provider_account", "--yes", "--json", env=lab.env)
    assert result.code == 7
    assert "provider_enabled" in [check["id"] for check in result.document["checks"]]
    (warning,) = (one for one in result.document["warnings"] if one["code"] == "provider_kept")
    assert "disabled" in warning["message"]
    assert (lab.tenant["policies"], lab.twilio["purchases"]) == ([], 0)


def test_one_of_another_kind_that_only_calls_is_told_before_auth0_refuses_the_message_types(
    run: Run, make_lab: Callable[..., Lab]
) -> None:
    lab = make_lab()
    other_kind(lab, "voice")
    before = lab.everything
    result = run("enable-sms", "--yes", "--json", env=lab.env)
    assert (result.code, result.document["error"]["code"]) == (7, "provider_conflict")
    assert "text" in result.document["error"]["message"]
    assert lab.everything == before
    spoken = run("enable-sms", "--delivery", "voice", "--yes", "--json", env=lab.env)
    assert spoken.code == 0, spoken.out
    assert lab.tenant["message_types"] == ["voice"]


def test_a_number_can_still_be_bought_beside_one_of_another_kind(run: Run, lab: Lab) -> None:
    other_kind(lab)
    assert run("buy-number", "--yes", "--json", env=lab.env).code == 0
    assert lab.twilio["purchases"] == 1


def test_one_of_another_kind_is_replaced_when_asked_for_and_keeps_its_methods(up: Up, lab: Lab) -> None:
    other_kind(lab)
    result = up("--replace-provider")
    assert result.code == 0, result.out
    assert result.change("provider")["action"] == "update"
    there = lab.tenant["phone_provider"]
    assert there.get("name", there.get("provider")) == "twilio"
    assert token_held(lab) == lab.env["TWILIO_AUTH_TOKEN"]
    assert lab.delivery_methods() in (["text", "voice"], None)
    assert up().document["changed"] is False


def test_auth0s_own_sender_of_the_legacy_stack_is_nobodys(run: Run, make_lab: Callable[..., Lab]) -> None:
    lab = make_lab(phone_stack="legacy")
    assert lab.auth0("GET", "guardian/factors/phone/selected-provider") == {"provider": "auth0"}
    assert run("up", "--yes", "--json", env=lab.env).code == 0


# --- the token -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("done")
def test_a_new_token_is_noticed_and_sent(up: Up, lab: Lab) -> None:
    env = rotate_token(lab)
    mark = lab.mark()
    result = up(env=env)
    assert pending(result) == {"provider": [token_path(lab)]}
    assert result.change("provider")["fields"][0]["sensitive"] is True
    assert token_held(lab) == NEW_TOKEN
    assert lab.writes(mark) == provider_writes(lab, mark)
    assert up(env=env).document["changed"] is False


@pytest.mark.usefixtures("done")
def test_neither_token_is_in_any_output(up: Up, lab: Lab) -> None:
    result = up("-v", env=rotate_token(lab))
    for secret in (NEW_TOKEN, lab.env["TWILIO_AUTH_TOKEN"]):
        assert secret not in result.out + result.err


@pytest.mark.usefixtures("done")
def test_the_old_token_is_refused_by_twilio_and_changes_nothing(up: Up, lab: Lab) -> None:
    rotate_token(lab)
    mark = lab.mark()
    result = up()
    assert result.code == 4
    assert result.document["error"]["service"] == "twilio"
    assert lab.writes(mark) == []


@pytest.mark.usefixtures("done")
def test_a_state_folder_that_knows_nothing_leaves_a_warning_where_the_token_cannot_be_read(
    up: Up, lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("MFA_SETUP_STATE_DIR", str(tmp_path_factory.mktemp("another")))
    result = up()
    assert result.code == 0
    assert result.document["changed"] is False
    assert warned(result) == (["token_unverifiable"] if is_unified(lab) else [])
    assert all("--resend-token" in warning["hint"] for warning in result.document["warnings"])


@pytest.mark.usefixtures("done")
def test_resend_token_sends_it_and_ends_the_warning(
    up: Up, lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("MFA_SETUP_STATE_DIR", str(tmp_path_factory.mktemp("another")))
    mark = lab.mark()
    result = up("--resend-token")
    assert pending(result) == {"provider": [token_path(lab)]}
    assert warned(result) == ["token_not_restorable" if is_unified(lab) else "legacy_phone_stack"]
    assert lab.writes(mark) == provider_writes(lab, mark) != []
    assert warned(up()) == []


def test_before_the_policy_is_turned_on_a_token_that_may_be_wrong_is_sent_again(
    run: Run, make_lab: Callable[..., Lab]
) -> None:
    lab = make_lab()
    number(lab, FIRST)
    provider(lab, sender=FIRST, token=NEW_TOKEN)
    kept = run("up", "--no-app", "--yes", "--json", "--policy", "never", env=lab.env)
    assert "token_unverifiable" in warned(kept)
    assert token_held(lab) == NEW_TOKEN
    result = run("up", "--no-app", "--yes", "--json", env=lab.env)
    assert result.code == 0, result.out
    assert pending(result) == {"provider": ["credentials.auth_token"], "policy": ["policies"]}
    assert warned(result) == ["token_not_restorable"]
    assert token_held(lab) == lab.env["TWILIO_AUTH_TOKEN"]


def test_without_a_token_to_send_it_is_left_with_the_warning(run: Run, make_lab: Callable[..., Lab]) -> None:
    lab = make_lab()
    number(lab, FIRST)
    provider(lab, sender=FIRST)
    env = {**lab.env, **key_pair(lab), "TWILIO_AUTH_TOKEN": None}
    result = run("up", "--no-app", "--policy", "never", "--yes", "--json", env=env)
    assert result.code == 0, result.out
    assert "token_unverifiable" in warned(result)
    assert run("up", "--no-app", "--yes", "--json", env=env).code == 6  # what an API key cannot see has not passed


def test_replacing_another_accounts_provider_warns_that_its_token_is_lost(run: Run, lab: Lab) -> None:
    provider(lab, sid=OTHER_ACCOUNT, sender=FIRST, token=NEW_TOKEN)
    result = run("plan", "--json", "--replace-provider", env=lab.env)
    assert "token_not_restorable" in warned(result)
    assert run("plan", "--json", "--no-app", env=lab.env).code == 7


@pytest.mark.usefixtures("done")
def test_the_state_folder_holds_no_token(lab: Lab, tmp_path: Path) -> None:
    files = [path for path in (tmp_path / "state").iterdir() if path.is_file()]
    assert any(path.name.startswith("token-digest-") for path in files)
    assert not any(lab.env["TWILIO_AUTH_TOKEN"] in path.read_text(encoding="utf-8") for path in files)


def test_on_legacy_a_token_changed_by_hand_is_mended_too(run: Run, make_lab: Callable[..., Lab]) -> None:
    lab = make_lab(phone_stack="legacy")
    run("up", "--yes", "--no-app", "--json", env=lab.env)
    provider(lab, sender=lab.sender(), token="mistyped")
    assert pending(run("up", "--yes", "--no-app", "--json", env=lab.env)) == {"provider": ["auth_token"]}
    assert token_held(lab) == lab.env["TWILIO_AUTH_TOKEN"]


# --- number or Messaging Service -----------------------------------------------------------------------------------


def test_a_service_alone_is_what_auth0_sends_by(up: Up, lab: Lab) -> None:
    named = service(lab, "Ours", verified=True)
    into_pool(lab, named, number(lab, FIRST)["sid"])
    assert up("--messaging-service-sid", named).code == 0
    assert service_used(lab) == named
    assert lab.sender() is None
    assert up("--messaging-service-sid", named).document["changed"] is False
    assert up().document["changed"] is False


def test_a_service_alone_with_an_empty_pool_is_too_once_a_number_was_bought_for_it(up: Up, lab: Lab) -> None:
    named = service(lab, "Ours", verified=True)
    result = up("--messaging-service-sid", named)
    assert result.code == 0, result.out
    assert service_used(lab) == named
    assert lab.sender() is None
    assert pool(lab, named) == [lab.twilio["numbers"][0]["sid"]]
    assert up("--messaging-service-sid", named).document["changed"] is False
    assert lab.twilio["purchases"] == 1


def test_with_a_number_it_is_the_number_and_the_service_has_it_in_its_pool(up: Up, lab: Lab) -> None:
    named = service(lab, "Ours", verified=True)
    sid = number(lab, FIRST)["sid"]
    assert up("--messaging-service-sid", named, "--from", FIRST).code == 0
    assert lab.sender() == FIRST
    assert service_used(lab) is None
    assert pool(lab, named) == [sid]


@pytest.mark.usefixtures("done")
def test_from_number_to_service_and_back_only_the_sender_changes(up: Up, lab: Lab) -> None:
    ours, verified = str(lab.sender()), lab.control_service_sid()
    there = up("--messaging-service-sid", verified)
    assert pending(there) == {"provider": [from_path(lab), service_path(lab)]}
    assert (lab.sender(), service_used(lab)) == (None, verified)
    back = up("--from", ours)
    assert pending(back) == {"provider": [from_path(lab), service_path(lab)]}
    assert (lab.sender(), service_used(lab)) == (ours, None)


@pytest.fixture
def both(lab: Lab) -> Lab:
    """A tenant whose provider has a From number and a Messaging Service."""
    into_pool(lab, lab.control_service_sid(), number(lab, FIRST)["sid"])
    provider(lab, sender=FIRST, service=lab.control_service_sid())
    return lab


def test_a_number_and_a_service_that_are_both_set_stay(up: Up, both: Lab) -> None:
    service_sid = both.control_service_sid()
    assert up().code == 0
    assert (both.sender(), service_used(both)) == (FIRST, service_sid)
    written = up("--resend-token")
    assert pending(written) == {"provider": [token_path(both)]}
    assert (both.sender(), service_used(both)) == (FIRST, service_sid)
    assert up("--from", FIRST, "--messaging-service-sid", service_sid).document["changed"] is False


def test_of_a_number_and_a_service_the_plan_names_the_one_that_is_taken_away(run: Run, up: Up, both: Lab) -> None:
    service_sid = both.control_service_sid()
    planned = run("plan", "--no-app", "--json", "--from", FIRST, env=both.env).change("provider")["fields"]
    assert planned[0] == {"path": service_path(both), "before": service_sid, "after": None, "sensitive": False}
    assert up("--from", FIRST).code == 0
    assert (both.sender(), service_used(both)) == (FIRST, None)


def test_an_undo_restores_a_number_and_a_service_together(run: Run, up: Up, both: Lab) -> None:
    service_sid = both.control_service_sid()
    assert up("--from", FIRST).code == 0
    undone = run("undo", "--yes", "--json", env=both.env)
    assert undone.code == 0, undone.out
    assert (both.sender(), service_used(both)) == (FIRST, service_sid)


# --- API keys ------------------------------------------------------------------------------------------------------


def test_an_api_key_alone_is_not_enough_for_the_provider(up: Up, lab: Lab) -> None:
    result = up(env=lab.env | key_pair(lab) | {"TWILIO_AUTH_TOKEN": None})
    assert result.code == 6
    assert result.document["error"]["code"] == "value_needed"
    assert "TWILIO_AUTH_TOKEN" in result.document["error"]["hint"]
    assert lab.writes() == []


def test_an_api_key_alone_is_enough_for_the_number(run: Run, lab: Lab) -> None:
    env = lab.env | key_pair(lab) | {"TWILIO_AUTH_TOKEN": None}
    assert run("buy-number", "--yes", "--json", env=env).code == 0
    assert lab.twilio["purchases"] == 1


def test_an_api_key_and_the_auth_token_together_do_the_whole_job(up: Up, lab: Lab) -> None:
    env = lab.env | key_pair(lab)
    assert up(env=env).code == 0
    assert token_held(lab) == lab.env["TWILIO_AUTH_TOKEN"]
    assert up(env=env).document["changed"] is False


@pytest.mark.usefixtures("done")
def test_an_api_key_alone_is_enough_to_find_nothing_to_do(up: Up, lab: Lab) -> None:
    result = up(env=lab.env | key_pair(lab) | {"TWILIO_AUTH_TOKEN": None})
    assert result.code == 0
    assert result.document["changed"] is False


@pytest.mark.parametrize("missing", ["TWILIO_API_KEY", "TWILIO_API_SECRET"])
def test_half_an_api_key_pair_is_no_way_in(run: Run, unified: Lab, missing: str) -> None:
    env = unified.env | key_pair(unified) | {"TWILIO_AUTH_TOKEN": None, missing: None}
    result = run("buy-number", "--yes", "--json", env=env)
    assert result.code == 6
    assert unified.log() == []
