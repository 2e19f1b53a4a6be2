"""`mfa-setup undo`: what a run changed goes back to what it found, and nothing else is touched."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mfa_setup.adapters.twilio import TwilioAdapter
from mfa_setup.model.observed import TwilioAccount
from mfa_setup.store import journal
from mfa_setup.store.journal_file import append_line
from support.lab import Lab, Result, Run
from support.scene import (
    CONNECTION,
    OTHER_ACCOUNT,
    actions,
    application,
    client,
    drop_provider,
    into_pool,
    is_unified,
    meanwhile,
    number,
    out_of_pool,
    patch_provider,
    pool,
    provider,
    service,
    set_connected,
    stock,
    token_held,
    warned,
)

Undo = Callable[..., Result]
FOR_GOOD = ("--release-number", "--delete-application")
OLD_TOKEN = "fedcba9876543210" * 2
URL = "http://localhost:3000"


@pytest.fixture
def undo(run: Run, lab: Lab) -> Undo:
    """Undoes, and says so in JSON."""

    def call(*arguments: str, env: dict[str, str | None] | None = None) -> Result:
        return run("undo", "--yes", "--json", *arguments, env={**lab.env, **(env or {})})

    return call


@pytest.fixture
def up(run: Run, lab: Lab) -> Callable[..., Result]:
    """Sets everything up."""

    def call(*arguments: str) -> Result:
        result = run("up", "--yes", "--json", *arguments, env=lab.env)
        assert result.code == 0, result.out
        return result

    return call


Up = Callable[..., Result]


def standing(lab: Lab) -> dict[str, Any]:
    """The whole state, to the letter; without what only counts."""
    everything = lab.everything
    del everything["twilio"]["purchases"]
    return everything


def kept(lab: Lab) -> dict[str, Any]:
    """The state without the times of changes, which a change back changes too."""

    def without(value: Any) -> Any:
        if isinstance(value, dict):
            times = {"updated_at", "date_updated"}
            return {key: without(item) for key, item in value.items() if key not in times}
        return [without(item) for item in value] if isinstance(value, list) else value

    return dict(without(standing(lab)))


def kept_back(result: Result) -> list[str]:
    """What was left alone because somebody else had changed it."""
    return [item["message"] for item in result.document["warnings"] if item["code"] == "changed_since"]


# --- all of it -----------------------------------------------------------------------------------------------------


def test_after_up_and_undo_everything_is_to_the_letter_as_it_was(undo: Undo, up: Up, lab: Lab) -> None:
    before = standing(lab)
    run_id = up().document["run_id"]
    result = undo(*FOR_GOOD)
    assert result.code == 0, result.out
    assert standing(lab) == before
    assert result.document["undoes"]["run_id"] == run_id
    assert result.document["changed"] is True
    assert result.document["warnings"] == []
    assert {change["status"] for change in result.document["changes"]} == {"applied"}
    by_resource = actions(result)
    assert by_resource["application"] == by_resource["number"] == "delete"
    assert by_resource["factor"] == by_resource["policy"] == "update"
    assert by_resource["provider"] == ("delete" if is_unified(lab) else "update")


def test_the_policy_goes_first_and_what_it_stands_on_after_it(undo: Undo, up: Up, lab: Lab) -> None:
    up()
    mark = lab.mark()
    undo(*FOR_GOOD)
    paths = [path.rpartition("/api/v2/")[2] for _, path in lab.writes(mark)]
    assert paths[:3] == ["guardian/policies", "guardian/factors/phone/message-types", "guardian/factors/sms"]
    assert paths[-1].startswith("clients/")


def test_what_cannot_be_had_back_stays_unused_and_is_named(undo: Undo, up: Up, lab: Lab) -> None:
    run_id = up().document["run_id"]
    result = undo()
    hints = " ".join(item["hint"] for item in result.document["warnings"])
    assert f"`mfa-setup undo --run {run_id} --release-number`" in hints
    assert f"`mfa-setup undo --run {run_id} --delete-application`" in hints
    assert "stays" not in " ".join(item["message"] for item in result.document["warnings"])
    assert result.code == 0
    assert sorted(warned(result)) == ["application_kept", "number_kept"]
    assert len(lab.spas) == len(lab.twilio["numbers"]) == 1
    assert lab.connected() == set()
    assert pool(lab) == []
    assert lab.tenant["phone_provider"] is None
    assert lab.tenant["policies"] == []


def test_what_stayed_can_go_later_by_the_id_of_its_run(undo: Undo, up: Up, lab: Lab) -> None:
    before = standing(lab)
    run_id = up().document["run_id"]
    undo()
    assert warned(undo()) == ["nothing_to_undo"]
    result = undo("--run", run_id[:8], *FOR_GOOD)
    assert result.code == 0, result.out
    assert standing(lab) == before


def test_up_after_an_undo_takes_what_stayed_and_buys_nothing(undo: Undo, up: Up, lab: Lab) -> None:
    first = up().document["outputs"]
    undo()
    again = up().document["outputs"]
    assert (again["client_id"], again["number_sid"]) == (first["client_id"], first["number_sid"])
    assert lab.twilio["purchases"] == 1


@pytest.mark.parametrize("delivery", ["sms", "voice", "both"])
@pytest.mark.parametrize("before", ["sms", "voice", "both"])
def test_a_change_of_delivery_goes_back_while_the_policy_stands(run: Run, lab: Lab, before: str, delivery: str) -> None:
    assert run("up", "--yes", "--json", "--delivery", before, env=lab.env).code == 0
    found = kept(lab)
    assert run("up", "--yes", "--json", "--delivery", delivery, env=lab.env).code == 0
    if before != delivery:
        assert run("undo", "--yes", "--json", env=lab.env).code == 0
    assert kept(lab) == found


def test_texts_go_back(undo: Undo, up: Up, lab: Lab) -> None:
    up()
    bare = kept(lab)
    up("--verification-template", "{{code}} one", "--enrollment-template", "{{code}} two")
    first = kept(lab)
    up("--verification-template", "{{code}} three")
    assert undo().code == 0
    assert kept(lab) == first
    assert undo().code == 0
    if is_unified(lab):
        assert kept(lab) == bare
    else:  # there is no DELETE for these: the service's own texts are written
        assert lab.tenant["phone_templates"]["verification_message"].startswith("{{code}} is your verification code")


# --- several runs --------------------------------------------------------------------------------------------------


def test_runs_go_back_one_by_one_from_the_last(run: Run, undo: Undo, lab: Lab) -> None:
    states = []
    steps = (["init"], ["buy-number"], ["enable-sms"], ["policy", "always"])
    for step in steps:
        states.append(kept(lab))
        assert run(*step, "--yes", "--json", env=lab.env).code == 0
    for found in reversed(states):
        assert undo(*FOR_GOOD).code == 0
        assert kept(lab) == found
    assert warned(undo()) == ["nothing_to_undo"]


def test_the_list_shows_the_runs_that_changed_something(run: Run, undo: Undo, up: Up, lab: Lab) -> None:
    assert run("undo", "--list", "--json", env=lab.env).document["runs"] == []
    run_id = up().document["run_id"]
    up()
    assert run("init", "--yes", "--json", "--url", "https://app.example.com", env=lab.env).code == 0
    undo()
    runs = run("undo", "--list", "--json", env=lab.env).document["runs"]
    assert [(item["command"], item["undone"], item["end"]) for item in runs] == [
        ("init", True, "done"),
        ("up", False, "done"),
    ]
    assert runs[1]["run_id"] == run_id
    assert runs[1]["changed"] == ["application", "number", "provider", "factor", "policy"]
    assert runs[1]["time"].startswith("20")


def test_the_list_needs_no_credentials_and_asks_nobody(run: Run, up: Up, lab: Lab) -> None:
    run_id = up().document["run_id"]
    mark = lab.mark()
    result = run("undo", "--list", env={"AUTH0_DOMAIN": lab.domain})
    assert result.code == 0
    assert run_id[:12] in result.out
    assert lab.log(mark) == []


def test_a_run_that_is_not_in_the_journal_is_refused_by_name(undo: Undo, up: Up) -> None:
    up()
    result = undo("--run", "0123")
    assert result.code == 3
    assert result.document["error"]["code"] == "not_found"
    assert "--list" in result.document["error"]["hint"]


def test_without_yes_it_shows_its_plan_and_writes_nothing(run: Run, up: Up, lab: Lab) -> None:
    up()
    before = lab.everything
    result = run("undo", "--json", env=lab.env)
    assert result.code == 6
    assert result.document["error"]["hint"] == "Look at `changes` of `mfa-setup undo --json`, then pass --yes."
    assert {change["status"] for change in result.document["changes"]} == {"pending"}
    assert lab.everything == before


def test_a_run_that_nobody_has_to_put_back_any_more_lets_the_one_before_come_next(
    run: Run, undo: Undo, up: Up, lab: Lab
) -> None:
    up("--policy", "never")
    run("policy", "always", "--yes", "--json", env=lab.env)
    lab.auth0("PUT", "guardian/policies", [])
    first = undo()
    assert (first.code, first.document["changed"]) == (0, False)
    assert undo().document["changed"] is True
    assert lab.tenant["factors"]["sms"] is False


# --- what somebody else changed since ------------------------------------------------------------------------------


def test_a_policy_that_somebody_changed_stays_and_keeps_what_it_stands_on(undo: Undo, up: Up, lab: Lab) -> None:
    run_id = up().document["run_id"]
    lab.auth0("PUT", "guardian/policies", ["confidence-score"])
    before = lab.everything
    result = undo()
    assert result.code == 7
    assert result.document["error"]["code"] == "guard_refused"
    assert {check["id"] for check in result.document["checks"]} >= {"factor_on"}
    assert "policy never" in result.document["error"]["hint"]
    assert f"undo --run {run_id}`" in result.document["error"]["hint"]
    assert "would be off" in result.document["error"]["message"]
    assert any("policies" in message for message in kept_back(result))
    assert lab.everything == before


def test_a_policy_that_the_run_did_not_set_keeps_what_it_stands_on(run: Run, undo: Undo, up: Up, lab: Lab) -> None:
    up("--policy", "never")
    lab.auth0("PUT", "guardian/policies", ["all-applications"])
    before = lab.everything
    result = undo(*FOR_GOOD)
    assert result.code == 7
    assert lab.everything == before
    assert run("policy", "never", "--yes", "--json", env=lab.env).code == 0
    undo()  # the policy of the run before it
    lab.auth0("PUT", "guardian/policies", [])
    assert undo(*FOR_GOOD).code == 0
    assert lab.tenant["factors"]["sms"] is False


def test_a_policy_turned_on_while_it_is_at_work_stops_it(
    undo: Undo, up: Up, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    up()
    meanwhile(monkeypatch, "factor", lambda: lab.auth0("PUT", "guardian/policies", ["all-applications"]))
    result = undo()
    assert result.code == 7
    assert lab.tenant["factors"]["sms"] is True
    assert lab.tenant["phone_provider"] is not None


def test_a_url_that_somebody_added_keeps_that_list_and_the_others_go_back(run: Run, undo: Undo, lab: Lab) -> None:
    client_id = application(lab, callbacks=["https://one.example.com"])
    assert run("init", "--url", URL, "--connection", CONNECTION, "--yes", "--json", env=lab.env).code == 0
    urls = ["https://one.example.com", URL, "https://two.example.com"]
    lab.auth0("PATCH", f"clients/{client_id}", {"callbacks": urls})
    result = undo()
    assert result.code == 0
    assert [message for message in kept_back(result) if "callbacks" in message]
    there = client(lab, client_id)
    assert there["callbacks"] == urls
    assert there["web_origins"] == []
    assert client_id not in lab.connected()


def test_an_application_that_was_there_before_is_as_it_was(run: Run, undo: Undo, lab: Lab) -> None:
    client_id = application(lab, callbacks=["https://one.example.com"])
    before = client(lab, client_id)
    assert run("init", "--harden", "--url", URL, "--yes", "--json", env=lab.env).code == 0
    assert client(lab, client_id) != before
    assert undo("--delete-application").code == 0
    # A list that there was not is empty now: the service takes no null for it.
    assert client(lab, client_id) == {"allowed_logout_urls": [], "web_origins": [], **before}


def test_an_application_that_somebody_changed_is_not_removed(undo: Undo, up: Up, lab: Lab) -> None:
    client_id = up().document["outputs"]["client_id"]
    lab.auth0("PATCH", f"clients/{client_id}", {"callbacks": [URL, "https://app.example.com"]})
    result = undo(*FOR_GOOD)
    assert result.code == 0
    assert [message for message in kept_back(result) if client_id in message]
    assert [item["client_id"] for item in lab.spas] == [client_id]


def test_a_number_that_somebody_renamed_is_not_released(undo: Undo, up: Up, lab: Lab) -> None:
    up()
    sid = lab.twilio["numbers"][0]["sid"]
    lab.sandbox.world.twilio.numbers[sid].friendly_name = "Support line"
    result = undo(*FOR_GOOD)
    assert result.code == 0
    assert [message for message in kept_back(result) if "name" in message]
    assert [item["sid"] for item in lab.twilio["numbers"]] == [sid]


def test_a_number_that_somebody_moved_stays_where_it_is(undo: Undo, up: Up, lab: Lab) -> None:
    up()
    sid, other = lab.twilio["numbers"][0]["sid"], service(lab, "Marketing")
    out_of_pool(lab, lab.control_service_sid(), sid)
    into_pool(lab, other, sid)
    result = undo(*FOR_GOOD)
    assert result.code == 0
    assert kept_back(result)
    assert pool(lab, other) == [sid]


def test_a_provider_that_somebody_changed_stays_and_its_number_with_it(undo: Undo, up: Up, lab: Lab) -> None:
    up()
    if is_unified(lab):
        patch_provider(lab, delivery_methods=["text", "voice"])
    else:
        settings = lab.auth0("GET", "guardian/factors/phone/providers/twilio")
        other = stock()[3].phone_number
        lab.auth0("PUT", "guardian/factors/phone/providers/twilio", settings | {"from": other})
    there = lab.tenant["phone_provider"]
    result = undo(*FOR_GOOD)
    assert result.code == 0, result.out
    assert kept_back(result)
    assert lab.tenant["phone_provider"] == there
    if is_unified(lab):
        assert "number_in_use" in warned(result)
        assert len(lab.twilio["numbers"]) == 1


def test_another_provider_in_its_place_is_left_alone(run: Run, make_lab: Callable[..., Lab]) -> None:
    lab = make_lab()
    assert run("up", "--yes", "--json", env=lab.env).code == 0
    drop_provider(lab)
    provider(lab, sender=stock()[3].phone_number)
    there = lab.tenant["phone_provider"]
    result = run("undo", "--yes", "--json", env=lab.env)
    assert result.code == 0
    assert kept_back(result)
    assert lab.tenant["phone_provider"] == there


def test_what_somebody_put_back_already_is_nothing_to_do(undo: Undo, up: Up, lab: Lab) -> None:
    client_id = up().document["outputs"]["client_id"]
    lab.auth0("PUT", "guardian/policies", [])
    lab.auth0("PUT", "guardian/factors/sms", {"enabled": False})
    set_connected(lab, client_id, on=False)
    result = undo()
    assert result.code == 0
    assert kept_back(result) == []
    assert actions(result)["policy"] == "none"


# --- never what the run did not make -------------------------------------------------------------------------------


def test_a_number_that_was_there_before_is_never_released(run: Run, undo: Undo, lab: Lab) -> None:
    own = number(lab, stock()[0].phone_number)["sid"]
    result = run("up", "--yes", "--json", "--from", stock()[0].phone_number, env=lab.env)
    assert result.code == 0, result.out
    assert undo(*FOR_GOOD).code == 0
    assert [item["sid"] for item in lab.twilio["numbers"]] == [own]
    assert pool(lab) == []


def test_a_provider_of_the_same_account_goes_back_to_its_number(run: Run, undo: Undo, lab: Lab) -> None:
    first, second = (item.phone_number for item in stock()[:2])
    number(lab, first)
    number(lab, second)
    provider(lab, sender=second)
    before = kept(lab)
    assert run("up", "--yes", "--json", "--from", first, env=lab.env).code == 0
    assert undo(*FOR_GOOD).code == 0
    assert kept(lab) == before
    assert token_held(lab) == lab.env["TWILIO_AUTH_TOKEN"]


def test_the_token_of_another_account_is_never_made_up(run: Run, undo: Undo, lab: Lab) -> None:
    provider(lab, sid=OTHER_ACCOUNT, sender=stock()[4].phone_number, token=OLD_TOKEN)
    result = run("up", "--yes", "--json", "--replace-provider", env=lab.env)
    assert result.code == 0, result.out
    assert "token_not_restorable" in warned(result)
    there = lab.tenant["phone_provider"]
    result = undo(*FOR_GOOD)
    assert result.code == 0, result.out
    assert {"token_not_restorable", "number_in_use"} <= set(warned(result))
    assert lab.tenant["phone_provider"] == there
    assert token_held(lab) == lab.env["TWILIO_AUTH_TOKEN"]
    assert lab.tenant["policies"] == []


def test_the_old_token_supplied_puts_the_other_account_back(run: Run, undo: Undo, lab: Lab) -> None:
    provider(lab, sid=OTHER_ACCOUNT, sender=stock()[4].phone_number, token=OLD_TOKEN)
    before = kept(lab)
    assert run("up", "--yes", "--json", "--replace-provider", env=lab.env).code == 0
    result = undo(*FOR_GOOD, env={"MFA_SETUP_OLD_TWILIO_AUTH_TOKEN": OLD_TOKEN})
    assert result.code == 0, result.out
    assert kept(lab) == before
    assert token_held(lab) == OLD_TOKEN
    assert OLD_TOKEN not in result.out + result.err


def test_the_old_token_may_come_from_a_file(run: Run, undo: Undo, lab: Lab, folder: Path) -> None:
    provider(lab, sid=OTHER_ACCOUNT, sender=stock()[4].phone_number, token=OLD_TOKEN)
    assert run("up", "--yes", "--json", "--replace-provider", env=lab.env).code == 0
    (folder / "old").write_text(OLD_TOKEN, encoding="utf-8")
    assert undo("--old-twilio-auth-token-file", "old").code == 0
    assert token_held(lab) == OLD_TOKEN


def test_a_run_about_the_policy_alone_needs_no_twilio(run: Run, undo: Undo, up: Up, lab: Lab) -> None:
    up("--policy", "never")
    assert run("policy", "always", "--yes", "--json", env=lab.env).code == 0
    gone = {"TWILIO_ACCOUNT_SID": None, "TWILIO_AUTH_TOKEN": None}
    assert undo(env=gone).code == 0
    assert lab.tenant["policies"] == []
    result = undo(env=gone)
    assert result.code == 6
    assert "TWILIO_ACCOUNT_SID" in result.document["error"]["hint"]


# --- the way that codes go, under a policy that stands -----------------------------------------------------------


def _two_numbers(lab: Lab) -> list[dict[str, Any]]:
    owned = [number(lab, item.phone_number) for item in stock()[:2]]
    for one in owned:
        into_pool(lab, lab.control_service_sid(), one["sid"])
    return owned


def test_a_number_that_is_gone_does_not_send_again_under_a_policy(run: Run, undo: Undo, up: Up, lab: Lab) -> None:
    first, second = _two_numbers(lab)
    up("--from", first["phone_number"])
    assert run("enable-sms", "--yes", "--json", "--from", second["phone_number"], env=lab.env).code == 0
    del lab.sandbox.world.twilio.numbers[first["sid"]]
    there, mark = lab.tenant["phone_provider"], lab.mark()
    result = undo()
    assert result.code == 7, result.out
    assert "sender_owned" in {check["id"] for check in result.document["checks"] if check["status"] == "fail"}
    assert lab.writes(mark) == []
    assert lab.tenant["phone_provider"] == there


def test_a_number_that_is_there_sends_again_under_a_policy(run: Run, undo: Undo, up: Up, lab: Lab) -> None:
    first, second = _two_numbers(lab)
    up("--from", first["phone_number"])
    assert run("enable-sms", "--yes", "--json", "--from", second["phone_number"], env=lab.env).code == 0
    assert undo().code == 0
    assert lab.sender() == first["phone_number"]


def test_a_policy_turned_on_meanwhile_is_judged_before_the_provider_goes(
    run: Run, undo: Undo, up: Up, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = _two_numbers(lab)
    up("--from", first["phone_number"], "--policy", "never")
    assert run("enable-sms", "--yes", "--json", "--from", second["phone_number"], env=lab.env).code == 0
    del lab.sandbox.world.twilio.numbers[first["sid"]]
    meanwhile(monkeypatch, "provider", lambda: lab.auth0("PUT", "guardian/policies", ["all-applications"]))
    assert undo().code == 7
    assert lab.sender() == second["phone_number"]


def _replaced_under_a_policy(run: Run, lab: Lab) -> None:
    """Another account's provider, a policy that stands, and ours put in its place by one request."""
    owned, _ = _two_numbers(lab)
    provider(lab, sid=OTHER_ACCOUNT, sender=owned["phone_number"], token=OLD_TOKEN)
    lab.auth0("PUT", "guardian/factors/sms", {"enabled": True})
    lab.auth0("PUT", "guardian/factors/phone/message-types", {"message_types": ["sms"]})
    lab.auth0("PUT", "guardian/policies", ["all-applications"])
    line = ("enable-sms", "--replace-provider", "--from", owned["phone_number"], "--yes", "--json")
    result = run(*line, env=lab.env)
    assert result.code == 0, result.out


