"""Many tenants from one file: each is set up by itself, and what goes wrong at one touches no other."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mfa_setup.cli.prompter import Prompter
from mfa_setup.settings.fleet import resolved
from support import documents
from support.fleet import Fleet, errors
from support.lab import Lab, Result, Run

TENANTS = ("t0001", "t0002", "t0003", "t0004")
PURCHASE = ("POST", "*/IncomingPhoneNumbers.json")


@pytest.fixture
def fleet(make_lab: Callable[..., Lab], run: Run, folder: Path) -> Fleet:
    """Four tenants that share a sender."""
    return Fleet(make_lab(tenants=len(TENANTS)), run, folder)


# --- setting up ---------------------------------------------------------------------------------------------------


def test_every_tenant_is_set_up_and_the_document_has_them_in_the_order_of_the_file(fleet: Fleet) -> None:
    result = fleet.up()
    document = result.document
    assert result.code == 0, result.out
    assert list(document) == ["schema_version", "command", "ok", "changed", "tenants", "summary", "error", "digest"]
    assert (document["command"], document["ok"], document["changed"], document["error"]) == (
        "fleet up",
        True,
        True,
        None,
    )
    assert list(document["tenants"]) == list(TENANTS)
    summary = {name: document["summary"][name] for name in ("ok", "changed", "failed", "skipped")}
    assert summary == {"ok": 4, "changed": 4, "failed": 0, "skipped": 0}
    assert document["summary"]["seconds"] > 0
    for name, found in document["tenants"].items():
        assert found["outputs"]["domain"] == fleet.domain(name)
        assert found["outputs"]["phone_number"] == "+14155550100"
        assert fleet.policy(name) == ["all-applications"]
    assert set(fleet.portals().values()) == {1}
    assert fleet.lab.twilio["purchases"] == 0


def test_run_again_it_changes_nothing(fleet: Fleet) -> None:
    assert fleet.up().code == 0
    mark = fleet.lab.mark()
    again = fleet.up()
    assert (again.code, again.document["changed"], again.document["summary"]["changed"]) == (0, False, 0)
    assert fleet.lab.writes(mark) == []


def test_each_tenant_has_its_own_policy(fleet: Fleet) -> None:
    fleet.edit("[tenants.t0002]\n", '[tenants.t0002]\npolicy = { require_mfa = "never" }\n')
    assert fleet.up().code == 0
    assert [fleet.policy(name) for name in TENANTS[:3]] == [["all-applications"], [], ["all-applications"]]


def test_each_tenant_has_its_own_limits(fleet: Fleet) -> None:
    fleet.edit("[tenants.t0002]\n", "[tenants.t0002]\npolicy = { only = { percent = 10 } }\n")
    found = fleet.up().document["tenants"]
    scopes = {name: found[name]["outputs"]["policy_scope"] for name in TENANTS}
    assert scopes.pop("t0002")["percent"] == 10
    assert list(scopes.values()) == [None, None, None]
    assert fleet.policy("t0002") == []


def test_the_applications_of_a_tenant_can_be_left_alone(fleet: Fleet) -> None:
    fleet.edit(
        'application = { name = "Portal T0002", urls = ["https://t0002.example.com"] }',
        "application = { no_app = true }",
    )
    result = fleet.up()
    assert result.code == 0, result.out
    assert fleet.portals() == {"t0001": 1, "t0002": 0, "t0003": 1, "t0004": 1}
    assert "application" not in {one["resource"] for one in result.document["tenants"]["t0002"]["changes"]}
    assert fleet.policy("t0002") == ["all-applications"]


def test_each_document_names_the_fleet_file(fleet: Fleet) -> None:
    result = fleet("plan")
    assert {found["settings"]["file"] for found in result.document["tenants"].values()} == {str(fleet.file)}


def test_one_tenant_is_undone_by_itself(fleet: Fleet, run: Run) -> None:
    assert fleet.up().code == 0
    env = {**fleet.lab.env, "AUTH0_DOMAIN": fleet.domain("t0002")}
    env |= {name: fleet.lab.env[f"{name}_T0002"] for name in ("AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET")}
    undone = run("undo", "--yes", "--json", env=dict(env))
    assert undone.code == 0, undone.out
    assert [fleet.policy(name) for name in TENANTS[:3]] == [["all-applications"], [], ["all-applications"]]


def test_only_the_tenants_whose_names_match_are_worked_at(fleet: Fleet) -> None:
    result = fleet.up("--select", "*2", "--select", "t0004")
    assert (result.code, list(result.document["tenants"])) == (0, ["t0002", "t0004"])
    assert [bool(fleet.policy(name)) for name in TENANTS] == [False, True, False, True]


def test_a_pattern_that_matches_no_tenant_is_refused(fleet: Fleet) -> None:
    result = fleet.up("--select", "acme-*")
    assert (result.code, result.document["error"]["code"], result.document["tenants"]) == (3, "invalid_value", {})


# --- what goes wrong at one tenant --------------------------------------------------------------------------------


def test_a_refused_and_a_hanging_tenant_leave_the_others_alone(fleet: Fleet) -> None:
    fleet.lab.control(
        f"faults?tenant={fleet.domain('t0003')}", [{"path": "/api/v2/*", "effect": "hang", "times": 1000}]
    )
    result = fleet.up("--timeout", "1", env={"AUTH0_CLIENT_SECRET_T0002": "wrong-secret-of-this-tenant"})
    assert errors(result) == {
        "t0001": None, "t0002": "credentials_refused", "t0003": "service_unavailable", "t0004": None,
    }  # fmt: skip
    assert (result.code, result.document["ok"], result.document["error"]) == (4, False, None)
    assert {**result.document["summary"], "seconds": 0} == {
        "ok": 2, "changed": 2, "failed": 2, "skipped": 0, "seconds": 0,
    }  # fmt: skip
    assert [bool(fleet.policy(name)) for name in TENANTS] == [True, False, False, True]


def test_the_exit_code_is_that_of_the_first_failure_in_the_order_of_the_file(fleet: Fleet) -> None:
    fleet.edit("[tenants.t0002]\n", '[tenants.t0002]\nnumber = { max_price = 0.5 }\nsms = { from = "+14155550199" }\n')
    result = fleet.up(env={"AUTH0_CLIENT_SECRET_T0003": "wrong-secret-of-this-tenant"})
    assert errors(result) == {"t0001": None, "t0002": "not_found", "t0003": "credentials_refused", "t0004": None}
    assert result.code == 3


def test_a_variable_that_is_not_set_fails_its_tenant_alone(fleet: Fleet) -> None:
    result = fleet.up(env={"AUTH0_CLIENT_SECRET_T0002": None})
    assert errors(result) == {"t0001": None, "t0002": "value_needed", "t0003": None, "t0004": None}
    assert "AUTH0_CLIENT_SECRET_T0002" in result.document["tenants"]["t0002"]["error"]["message"]
    assert result.code == 6


def test_a_defect_at_one_tenant_stops_no_other(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    def defective(tenant: Any, *more: Any) -> Any:
        if tenant.name == "t0003":
            raise KeyError("a secret value")
        return resolved(tenant, *more)

    monkeypatch.setattr("mfa_setup.fleet.tenant_run.resolved", defective)
    result = fleet.up()
    assert errors(result) == {"t0001": None, "t0002": None, "t0003": "internal_error", "t0004": None}
    assert "a secret value" not in result.out + result.err


def test_after_a_failure_nothing_else_begins_if_that_is_asked_for(fleet: Fleet) -> None:
    wrong = {"AUTH0_CLIENT_SECRET_T0002": "wrong-secret-of-this-tenant"}
    result = fleet.up("--fail-fast", "--concurrency", "1", env=wrong)
    assert errors(result) == {
        "t0001": None, "t0002": "credentials_refused", "t0003": "not_started", "t0004": "not_started",
    }  # fmt: skip
    assert (result.code, result.document["summary"]["skipped"]) == (4, 2)
    assert "t0002" in result.document["tenants"]["t0004"]["error"]["message"]
    assert fleet.up().code == 0
    assert set(fleet.portals().values()) == {1}


# --- canaries -----------------------------------------------------------------------------------------------------


def test_the_rest_begins_once_the_canaries_pass(fleet: Fleet) -> None:
    assert fleet.up("--canary", "2").code == 0
    assert all(fleet.policy(name) for name in TENANTS)


def test_a_canary_that_does_not_pass_the_examination_stops_the_rest(
    make_lab: Callable[..., Lab], run: Run, folder: Path
) -> None:
    fleet = Fleet(make_lab(tenants=len(TENANTS), number_registration="unregistered"), run, folder)
    fleet.edit('require_mfa = "always"', 'require_mfa = "never"')
    result = fleet.up("--canary", "1")
    assert errors(result) == {"t0001": "checks_failed", **dict.fromkeys(TENANTS[1:], "not_started")}
    assert result.code == 7
    canary = result.document["tenants"]["t0001"]
    assert canary["changed"]
    assert any(check["status"] == "fail" for check in canary["checks"])
    assert fleet.portals() == {"t0001": 1, "t0002": 0, "t0003": 0, "t0004": 0}


# --- purchases ----------------------------------------------------------------------------------------------------


@pytest.fixture
def buying(fleet: Fleet) -> Fleet:
    """The same, each tenant with a number of its own."""
    fleet.edit('sms = { from = "+14155550100" }', 'number = { area_code = "415" }')
    fleet.lab.sandbox.world.twilio.numbers.clear()
    return fleet


def test_nothing_is_bought_unless_it_is_allowed(buying: Fleet) -> None:
    result = buying.up()
    assert set(errors(result).values()) == {"purchase_not_allowed"}
    assert result.code == 6
    assert "--max-purchases" in result.document["tenants"]["t0001"]["error"]["hint"]
    assert buying.lab.twilio["purchases"] == 0


def test_no_more_is_bought_than_is_allowed(buying: Fleet) -> None:
    result = buying.up("--max-purchases", "3")
    assert sorted(errors(result).values(), key=str) == [None, None, None, "purchase_not_allowed"]
    assert (result.code, buying.lab.twilio["purchases"]) == (6, 3)


def test_tenants_of_one_account_that_buy_at_the_same_time_get_a_number_each(buying: Fleet) -> None:
    result = buying.up("--max-purchases", "4")
    assert result.code == 0, result.out
    numbers = {found["outputs"]["phone_number"] for found in result.document["tenants"].values()}
    assert (len(numbers), buying.lab.twilio["purchases"]) == (4, 4)
    again = buying.up()
    assert (again.code, again.document["changed"], buying.lab.twilio["purchases"]) == (0, False, 4)


def test_a_choice_among_several_numbers_is_made_in_the_file_or_by_allowing_a_purchase(fleet: Fleet) -> None:
    fleet.edit('sms = { from = "+14155550100" }', 'number = { area_code = "415" }')
    result = fleet.up("--select", "t0001")
    assert errors(result) == {"t0001": "choice_needed"}
    assert result.document["tenants"]["t0001"]["error"]["hint"] == (
        'In the fleet file, add to [tenants.t0001]: sms = { from = "+14155550100" }, or pass --max-purchases N.'
    )
    bought = fleet.up("--select", "t0001", "--max-purchases", "1")
    assert (bought.code, fleet.lab.twilio["purchases"]) == (0, 1)
    assert bought.document["tenants"]["t0001"]["outputs"]["phone_number"] != "+14155550100"


# --- looking ------------------------------------------------------------------------------------------------------


def test_a_plan_writes_nothing_and_says_by_its_exit_code_that_something_is_pending(fleet: Fleet) -> None:
    before = fleet.lab.everything
    assert fleet("plan").code == 0
    assert fleet("plan", "--check").code == 10
    assert fleet.lab.everything == before
    assert fleet.up().code == 0
    assert fleet("plan", "--check").code == 0


def test_a_plan_shows_tenants_with_the_same_changes_together(fleet: Fleet) -> None:
    assert fleet.up("--select", "t0003").code == 0
    shown = fleet.run("plan").out
    assert "1 tenant: t0003\n  Nothing to change." in shown
    assert "3 tenants: t0001, t0002, t0004" in shown
    assert shown.count("+ Provider") == 1
    apps = [f'create "Portal T000{at}" for https://t000{at}.example.com (1 tenant)' for at in (1, 2, 4)]
    assert f"  + Application   {'; '.join(apps)}\n" in shown
    assert "callbacks" not in shown
    assert "4 of 4 tenants planned" in shown


def test_a_value_that_differs_at_one_tenant_is_seen_in_the_plan(fleet: Fleet) -> None:
    fleet.edit("[tenants.t0004]\n", '[tenants.t0004]\npolicy = { require_mfa = "adaptive" }\n')
    shown = fleet.run("plan").out
    asked = "every user of every application will be asked for a code"
    assert (
        f"Never -> Always: {asked} (3 tenants); Never -> Adaptive: {asked} when Auth0 sees a risk (1 tenant)" in shown
    )
    assert (
        "policies: (none) -> all-applications (3 tenants); confidence-score (1 tenant)" in fleet.run("plan", "-v").out
    )


def test_values_that_are_left_out_are_counted_and_shown_on_demand(fleet: Fleet) -> None:
    assert '4 different ones, such as create "Portal T0001" for https' in fleet.run("plan").out
    assert "Portal T0004 (1 tenant)" in fleet.run("plan", "--verbose").out


def test_a_tenant_that_cannot_be_planned_is_named_with_its_cause(fleet: Fleet) -> None:
    result = fleet.run("plan", env={"AUTH0_CLIENT_SECRET_T0002": "wrong-secret-of-this-tenant"})
    assert result.code == 4
    assert "x t0002  failed: credentials_refused (exit code 4)" in result.out
    assert "3 of 4 tenants planned, 1 failed" in result.out


def test_status_and_doctor_look_at_every_tenant(fleet: Fleet) -> None:
    fresh = fleet.run("doctor")
    assert (fresh.code, fresh.out.count("  not set up yet, 2 warnings  ")) == (0, len(TENANTS))
    assert fleet.up().code == 0
    assert "* t0003  passed, " in fleet.run("doctor").out
    mark = fleet.lab.mark()
    for command in ("status", "doctor"):
        result = fleet(command)
        assert (result.code, result.document["summary"]["ok"]) == (0, 4), result.out
        assert result.document["command"] == f"fleet {command}"
    assert "* t0003  nothing to change" in fleet.run("status").out
    assert fleet.lab.writes(mark) == []


def test_doctor_names_the_tenant_whose_codes_do_not_arrive(fleet: Fleet) -> None:
    assert fleet.up().code == 0
    fleet.lab.auth0_of(fleet.domain("t0002"))("PUT", "guardian/factors/sms", {"enabled": False})
    result = fleet("doctor")
    assert errors(result) == {
        "t0001": None, "t0002": "enforced_undeliverable", "t0003": None, "t0004": None,
    }  # fmt: skip
    assert result.code == 7


# --- lines of JSON, lines of text -----------------------------------------------------------------------------------


def test_one_line_of_json_for_each_tenant_and_the_summary_at_the_end(fleet: Fleet) -> None:
    *tenants, last = documents.lines(fleet.run("up", "--yes", "--jsonl").out)
    assert {line["name"] for line in tenants} == set(TENANTS)
    assert all(line["document"]["ok"] and line["document"]["command"] == "up" for line in tenants)
    assert (last["command"], last["ok"], last["tenants"], last["summary"]["ok"]) == ("fleet up", True, {}, 4)


def test_a_log_has_one_line_for_each_tenant(fleet: Fleet) -> None:
    result = fleet.run("up", "--yes", env={"AUTH0_CLIENT_SECRET_T0002": "wrong-secret-of-this-tenant"})
    lines = [line for line in result.out.splitlines() if line[4:9] in TENANTS]
    assert len(lines) == 4
    assert sum(line.startswith("  * ") and "4 changes applied" in line for line in lines) == 3
    assert "  x t0002  failed: credentials_refused (exit code 4)" in result.out
    assert "3 of 4 tenants set up, 3 changed, 1 failed" in result.out
    assert result.err == ""


def test_quiet_tells_only_of_failures(fleet: Fleet) -> None:
    wrong = {"AUTH0_CLIENT_SECRET_T0002": "wrong-secret-of-this-tenant"}
    result = fleet.run("up", "--yes", "--quiet", env=wrong)
    assert result.out == ""
    assert [line[:9] for line in result.err.splitlines() if line[4:9] in TENANTS] == ["  x t0002"]


# --- consent --------------------------------------------------------------------------------------------------------


def test_without_a_confirmation_nothing_is_written(fleet: Fleet) -> None:
    mark = fleet.lab.mark()
    result = fleet("up")
    assert (result.code, result.document["error"]["code"]) == (6, "confirmation_needed")
    assert (result.document["summary"]["ok"], result.document["summary"]["skipped"]) == (0, 4)
    assert fleet.lab.writes(mark) == []


def test_what_is_set_up_already_needs_no_confirmation(fleet: Fleet) -> None:
    assert fleet.up().code == 0
    assert fleet("up").code == 0


@pytest.fixture
def asked(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Sets the fleet up with somebody who agrees, after something has happened while the question was open."""
    monkeypatch.setattr("mfa_setup.cli.prompter.can_ask", lambda **_: True)

    def up(*arguments: str, meanwhile: Callable[[], object] = lambda: None) -> Result:
        monkeypatch.setattr(Prompter, "agree", lambda *_: meanwhile())
        return fleet("up", *arguments)

    return up


