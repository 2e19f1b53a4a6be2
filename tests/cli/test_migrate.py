"""`migrate` on legacy tenants in many states: codes arrive before, during and after, or nothing was changed."""

import pytest

from support import legacy
from support.hosted import House
from support.lab import Lab, Run
from support.legacy import STATES, Build, State, is_unified, log_in, memory
from support.scene import OTHER_ACCOUNT, warned

MIGRATE = ("migrate", "--yes", "--json")
UNDO = ("undo", "--yes", "--json")


@pytest.mark.parametrize("state", [one for one in STATES if not one.error], ids=lambda one: one.name)
def test_codes_arrive_before_during_and_after_the_move_and_undo_restores_everything(
    run: Run, build: Build, monkeypatch: pytest.MonkeyPatch, state: State
) -> None:
    house = build()
    env = {**house.lab.env, **state.comes(house)}
    before = memory(house.lab)
    with monkeypatch.context() as patch:
        steps = legacy.log_in_meanwhile(patch, house) if state.works else None
        result = run(*MIGRATE, *state.options, env=env)
    assert result.code == 0, result
    assert is_unified(house.lab)
    assert result.document["tenant"]["phone_stack"] == "unified"
    assert result.change("phone_stack")["status"] == "applied"
    assert steps is None or {steps[0], steps[-1]} == {
        "Reading the tenant's phone settings",
        "Checking the tenant after the switch",
    }
    assert not state.warned or state.warned in warned(result)
    log_in(house)
    again = run(*MIGRATE, env=env)
    assert (again.code, again.document["changed"]) == (0, False)
    undone = run(*UNDO, env=env)
    assert undone.code == 0, undone
    assert not is_unified(house.lab)
    if state.works:
        assert memory(house.lab) == before
        log_in(house)


@pytest.mark.parametrize("state", [one for one in STATES if one.error], ids=lambda one: one.name)
def test_what_cannot_move_is_refused_by_its_cause_and_nothing_is_changed(run: Run, build: Build, state: State) -> None:
    house = build()
    env = {**house.lab.env, **state.comes(house)}
    before, since = memory(house.lab), house.lab.mark()
    result = run(*MIGRATE, *state.options, env=env)
    error = result.document["error"]
    assert (result.code, error["code"]) == (state.code, state.error), result
    assert state.hint in error["message"] + error["hint"]
    assert house.lab.writes(since) == []
    assert memory(house.lab) == before
    assert not result.document["changed"]


def test_a_unified_tenant_needs_nothing_and_no_twilio_credentials(run: Run, build: Build) -> None:
    house = build()
    house.lab.control("phone-stack", {"phone_stack": "unified", "flag": True})
    since = house.lab.mark()
    known = {name: value for name, value in house.lab.env.items() if not name.startswith("TWILIO")}
    result = run(*MIGRATE, env=dict(known))
    assert (result.code, result.change("phone_stack")["action"]) == (0, "none")
    assert house.lab.writes(since) == []


def test_texts_are_split_for_sms_and_calls_and_the_name_still_shows(run: Run, house: House) -> None:
    legacy.texts(legacy.VOICE)(house)
    assert run(*MIGRATE, env=dict(house.lab.env)).code == 0
    found = {one["type"]: one["content"]["body"] for one in memory(house.lab)["templates"].values()}
    assert found["otp_verify"] == {"text": "{{code}} for {{friendly_name}}", "voice": "It is {{code}}."}
    log_in(house)
    assert house.messages()[0]["body"].endswith(" for Sandbox")


def test_texts_that_were_never_customized_stay_the_services_own(run: Run, house: House) -> None:
    assert run(*MIGRATE, env=dict(house.lab.env)).code == 0
    assert memory(house.lab)["templates"] == {}


def test_calls_alone_move_with_their_delivery_method(run: Run, house: House) -> None:
    house.lab.auth0("PUT", "guardian/factors/phone/message-types", {"message_types": ["voice"]})
    assert run(*MIGRATE, env=dict(house.lab.env)).code == 0
    assert memory(house.lab)["providers"][0]["configuration"]["delivery_methods"] == ["voice"]
    assert house.lab.tenant["message_types"] == ["voice"]