def test_a_wrong_old_token_does_not_go_to_auth0_under_a_policy(run: Run, undo: Undo, lab: Lab) -> None:
    _replaced_under_a_policy(run, lab)
    there, mark = lab.tenant["phone_provider"], lab.mark()
    result = undo(env={"MFA_SETUP_OLD_TWILIO_AUTH_TOKEN": "00112233445566778899aabbccddeeff"})
    assert result.code == 4, result.out
    assert result.document["error"]["service"] == "twilio"
    assert "MFA_SETUP_OLD_TWILIO_AUTH_TOKEN" in result.document["error"]["hint"]
    assert lab.writes(mark) == []
    assert lab.tenant["phone_provider"] == there
    assert token_held(lab) == lab.env["TWILIO_AUTH_TOKEN"]


def test_another_account_is_put_back_under_a_policy_where_its_own_token_shows_that_codes_arrive(
    run: Run, undo: Undo, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    _replaced_under_a_policy(run, lab)
    world, ours = lab.sandbox.world.twilio, {**lab.env}
    monkeypatch.setattr(world, "credentials", replace(world.credentials, account_sid=OTHER_ACCOUNT))
    monkeypatch.setattr(world, "auth_token", OLD_TOKEN)
    result = undo(env={**ours, "MFA_SETUP_OLD_TWILIO_AUTH_TOKEN": OLD_TOKEN})
    assert result.code == 0, result.out
    assert token_held(lab) == OLD_TOKEN


@pytest.mark.parametrize("stack", ["unified", "legacy"])
def test_codes_that_would_be_texted_again_are_judged_as_such(
    run: Run, make_lab: Callable[..., Lab], stack: str
) -> None:
    lab = make_lab(phone_stack=stack, number_registration="unregistered")
    assert run("up", "--yes", "--policy", "never", env=lab.env).code == 0
    spoken = run("enable-sms", "--yes", "--json", "--delivery", "voice", env=lab.env)
    assert [spoken.change(name)["status"] for name in ("provider", "factor")].count("pending") == 0
    assert run("policy", "always", "--yes", env=lab.env).code == 0
    result = run("undo", "--yes", "--json", "--run", spoken.document["run_id"], env=lab.env)
    assert result.code == 7, result.out
    assert lab.tenant["message_types"] == ["voice"]


# --- what is not there, or not this run's --------------------------------------------------------------------------


def test_a_number_put_into_a_service_by_hand_since_is_not_released(run: Run, make_lab: Callable[..., Lab]) -> None:
    lab = make_lab(number_registration="unregistered")
    assert run("buy-number", "--yes", "--json", env=lab.env).code == 0
    (bought,) = lab.twilio["numbers"]
    into_pool(lab, service(lab), bought["sid"])
    result = run("undo", "--yes", "--json", "--release-number", env=lab.env)
    assert result.code == 0
    assert any("Messaging Service" in message for message in kept_back(result))
    assert [item["sid"] for item in lab.twilio["numbers"]] == [bought["sid"]]


def test_a_bought_number_that_is_not_in_the_account_is_named(run: Run, unified: Lab) -> None:
    assert run("buy-number", "--yes", "--json", env=unified.env).code == 0
    (bought,) = unified.twilio["numbers"]
    world = unified.sandbox.world.twilio
    world.services[unified.control_service_sid()].pool.clear()
    world.numbers.clear()
    result = run("undo", "--yes", "--json", "--release-number", env=unified.env)
    assert result.code == 0
    (told,) = result.document["warnings"]
    assert told["code"] == "number_not_found"
    assert bought["phone_number"] in told["message"]
    assert unified.env["TWILIO_ACCOUNT_SID"] in told["message"]
    assert result.document["changed"] is False


def test_a_number_given_back_by_an_undo_is_not_missed_by_the_next(run: Run, unified: Lab) -> None:
    run_id = run("buy-number", "--yes", "--json", env=unified.env).document["run_id"]
    assert run("undo", "--yes", "--json", "--release-number", env=unified.env).code == 0
    again = run("undo", "--yes", "--json", "--run", run_id, "--release-number", env=unified.env)
    assert warned(again) == []


def test_a_suspended_account_is_not_taken_for_one_without_numbers(
    run: Run, unified: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("buy-number", "--yes", "--json", env=unified.env).code == 0
    # The sandbox answers 403 for one (sources: twilio-errors); that Twilio may answer 200 with this status, too, is not
    # verified.
    monkeypatch.setattr(TwilioAdapter, "account", lambda _self: TwilioAccount(kind="Full", status="suspended"))
    mark = unified.mark()
    result = run("undo", "--yes", "--json", "--release-number", env=unified.env)
    assert result.code == 4
    assert "suspended" in result.document["error"]["message"]
    assert unified.writes(mark) == []


@pytest.mark.parametrize(
    "by_hand",
    [
        {"description": "production shop"},
        {"allowed_origins": ["https://shop.example"]},
        {"logo_uri": "https://shop.example/logo.png"},
        {"initiate_login_uri": "https://shop.example/login"},
        {"client_metadata": {"team": "shop"}},
    ],
)
def test_an_application_that_somebody_made_theirs_is_not_removed(
    run: Run, unified: Lab, by_hand: dict[str, Any]
) -> None:
    client_id = run("init", "--yes", "--json", env=unified.env).document["outputs"]["client_id"]
    unified.auth0("PATCH", f"clients/{client_id}", by_hand)
    result = run("undo", "--yes", "--json", "--delete-application", env=unified.env)
    assert result.code == 0
    assert any(next(iter(by_hand)) in message for message in kept_back(result))
    assert [item["client_id"] for item in unified.spas] == [client_id]


def test_people_read_which_run_was_put_back(run: Run, unified: Lab) -> None:
    run_id = run("up", "--yes", "--json", env=unified.env).document["run_id"]
    assert f"Restored what run {run_id[:12]} changed." in run("undo", "--yes", env=unified.env).out


# --- killed and failed runs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/2010-04-01/*/IncomingPhoneNumbers.json"),
        ("POST", "/v1/Services/*/PhoneNumbers"),
        ("PUT", "/api/v2/guardian/factors/sms"),
        ("PUT", "*/message-types"),
        ("PUT", "/api/v2/guardian/policies"),
        ("PATCH", "/api/v2/connections/*/clients"),
        ("POST", "/api/v2/clients"),
    ],
)
@pytest.mark.parametrize(("effect", "applied"), [("status:400", False), ("reset", True), ("reset", False)])
def test_a_run_that_failed_anywhere_goes_back_to_what_it_found(
    run: Run, lab: Lab, method: str, path: str, effect: str, *, applied: bool
) -> None:
    before = standing(lab)
    lab.faults({"method": method, "path": path, "effect": effect, "applied": applied, "times": 9})
    run("up", "--yes", "--json", "--timeout", "0.1", env=lab.env)
    lab.sandbox.world.faults.clear()
    result = run("undo", "--yes", "--json", *FOR_GOOD, env=lab.env)
    assert result.code == 0, result.out
    assert standing(lab) == before