Asked = Callable[..., Result]


def state(fleet: Fleet, name: str) -> Any:
    """The tenant itself, to be changed manually."""
    return fleet.lab.sandbox.world.tenants[fleet.domain(name)]


def test_other_changes_than_those_that_were_agreed_to_are_not_made(fleet: Fleet, asked: Asked) -> None:
    assert fleet.up().code == 0
    fleet.edit('require_mfa = "always"', 'require_mfa = "never"')
    result = asked(meanwhile=lambda: state(fleet, "t0002").factors.update(sms=False))
    assert errors(result) == {"t0001": None, "t0002": "plan_outdated", "t0003": None, "t0004": None}
    assert result.code == 7
    assert [bool(fleet.policy(name)) for name in TENANTS] == [False, True, False, False]


def test_a_value_that_nobody_has_seen_is_not_overwritten(fleet: Fleet, asked: Asked) -> None:
    def somebody_sets_a_policy() -> None:
        state(fleet, "t0003").policies = ["confidence-score"]

    result = asked(meanwhile=somebody_sets_a_policy)
    assert errors(result) == {"t0001": None, "t0002": None, "t0003": "plan_outdated", "t0004": None}
    assert fleet.policy("t0003") == ["confidence-score"]


def test_another_number_on_sale_is_still_the_plan_that_was_agreed_to(buying: Fleet, asked: Asked) -> None:
    result = asked("--max-purchases", "4")
    assert (result.code, buying.lab.twilio["purchases"]) == (0, 4), result.out


