"""Every state of account, plan, registration, countries and token: what fails, what fixes it, what is not enforced."""

import itertools
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from mfa_setup.checks.catalog import QUESTIONS
from support.lab import Lab, Run
from support.scene import NEW_TOKEN, is_unified, rotate_token
from support.states import OLD_TRIAL, STATES, TRIAL, UNREGISTERED, State, delivers, prepare

ROOT = Path(__file__).parents[2]
CASES = [(state, stack) for state in STATES for stack in state.stacks]
each_state = pytest.mark.parametrize(("state", "stack"), CASES, ids=[f"{s.name}, {stack}" for s, stack in CASES])
Make = Callable[..., Lab]


def guarded(state: State) -> tuple[str, ...]:
    """The options of a state that the policy has too: a number's type is chosen when it is bought."""
    flags = iter(state.flags)
    pairs = itertools.batched(flags, 2) if hasattr(itertools, "batched") else zip(flags, flags, strict=True)
    return tuple(word for name, value in pairs if name == "--countries" for word in (name, value))


def told(document: dict[str, object]) -> str:
    """All that a refusal says."""
    error = document["error"] or {}
    assert isinstance(error, dict)
    checks = document["checks"]
    assert isinstance(checks, list)
    return " ".join([*(f"{check['evidence']} {check['fix']}" for check in checks), error["message"], error["hint"]])


@each_state
def test_up_on_a_fresh_tenant_sets_no_policy_without_a_delivered_path(
    make_lab: Make, run: Run, state: State, stack: str
) -> None:
    lab = make_lab(phone_stack=stack, **state.world)
    env = {**lab.env, **state.comes(lab)}
    result = run("up", "--yes", "--json", *state.flags, env=env)
    assert result.code == state.up, result.out
    assert bool(lab.tenant["policies"]) is (result.code == 0)
    assert result.code != 0 or delivers(lab)
    if result.code == 7:
        assert set(state.failing) <= {check["id"] for check in result.document["checks"]}
        assert state.fix in told(result.document)
    if result.code in {6, 7} and state.kind == "local":
        assert lab.twilio["purchases"] == 0  # refused before the money is spent


@each_state
def test_policy_always_waits_until_codes_arrive(make_lab: Make, run: Run, state: State, stack: str) -> None:
    lab = make_lab(phone_stack=stack, **state.world)
    prepare(lab, state)
    if state.world.get("twilio_account") != "suspended":
        run("enable-sms", "--resend-token", "--yes", env=lab.env)  # so that the token that Auth0 holds is known
    env = {**lab.env, **state.comes(lab)}
    result = run("policy", "always", "--yes", "--json", *guarded(state), env=env)
    assert result.code == state.policy, result.out
    assert bool(lab.tenant["policies"]) is (result.code == 0)
    if state.failing and result.code != 0:
        listed = {check["id"]: check for check in result.document["checks"]}
        assert set(state.failing) <= set(listed)
        assert state.fix in told(result.document)


@each_state
def test_doctor_names_the_same_checks_and_writes_nothing(make_lab: Make, run: Run, state: State, stack: str) -> None:
    lab = make_lab(phone_stack=stack, **state.world)
    prepare(lab, state)
    env = {**lab.env, **state.comes(lab)}
    before, mark = lab.everything, lab.mark()
    result = run("doctor", "--json", *guarded(state), env=env)
    found = {check["id"]: check for check in result.document["checks"]}
    assert lab.writes(mark) == []
    assert lab.everything == before
    assert list(found) != []
    assert {found[check_id]["status"] for check_id in state.failing if check_id != "provider_token"} <= {"fail", "skip"}
    assert found.keys() == {question.id for question in QUESTIONS}
    assert result.code == (
        4
        if state.name in {"suspended account", "Twilio token rotated, the old one is given"}
        else 7
        if any(check["status"] == "fail" for check in found.values())
        else 0
    )


def test_the_documentation_has_every_state_with_its_checks_and_exit_codes() -> None:
    text = (ROOT / "docs/checks.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|`]+?) \| (.*?) \| (\d+) \| (\d+) \|$", text, re.MULTILINE)
    listed = {name: (re.findall(r"`(\w+)`", ids), int(up), int(policy)) for name, ids, up, policy in rows}
    assert listed == {state.name: (list(state.failing), state.up, state.policy) for state in STATES}
    described = re.findall(r"^\| `(\w+)` \| ", text, re.MULTILINE)
    assert described == [question.id for question in QUESTIONS]