@pytest.mark.parametrize("cut", range(1, 14))
def test_a_run_that_was_killed_after_any_line_of_its_journal_goes_back(
    run: Run, lab: Lab, cut: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = standing(lab)
    written: list[str] = []

    def append(path: Path, line: str) -> None:
        if len(written) == 2 * cut:
            raise KeyboardInterrupt
        written.append(line)
        real(path, line)

    real = append_line
    with monkeypatch.context() as patch:
        patch.setattr(journal, "append_line", append)
        run("up", "--yes", "--json", env=lab.env)
    result = run("undo", "--yes", "--json", *FOR_GOOD, env=lab.env)
    assert result.code == 0, result.out
    assert standing(lab) == before


def test_an_undo_that_failed_is_finished_by_the_next(undo: Undo, up: Up, lab: Lab) -> None:
    before = standing(lab)
    up()
    lab.faults({"method": "PUT", "path": "/api/v2/guardian/factors/sms", "effect": "status:400"})
    broken = undo(*FOR_GOOD)
    assert broken.code == 1
    assert broken.change("policy")["status"] == "applied"
    assert broken.change("factor")["status"] == "failed"
    assert broken.change("provider")["status"] == "pending"
    assert undo(*FOR_GOOD).code == 0
    assert standing(lab) == before


# --- the app's config file -----------------------------------------------------------------------------------------


def test_a_config_file_that_the_run_made_goes(run: Run, undo: Undo, lab: Lab, folder: Path) -> None:
    assert run("init", "--yes", "--json", "--write-config", "auth_config.json", env=lab.env).code == 0
    assert undo().code == 0
    assert not (folder / "auth_config.json").exists()


def test_a_config_file_that_the_run_made_and_somebody_changed_stays(
    run: Run, undo: Undo, lab: Lab, folder: Path
) -> None:
    path = folder / "auth_config.json"
    assert run("init", "--yes", "--json", "--write-config", path.name, env=lab.env).code == 0
    path.write_text(json.dumps(json.loads(path.read_text()) | {"audience": "mine"}), encoding="utf-8")
    result = undo()
    assert kept_back(result)
    assert "mine" in path.read_text()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("auth_config.json", '{\n  "domain": "old.example.com",\n  "clientId": "old",\n  "audience": "mine"\n}\n'),
        ("auth_config.json", '{\n  "audience": "mine"\n}\n'),
        (".env.local", "# mine\nVITE_AUTH0_DOMAIN=old.example.com\nVITE_AUTH0_CLIENT_ID=old\nSECRET_KEY=hush\n"),
        (".env.local", "SECRET_KEY=hush\n"),
    ],
)
def test_a_config_file_that_was_there_gets_its_two_values_back(
    run: Run, undo: Undo, lab: Lab, folder: Path, name: str, text: str
) -> None:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    assert run("init", "--yes", "--json", "--write-config", name, env=lab.env).code == 0
    assert path.read_text(encoding="utf-8") != text
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    assert undo().code == 0
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "auth_config.json",
            '{\n  "domain": "{DOMAIN}",\n  "clientId": "{CLIENT_ID}",\n  "audience": "{API_IDENTIFIER}"\n}\n',
        ),
        (".env.local", "VITE_AUTH0_DOMAIN={D}\nVITE_AUTH0_CLIENT_ID={C}\nVITE_AUTH0_AUDIENCE={API_IDENTIFIER}\n"),
    ],
)
def test_placeholders_that_the_run_dropped_come_back(
    run: Run, undo: Undo, lab: Lab, folder: Path, name: str, text: str
) -> None:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    assert run("init", "--yes", "--json", "--write-config", name, env=lab.env).code == 0
    assert "API_IDENTIFIER" not in path.read_text(encoding="utf-8")
    assert undo().code == 0
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("text", ['{"domain": "old", "clientId": "old"}', None])
def test_a_folder_that_has_become_a_link_since_is_not_followed(
    run: Run, undo: Undo, lab: Lab, folder: Path, text: str | None
) -> None:
    here, elsewhere = folder / "src", folder / "elsewhere"
    here.mkdir()
    if text:
        (here / "auth_config.json").write_text(text, encoding="utf-8")
    assert run("init", "--yes", "--json", "--write-config", "src/auth_config.json", env=lab.env).code == 0
    here.rename(elsewhere)
    here.symlink_to(elsewhere)
    written = (elsewhere / "auth_config.json").read_text(encoding="utf-8")
    result = undo()
    assert result.code == 0
    assert any("auth_config.json" in message for message in kept_back(result))
    assert (elsewhere / "auth_config.json").read_text(encoding="utf-8") == written