def test_a_tenant_that_could_not_be_planned_is_not_set_up_after_the_question(fleet: Fleet, asked: Asked) -> None:
    fleet.lab.control(f"faults?tenant={fleet.domain('t0003')}", [{"path": "/oauth/token", "effect": "status:403"}])
    result = asked()
    assert [bool(fleet.policy(name)) for name in TENANTS] == [True, True, False, True]
    assert (result.code, result.document["summary"]["failed"]) == (4, 1)
    assert list(result.document["tenants"]) == list(TENANTS)


@pytest.mark.parametrize("options", [("--canary", "1"), ("--canary", "2"), ("--fail-fast", "--concurrency", "1")])
def test_nobody_is_asked_once_a_canary_cannot_be_planned(fleet: Fleet, asked: Asked, options: tuple[str, ...]) -> None:
    mark = fleet.lab.mark()
    fleet.lab.control(f"faults?tenant={fleet.domain('t0001')}", [{"path": "/oauth/token", "effect": "status:403"}])
    result = asked(*options, meanwhile=lambda: pytest.fail("asked"))
    assert errors(result) == {"t0001": "credentials_refused", **dict.fromkeys(TENANTS[1:], "not_started")}
    assert (result.code, fleet.lab.writes(mark)) == (4, [])


def test_a_canary_that_fails_after_the_question_leaves_the_rest_not_started(fleet: Fleet, asked: Asked) -> None:
    refusal = [{"method": "POST", "path": "/api/v2/clients", "effect": "status:400"}]
    result = asked(
        "--canary", "1", meanwhile=lambda: fleet.lab.control(f"faults?tenant={fleet.domain('t0001')}", refusal)
    )
    assert errors(result) == {"t0001": "service_refused", **dict.fromkeys(TENANTS[1:], "not_started")}
    assert [result.document["summary"][name] for name in ("ok", "failed", "skipped")] == [0, 1, 3]