# --- overrides -----------------------------------------------------------------------------------------------------


def test_the_tutorials_own_path_on_an_older_trial_ends_with_a_delivered_sms(make_lab: Make, run: Run) -> None:
    lab = make_lab(**OLD_TRIAL)
    verified = "+14155550177"
    lab.control("twilio/verified-recipients", {"phone_number": verified})
    result = run("up", "--yes", "--json", "--test-to", verified, "--override", "twilio_account", env=lab.env)
    assert result.code == 0, result.out
    document = result.document
    assert document["outputs"]["sms"]["status"] == "delivered"
    assert [check["id"] for check in document["checks"] if check["overridden"]] == ["twilio_account"]
    assert lab.tenant["policies"] == ["all-applications"]
    assert lab.twilio["purchases"] == 1


def test_a_test_sms_that_does_not_arrive_leaves_the_policy_as_it_was(make_lab: Make, run: Run) -> None:
    lab = make_lab(**UNREGISTERED)
    result = run("up", "--yes", "--json", "--test-to", "+14155550177", "--override", "registration", env=lab.env)
    assert result.code == 1
    assert "30034" in result.document["error"]["message"]
    assert lab.tenant["policies"] == []
    assert lab.tenant["factors"]["sms"] is True


def test_on_a_full_account_the_test_sms_is_delivered_before_the_policy_is_set(run: Run, lab: Lab) -> None:
    result = run("up", "--yes", "--json", "--test-to", "+14155550177", env=lab.env)
    assert result.code == 0, result.out
    assert result.document["outputs"]["sms"]["status"] == "delivered"
    log = [(entry["method"], entry["path"].split("/")[-1]) for entry in lab.log()]
    sent = log.index(("POST", "try" if "unified" in str(result.document["tenant"]) else "Messages.json"))
    assert sent < log.index(("PUT", "policies"))


def test_several_overrides_are_all_recorded_and_one_that_was_not_needed_is_told(make_lab: Make, run: Run) -> None:
    lab = make_lab(**OLD_TRIAL, **UNREGISTERED)
    flags = [word for name in ("twilio_account", "registration", "balance") for word in ("--override", name)]
    document = run("up", "--yes", "--json", *flags, env=lab.env).document
    assert document["ok"] is True
    assert {check["id"] for check in document["checks"] if check["overridden"]} == {"twilio_account", "registration"}
    assert [item["code"] for item in document["warnings"]] == ["override_unused"]
    assert "balance" in document["warnings"][0]["message"]


def test_an_unknown_check_cannot_be_overridden(run: Run, unified: Lab) -> None:
    result = run("policy", "always", "--yes", "--json", "--override", "nonsense", env=unified.env)
    assert result.code == 3
    assert "registration" in result.document["error"]["hint"]
    assert unified.log() == []


def test_the_floor_cannot_be_overridden(run: Run, unified: Lab) -> None:
    flags = [word for name in ("factor_on", "provider_enabled", "message_type_set") for word in ("--override", name)]
    result = run("policy", "always", "--yes", "--json", *flags, env=unified.env)
    assert result.code == 7
    assert "cannot be overridden" in result.document["error"]["hint"]
    assert unified.tenant["policies"] == []


def test_all_failures_are_shown_at_once(make_lab: Make, run: Run) -> None:
    lab = make_lab(**UNREGISTERED)
    lab.control("twilio/profile", {"status": None})
    result = run("up", "--yes", "--json", "--countries", "US,GB", env=lab.env)
    failing = {check["id"] for check in result.document["checks"]}
    assert failing == {"registration", "compliance_profile", "geo_permissions"}


def test_where_another_factor_is_on_and_nobody_has_enrolled_a_phone_failures_only_warn(
    make_lab: Make, run: Run
) -> None:
    lab = make_lab(**TRIAL)
    lab.auth0("PUT", "guardian/factors/otp", {"enabled": True})
    prepare(lab, STATES[1])
    result = run("policy", "always", "--yes", "--json", env=lab.env)
    assert result.code == 0
    warning = next(check for check in result.document["checks"] if check["id"] == "twilio_account")
    assert warning["status"] == "warn"
    assert "otp" in warning["evidence"]