def test_only_the_flag_is_sent_to_the_tenant_settings_and_it_is_sent_last(run: Run, house: House) -> None:
    legacy.texts("{{code}}!")(house)
    since, settings = house.lab.mark(), house.lab.tenant["tenant_settings"]
    assert run(*MIGRATE, env=dict(house.lab.env)).code == 0
    paths = [path for _, path in house.lab.writes(since)]
    assert paths == ["/api/v2/branding/phone/providers", *["/api/v2/branding/phone/templates"] * 2, legacy.SETTINGS]
    assert house.lab.tenant["tenant_settings"] == settings | {"phone_consolidated_experience": True}


def test_everything_legacy_is_in_the_journal_before_the_first_write_and_no_token_ever(run: Run, house: House) -> None:
    legacy.texts("{{code}}!")(house)
    assert run(*MIGRATE, env=dict(house.lab.env)).code == 0
    lines = legacy.journal()
    kinds = [line["kind"] for line in lines]
    assert kinds[:3] == ["run", "kept", "intent"]
    kept = lines[1]["values"]
    assert kept["sid"] == house.lab.env["TWILIO_ACCOUNT_SID"]
    assert (kept["provider"], kept["from"], kept["policies"]) == ("twilio", house.number, ["all-applications"])
    assert (kept["templates.verification"], kept["message_types"], kept["factors"]) == ("{{code}}!", ["sms"], ["sms"])
    assert house.lab.env["TWILIO_AUTH_TOKEN"] not in str(lines)


def test_a_plan_is_shown_before_the_move_and_without_consent_nothing_is_written(run: Run, house: House) -> None:
    since = house.lab.mark()
    refused = run("migrate", env=dict(house.lab.env))
    assert refused.code == 6
    assert house.lab.writes(since) == []
    moved = run("migrate", "--yes", env=dict(house.lab.env))
    assert "switch to the Unified Phone Experience" in moved.err
    assert "the check after the switch passed" in moved.out
    assert moved.code == 0


@pytest.mark.parametrize(("answer", "texts"), [("1", {"text": "{{code}}", "voice": "{{code}}"}), ("2", None)])
def test_a_person_decides_about_a_text_and_sees_the_old_and_the_proposed_one(
    run: Run, house: House, monkeypatch: pytest.MonkeyPatch, answer: str, texts: dict[str, str] | None
) -> None:
    legacy.texts("{{pause}}{{code}}")(house)
    answers = iter([answer, "y"])
    monkeypatch.setattr("mfa_setup.cli.prompter.can_ask", lambda **_options: True)
    monkeypatch.setattr("mfa_setup.cli.prompter._line", lambda _question: next(answers))
    result = run("migrate", env=dict(house.lab.env))
    assert result.code == 0, result
    assert 'Legacy: "{{pause}}{{code}}"' in " ".join(result.err.split())
    found = {one["type"]: one["content"]["body"] for one in memory(house.lab)["templates"].values()}
    assert found.get("otp_verify") == texts
    log_in(house)


def test_a_text_for_sms_alone_is_asked_about_and_proposed_for_calls_too(run: Run, house: House) -> None:
    legacy.texts("{% if message_type == 'sms' %}{{code}} x{% endif %}")(house)
    since = house.lab.mark()
    asked = run(*MIGRATE, env=dict(house.lab.env)).document["error"]
    assert (asked["code"], "no {{code}} for calls" in asked["message"]) == ("choice_needed", True)
    assert house.lab.writes(since) == []
    assert run(*MIGRATE, "--accept-texts", env=dict(house.lab.env)).code == 0
    found = {one["type"]: one["content"]["body"] for one in memory(house.lab)["templates"].values()}
    assert found["otp_verify"] == {"text": "{{code}} x", "voice": "{{code}} x"}