def test_without_a_confirmation_each_tenant_is_reported_as_not_started(fleet: Fleet) -> None:
    assert set(errors(fleet("up")).values()) == {"not_started"}
    *tenants, last = documents.lines(fleet.run("up", "--jsonl").out)
    assert {line["name"] for line in tenants} == set(TENANTS)
    assert last["summary"]["skipped"] == 4


# --- output that nobody takes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [(), ("--jsonl",)])
def test_a_reader_that_goes_away_decides_about_no_tenant(fleet: Fleet, folder: Path, more: tuple[str, ...]) -> None:
    process = start(fleet, folder, "--concurrency", "1", *more)
    assert process.stdout
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in err, "inside mfa-setup" in err) == (1, False, False)
    assert all(fleet.policy(name) for name in TENANTS)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_under_the_output_decides_about_no_tenant(fleet: Fleet, folder: Path) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        process = start(fleet, folder, out=full)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, "Standard output cannot be written" in err) == (1, True)
    assert all(fleet.policy(name) for name in TENANTS)


# --- hints ----------------------------------------------------------------------------------------------------------


def test_a_refused_credential_is_named_as_the_file_names_it(fleet: Fleet) -> None:
    result = fleet.up(env={"AUTH0_CLIENT_SECRET_T0002": "wrong-secret-of-this-tenant"})
    assert result.document["tenants"]["t0002"]["error"]["hint"] == (
        "Check the credentials that the fleet file names: auth0_client_id (env AUTH0_CLIENT_ID_T0002), "
        "auth0_client_secret (env AUTH0_CLIENT_SECRET_T0002)."
    )