def test_a_tenant_whose_codes_are_spoken_needs_no_registration_of_messages(make_lab: Make, run: Run) -> None:
    lab = make_lab(**UNREGISTERED)
    assert run("up", "--yes", "--json", "--delivery", "voice", env=lab.env).code == 0
    assert lab.tenant["message_types"] == ["voice"]


# --- a policy that stands ------------------------------------------------------------------------------------------


def test_a_standing_policy_whose_codes_do_not_arrive_is_told_loudly_with_the_way_back(run: Run, unified: Lab) -> None:
    assert run("up", "--yes", env=unified.env).code == 0
    unified.control("twilio/profile", {"status": None})
    for line in (["up", "--yes"], ["policy", "always", "--yes"], ["doctor"]):
        result = run(*line, "--json", env=unified.env)
        assert (result.code, result.document["error"]["code"]) == (7, "enforced_undeliverable")
        assert "mfa-setup policy never" in result.document["error"]["hint"]
    status = run("status", "--json", env=unified.env)
    assert status.code == 0
    assert "enforced_undeliverable" in [warning["code"] for warning in status.document["warnings"]]
    assert run("policy", "never", "--yes", env=unified.env).code == 0


def test_a_standing_policy_does_not_keep_up_from_mending_what_broke_it(run: Run, lab: Lab) -> None:
    assert run("up", "--yes", env=lab.env).code == 0
    env = rotate_token(lab, NEW_TOKEN)
    result = run("policy", "always", "--yes", "--json", env=env)
    if is_unified(lab):  # Auth0 does not show the old token, and Twilio might still accept it
        assert (result.code, [item["code"] for item in result.document["warnings"]]) == (0, ["delivery_unchecked"])
    else:
        assert (result.code, result.document["error"]["code"]) == (7, "enforced_undeliverable")
    assert run("up", "--yes", "--json", env=env).code == 0
    assert delivers(lab)


def test_a_provider_that_works_is_not_replaced_by_one_whose_codes_do_not_arrive(run: Run, unified: Lab) -> None:
    assert run("up", "--yes", "--policy", "never", env=unified.env).code == 0
    works = unified.sender()
    other = unified.control("twilio/numbers", {"phone_number": "+13125550188"})
    unified.control("twilio/profile", {"status": None})
    line = ("enable-sms", "--from", other["phone_number"], "--yes", "--json")
    refused = run(*line, env=unified.env)
    assert (refused.code, refused.document["error"]["code"]) == (7, "guard_refused")
    assert unified.sender() == works
    flags = [word for check in refused.document["checks"] for word in ("--override", check["id"])]
    assert run(*line, *flags, env=unified.env).code == 0
    assert unified.sender() == other["phone_number"]


# --- what a review found -------------------------------------------------------------------------------------------


def put_token(lab: Lab, token: str) -> None:
    """Somebody writes another token into the dashboard."""
    there = lab.tenant["phone_provider"]
    lab.auth0("PATCH", f"branding/phone/providers/{there['id']}", {"credentials": {"auth_token": token}})


def test_a_token_that_somebody_else_wrote_since_is_not_taken_for_ours(run: Run, unified: Lab) -> None:
    assert run("up", "--yes", "--policy", "never", env=unified.env).code == 0
    put_token(unified, "f" * 32)
    refused = run("policy", "always", "--yes", "--json", env=unified.env)
    assert (refused.code, [check["id"] for check in refused.document["checks"]]) == (6, ["provider_token"])
    assert unified.tenant["policies"] == []
    assert run("up", "--yes", env=unified.env).code == 0  # sends ours again
    assert delivers(unified)


def test_a_send_that_was_refused_for_the_token_speaks_against_it(run: Run, unified: Lab) -> None:
    assert run("up", "--yes", env=unified.env).code == 0
    put_token(unified, "f" * 32)
    assert run("test", "sms", "--to", "+14155550177", "--via", "auth0", env=unified.env).code == 1
    doctor = run("doctor", "--json", env=unified.env)
    assert doctor.document["error"]["code"] == "enforced_undeliverable"
    token = next(check for check in doctor.document["checks"] if check["id"] == "provider_token")
    assert token["status"] == "fail"
    assert "20003" in token["evidence"]
    assert run("enable-sms", "--resend-token", "--yes", env=unified.env).code == 0
    assert run("doctor", "--json", env=unified.env).code == 0