def test_an_existing_text_under_branding_is_kept_or_replaced_only_by_choice(run: Run, house: House) -> None:
    legacy.texts("{{code}}!")(house)
    content = {"body": {"text": "{{ code }}?", "voice": "{{ code }}?"}}
    house.lab.auth0("POST", "branding/phone/templates", {"type": "otp_verify", "disabled": False, "content": content})
    before = memory(house.lab)
    assert run(*MIGRATE, env=dict(house.lab.env)).document["error"]["code"] == "choice_needed"
    assert memory(house.lab) == before
    assert run(*MIGRATE, "--accept-texts", env=dict(house.lab.env)).code == 0
    log_in(house)
    assert house.messages()[0]["body"].endswith("!")
    assert run(*UNDO, env=dict(house.lab.env)).code == 0
    then = memory(house.lab)
    for found in (before, then):
        found["templates"] = {key: one | {"updated_at": ""} for key, one in found["templates"].items()}
    assert then == before


def test_legacy_settings_that_auth0_lost_in_the_meantime_are_restored_by_undo(run: Run, house: House) -> None:
    legacy.texts("{{code}} for {{tenant.friendly_name}}")(house)
    before = memory(house.lab)
    assert run(*MIGRATE, env=dict(house.lab.env)).code == 0
    lost = house.lab.sandbox.world.tenants[house.lab.domain].legacy
    lost.provider, lost.twilio, lost.templates = "auth0", {}, None
    assert run(*UNDO, env=dict(house.lab.env)).code == 0
    assert memory(house.lab) == before
    log_in(house)


def test_a_token_that_was_rotated_after_the_move_goes_to_the_legacy_settings_by_undo(run: Run, house: House) -> None:
    assert run(*MIGRATE, env=dict(house.lab.env)).code == 0
    env = legacy.rotated_and_given(house)
    assert run(*UNDO, env={**house.lab.env, **env}).code == 0
    log_in(house)


def test_undo_leaves_the_provider_alone_while_the_flag_cannot_be_taken_back(run: Run, house: House) -> None:
    assert run(*MIGRATE, env=dict(house.lab.env)).code == 0
    before = memory(house.lab)
    house.lab.faults({"method": "PATCH", "path": legacy.SETTINGS, "effect": "status:403", "times": 9})
    result = run(*UNDO, env=dict(house.lab.env))
    assert result.code == 4
    assert memory(house.lab) == before
    log_in(house)


def test_undo_believes_the_legacy_endpoints_and_not_the_flag(run: Run, house: House) -> None:
    """A tenant that accepts the flag and stays: the provider that sends the codes stays too."""
    assert run(*MIGRATE, env=dict(house.lab.env)).code == 0
    with legacy.stuck_on_unified(house.lab):
        result = run(*UNDO, env=dict(house.lab.env))
    assert (result.code, result.document["error"]["code"]) == (1, "service_refused")
    assert len(memory(house.lab)["providers"]) == 1


def test_undo_touches_nothing_where_somebody_else_has_moved_the_tenant(run: Run, house: House) -> None:
    house.lab.faults({"method": "PATCH", "path": legacy.SETTINGS, "effect": "status:403", "times": 9})
    assert run(*MIGRATE, env=dict(house.lab.env)).code == 4
    assert not is_unified(house.lab)
    house.lab.sandbox.world.faults.clear()
    house.lab.auth0("PATCH", "tenants/settings", {"phone_consolidated_experience": True})
    before = memory(house.lab)
    result = run(*UNDO, env=dict(house.lab.env))
    assert "changed_since" in warned(result)
    assert memory(house.lab) == before


def test_up_mentions_the_move_once_and_never_on_a_unified_tenant(run: Run, lab: Lab) -> None:
    first = run("up", "--yes", "--json", env=dict(lab.env))
    assert (first.code, "legacy_phone_stack" in warned(first)) == (0, not is_unified(lab)), first
    lab.auth0("PUT", "guardian/policies", [])
    second = run("up", "--yes", "--json", env=dict(lab.env))
    assert (second.code, second.document["changed"]) == (0, True)
    assert "legacy_phone_stack" not in warned(second)


def test_a_tenant_of_another_account_is_named(run: Run, house: House) -> None:
    legacy.foreign_account(house)
    assert OTHER_ACCOUNT in run(*MIGRATE, env=dict(house.lab.env)).document["error"]["message"]