def test_a_refused_twilio_token_is_named_as_the_file_names_it(fleet: Fleet) -> None:
    for command in ("up", "doctor"):
        result = fleet(
            command, "--select", "t0001", *(["--yes"] * (command == "up")), env={"TWILIO_AUTH_TOKEN": "f" * 32}
        )
        error = result.document["tenants"]["t0001"]["error"]
        assert error["code"] == "credentials_refused"
        assert "twilio_auth_token (env TWILIO_AUTH_TOKEN)" in error["hint"]


def test_an_option_that_a_fleet_does_not_have_is_said_to_be_one_of_up(fleet: Fleet) -> None:
    other = "AC0123456789abcdef0123456789abcdef"
    fleet.lab.auth0_of(fleet.domain("t0002"))(
        "POST", "branding/phone/providers",
        {"name": "twilio", "disabled": False, "credentials": {"auth_token": "f" * 32},
         "configuration": {"sid": other, "default_from": "+14155550111", "delivery_methods": ["text"]}},
    )  # fmt: skip
    error = fleet.up().document["tenants"]["t0002"]["error"]
    assert error["code"] == "provider_conflict"
    assert "--replace-provider" in error["hint"]
    assert f"`mfa-setup up --domain {fleet.domain('t0002')}`" in error["hint"]