def test_codes_do_not_go_over_from_calls_to_messages_that_do_not_arrive(make_lab: Make, run: Run) -> None:
    lab = make_lab(**UNREGISTERED)
    assert run("up", "--yes", "--delivery", "voice", env=lab.env).code == 0
    result = run("enable-sms", "--delivery", "sms", "--yes", "--json", env=lab.env)
    assert (result.code, [check["id"] for check in result.document["checks"]]) == (7, ["registration"])
    assert lab.tenant["message_types"] == ["voice"]


def test_calls_are_not_proved_by_an_sms(run: Run, lab: Lab) -> None:
    line = ("up", "--delivery", "voice", "--test-to", "+14155550177", "--yes", "--json")
    result = run(*line, env=lab.env)
    assert result.code == 3
    assert "--test-to" in result.document["error"]["message"]
    assert lab.writes() == []


def test_a_verification_that_cannot_be_read_is_not_called_missing(run: Run, unified: Lab) -> None:
    assert run("up", "--yes", "--number-type", "toll-free", "--policy", "never", env=unified.env).code == 0
    unified.faults({"method": "GET", "path": "*/Tollfree/*", "effect": "status:403", "times": 50})
    result = run("policy", "always", "--yes", "--json", env=unified.env)
    assert (result.code, result.document["error"]["code"]) == (4, "forbidden")
    assert result.document["checks"][0]["status"] == "skip"


def test_a_toll_free_number_is_not_bought_without_a_word(make_lab: Make, run: Run) -> None:
    result = run("plan", "--number-type", "toll-free", "--json", env=make_lab(**UNREGISTERED).env)
    assert "number_needs_verification" in [warning["code"] for warning in result.document["warnings"]]


def test_where_something_else_than_twilio_sends_one_override_is_enough(run: Run, unified: Lab) -> None:
    body = {"name": "custom", "credentials": {}, "configuration": {"delivery_methods": ["text"]}}
    unified.auth0("POST", "branding/phone/providers", body)
    unified.auth0("PUT", "guardian/factors/sms", {"enabled": True})
    unified.auth0("PUT", "guardian/factors/phone/message-types", {"message_types": ["sms"]})
    env = {**unified.env, "TWILIO_ACCOUNT_SID": None, "TWILIO_AUTH_TOKEN": None}
    refused = run("policy", "always", "--yes", "--json", env=env)
    assert (refused.code, [check["id"] for check in refused.document["checks"]]) == (6, ["provider_account"])
    assert run("policy", "always", "--yes", "--json", "--override", "provider_account", env=env).code == 0


def test_a_token_that_may_not_read_what_decides_ends_doctor_with_4(run: Run, unified: Lab) -> None:
    unified.grant(["read:tenant_settings"])
    result = run("doctor", "--json", env=unified.env)
    assert (result.code, result.document["error"]["code"]) == (4, "scope_missing")


def test_doctor_judges_the_number_that_would_be_used(make_lab: Make, run: Run) -> None:
    lab = make_lab(**UNREGISTERED)
    prepare(lab, next(state for state in STATES if state.kind == "tollfree"))
    lab.auth0("DELETE", f"branding/phone/providers/{lab.tenant['phone_provider']['id']}")
    phone = lab.twilio["numbers"][0]["phone_number"]
    found = run("doctor", "--json", "--from", phone, env=lab.env).document["checks"]
    assert phone in next(check for check in found if check["id"] == "registration")["evidence"]


def test_a_send_that_was_refused_does_not_keep_up_from_sending_the_right_token(run: Run, lab: Lab) -> None:
    assert run("up", "--yes", "--policy", "never", env=lab.env).code == 0
    env = rotate_token(lab, NEW_TOKEN)
    lab.sandbox.world.tenants[lab.domain].log(
        "gd_send_sms_failure", "refused", {}, provider_error={"errorCode": 20003, "message": "Authenticate"}
    )
    result = run("up", "--yes", "--json", env=env)
    assert result.code == 0, result.out
    assert delivers(lab)