@pytest.mark.parametrize("text", ['{"domain": "old", "clientId": "old"}', None])
def test_a_folder_that_becomes_a_link_at_the_last_moment_is_not_followed(
    run: Run, unified: Lab, folder: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    here, elsewhere = folder / "src", folder / "elsewhere"
    here.mkdir()
    if text:
        (here / "auth_config.json").write_text(text, encoding="utf-8")
    line = ("init", "--yes", "--json", "--write-config", "src/auth_config.json")
    assert run(*line, env=unified.env).code == 0

    def swap() -> None:
        here.rename(elsewhere)
        here.symlink_to(elsewhere)

    written = (here / "auth_config.json").read_text(encoding="utf-8")
    meanwhile(monkeypatch, "application", swap)
    assert run("undo", "--yes", "--json", env=unified.env).code == 3
    assert (elsewhere / "auth_config.json").read_text(encoding="utf-8") == written


def test_the_journal_keeps_no_other_line_of_a_config_file(run: Run, lab: Lab, folder: Path, tmp_path: Path) -> None:
    (folder / ".env.local").write_text("SECRET_KEY=hush-hush\n", encoding="utf-8")
    assert run("init", "--yes", "--json", "--write-config", ".env.local", env=lab.env).code == 0
    (found,) = (tmp_path / "state").glob("journal-*")
    assert "hush-hush" not in found.read_text(encoding="utf-8")