@pytest.mark.parametrize("arguments", [("absent.toml",), ("fleet.toml", "--concurrency", "0")])
def test_a_plan_that_cannot_begin_says_why(fleet: Fleet, run: Run, arguments: tuple[str, ...]) -> None:
    result = run("fleet", "plan", *arguments, env=dict(fleet.lab.env))
    assert result.code == 3
    assert result.err.startswith("Error: ")
    assert "inside mfa-setup" not in result.err


def test_each_pattern_must_match(fleet: Fleet) -> None:
    result = fleet.up("--select", "t0001", "--select", "tpyo")
    assert (result.code, "'tpyo'" in result.document["error"]["message"]) == (3, True)


def test_two_names_of_one_config_file_are_refused(fleet: Fleet, folder: Path) -> None:
    (folder / "a").mkdir()
    (folder / "b").symlink_to("a")
    for name, path in (("t0001", "a/auth_config.json"), ("t0002", "b/auth_config.json")):
        fleet.edit(f'name = "Portal {name.upper()}"', f'name = "Portal {name.upper()}", write_config = "{path}"')
    result = fleet.up()
    assert (result.code, result.document["error"]["code"]) == (3, "invalid_value")
    assert "t0001 and t0002" in result.document["error"]["message"]


# --- where credentials come from, and where they go ---------------------------------------------------------------


def test_no_variable_is_read_that_the_file_does_not_name(fleet: Fleet) -> None:
    others = {
        "AUTH0_DOMAIN": "acme.eu.auth0.com", "AUTH0_API_TOKEN": "of-another-tenant", "MFA_SETUP_POLICY": "never",
        "TWILIO_API_KEY": "SK0123456789abcdef0123456789abcdef", "TWILIO_API_SECRET": "of-another-account",
        "AUTH0_AUDIENCE": "https://acme.eu.auth0.com/api/v2/", "MFA_SETUP_NAME": "Another name",
    }  # fmt: skip
    assert fleet.up(env=dict(others)).code == 0
    assert all(fleet.policy(name) for name in TENANTS)
    assert set(fleet.portals().values()) == {1}


def test_a_credential_is_read_from_a_file_beside_the_fleet_file(fleet: Fleet, folder: Path) -> None:
    (folder / "twilio-token").write_text(fleet.lab.env["TWILIO_AUTH_TOKEN"] + "\n", encoding="utf-8")
    fleet.edit('{ env = "TWILIO_AUTH_TOKEN" }', '{ file = "twilio-token" }')
    assert fleet.up(env={"TWILIO_AUTH_TOKEN": None}).code == 0


def test_no_secret_is_shown(fleet: Fleet) -> None:
    secrets = [value for name, value in fleet.lab.env.items() if "SECRET" in name or name == "TWILIO_AUTH_TOKEN"]
    shown = [fleet.up(), fleet("doctor"), fleet.run("plan", "--verbose"), fleet.run("up", "--yes", "--verbose")]
    assert len(secrets) > len(TENANTS)
    assert not [secret for secret in secrets for result in shown if secret in result.out + result.err]


def test_tenants_of_this_machine_need_a_sandbox(fleet: Fleet) -> None:
    result = fleet.up(env={"MFA_SETUP_SANDBOX": None})
    assert (result.code, result.document["error"]["code"]) == (3, "invalid_value")
    assert "--allow-domain" in result.document["error"]["hint"]
    assert fleet.lab.log() == []


def test_the_settings_file_of_one_tenant_is_refused(fleet: Fleet) -> None:
    result = fleet.up("--config", "mfa-setup.toml")
    assert (result.code, result.document["error"]["code"]) == (3, "invalid_value")


@pytest.mark.parametrize(
    ("option", "value"),
    [("--concurrency", "0"), ("--concurrency", "many"), ("--canary", "-1"), ("--max-purchases", "x")],
)
def test_a_number_that_is_none_is_refused(fleet: Fleet, option: str, value: str) -> None:
    result = fleet.up(option, value)
    assert (result.code, result.document["error"]["code"]) == (3, "invalid_value")
    assert option in result.document["error"]["message"]


# --- interrupted and killed ---------------------------------------------------------------------------------------


def start(fleet: Fleet, folder: Path, *arguments: str, out: Any = subprocess.PIPE) -> "subprocess.Popen[str]":
    """Sets the fleet up in a process of its own."""
    command = [sys.executable, "-m", "mfa_setup", "fleet", "up", str(fleet.file), "--yes", *arguments]
    return subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **fleet.lab.env},
        stdout=out,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_ends_every_run_at_a_safe_point_and_the_next_command_goes_on(
    fleet: Fleet, folder: Path, number: signal.Signals, code: int
) -> None:
    process = start(fleet, folder, "--concurrency", "1", "--jsonl")
    assert process.stdout
    first = documents.document(process.stdout.readline())
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    *lines, last = documents.lines(out)
    assert (first["name"], process.returncode, "Traceback" in err) == ("t0001", code, False)
    assert {line["name"] for line in lines} == set(TENANTS[1:])
    assert lines[-1]["document"]["error"]["code"] == "not_started"
    assert last["error"]["code"] == {130: "interrupted", 143: "terminated"}[code]
    assert fleet.up().code == 0
    assert set(fleet.portals().values()) == {1}


def test_killed_in_the_middle_and_run_again_it_does_nothing_twice(buying: Fleet, folder: Path) -> None:
    process = start(buying, folder, "--concurrency", "2", "--max-purchases", "4", "--jsonl")
    assert process.stdout
    process.stdout.readline()
    process.kill()
    process.communicate(timeout=60)
    result = buying.up("--max-purchases", "4")
    assert result.code == 0, result.out
    assert set(buying.portals().values()) == {1}
    assert buying.lab.twilio["purchases"] == 4
    assert all(buying.policy(name) for name in TENANTS)
