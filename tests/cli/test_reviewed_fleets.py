"""The reviewed plan of a fleet: one file for all tenants, each compared before its first write."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mfa_setup.model.plan_file import digest_of
from support.fleet import Fleet, errors
from support.lab import Lab, Result, Run

TENANTS = ("t0001", "t0002", "t0003")
PLAN = "plans.json"
APPLY = ("up", "--plan", PLAN, "--yes")


@pytest.fixture
def fleet(make_lab: Callable[..., Lab], run: Run, folder: Path) -> Fleet:
    """Three tenants that share a sender."""
    return Fleet(make_lab(tenants=len(TENANTS)), run, folder)


def test_the_plan_of_a_fleet_is_one_file_with_a_digest_and_sets_up_what_it_showed(fleet: Fleet) -> None:
    made = fleet("plan", "--out", PLAN)
    assert made.code == 0, made.out
    saved = json.loads(Path(PLAN).read_text(encoding="utf-8"))
    assert made.document["digest"] == saved["digest"] == digest_of(saved)
    assert list(saved["plans"]) == list(TENANTS)
    assert all(len(found["digest"]) == 64 for found in made.document["tenants"].values())
    assert fleet("plan").document["digest"] == saved["digest"]
    for name, value in fleet.lab.env.items():
        assert not ("SECRET" in name or "TOKEN" in name) or value not in Path(PLAN).read_text(encoding="utf-8")
    result = fleet(*APPLY, "--canary", "1")
    assert (result.code, result.document["digest"]) == (0, None), result.out
    assert {name: fleet.policy(name) for name in TENANTS} == {name: ["all-applications"] for name in TENANTS}


def test_a_tenant_that_has_changed_fails_alone_before_its_first_write(fleet: Fleet) -> None:
    assert fleet("plan", "--out", PLAN).code == 0
    fleet.set_policy("t0002")
    result = fleet(*APPLY)
    assert (result.code, errors(result)) == (7, {"t0001": None, "t0002": "plan_outdated", "t0003": None})
    found = result.document["tenants"]["t0002"]
    assert (found["changed"], [one["path"] for one in found["differences"]]) == (False, ["policy.policies"])
    assert "mfa-setup fleet plan FLEET_FILE --out FILE" in found["error"]["hint"]
    assert (fleet.policy("t0001"), fleet.policy("t0002")) == (["all-applications"], ["confidence-score"])


def test_after_an_outdated_tenant_nothing_else_begins_if_that_is_asked_for(fleet: Fleet) -> None:
    assert fleet("plan", "--out", PLAN).code == 0
    fleet.set_policy("t0001")
    result = fleet(*APPLY, "--fail-fast", "--concurrency", "1")
    assert (result.code, list(errors(result).values())) == (7, ["plan_outdated", "not_started", "not_started"])


def test_settings_and_tenants_that_the_plan_does_not_hold_are_not_applied(fleet: Fleet) -> None:
    assert fleet("plan", "--out", PLAN, "--select", "t000[12]").code == 0
    text = fleet.file.read_text(encoding="utf-8")
    assert "Portal T0002" in text
    fleet.file.write_text(text.replace("Portal T0002", "Portal Two"), encoding="utf-8")
    result = fleet(*APPLY)
    assert (result.code, errors(result)) == (7, {"t0001": None, "t0002": "plan_outdated", "t0003": "plan_outdated"})
    (difference,) = result.document["tenants"]["t0002"]["differences"]
    assert difference == {"path": "settings.name", "planned": "Portal T0002", "now": "Portal Two"}
    assert "does not contain the tenant t0003" in result.document["tenants"]["t0003"]["error"]["message"]
    assert (fleet.policy("t0002"), fleet.policy("t0003")) == ([], [])


def without_sender(fleet: Fleet) -> None:
    """Every tenant needs a number of its own."""
    lines = fleet.file.read_text(encoding="utf-8").splitlines()
    fleet.file.write_text("\n".join(line for line in lines if not line.startswith("sms = ")), encoding="utf-8")


def numbers(result: Result) -> list[str]:
    """The number that each tenant buys."""
    changes = [change for found in result.document["tenants"].values() for change in found["changes"]]
    return [change["title"] for change in changes if change["resource"] == "number"]


def test_each_tenant_of_a_plan_buys_another_number_whatever_the_order_of_the_runs(fleet: Fleet) -> None:
    without_sender(fleet)
    made = fleet("plan", "--max-purchases", "3", "--out", PLAN)
    assert len(set(numbers(made))) == len(TENANTS), made.out
    again = fleet("plan", "--max-purchases", "3", "--concurrency", "1")
    assert again.document["digest"] == made.document["digest"]
    result = fleet(*APPLY, "--max-purchases", "3")
    assert (result.code, set(errors(result).values())) == (0, {None}), result.out
    assert numbers(result) == numbers(made)
    assert fleet.lab.twilio["purchases"] == len(TENANTS)


def test_two_plans_of_a_fleet_do_not_share_the_only_number_on_sale(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_sender(fleet)
    monkeypatch.setattr("mfa_setup.adapters.twilio.SEARCH_SIZE", 2)
    made = fleet("plan", "--max-purchases", "3", "--out", PLAN)
    assert sorted(errors(made).values(), key=str) == [None, None, "no_numbers"], made.out
    assert len(json.loads(Path(PLAN).read_text(encoding="utf-8"))["plans"]) == 2


def test_a_plan_with_a_tenant_that_the_fleet_file_has_lost_is_not_applied_in_part(fleet: Fleet) -> None:
    assert fleet("plan", "--out", PLAN).code == 0
    text = fleet.file.read_text(encoding="utf-8")
    begun = fleet.lab.mark()
    for changed in (text[: text.index("[tenants.t0003]")], text.replace("[tenants.t0003]", "[tenants.t0009]")):
        fleet.file.write_text(changed, encoding="utf-8")
        result = fleet(*APPLY)
        assert (result.code, result.document["error"]["code"]) == (7, "plan_outdated"), result.out
        assert f"no longer contains these tenants of the plan: t0003 ({fleet.domain('t0003')})" in result.out
    assert fleet.lab.log(begun) == []


def test_the_number_of_each_plan_is_bought_if_purchases_are_allowed(fleet: Fleet) -> None:
    without_sender(fleet)
    select = ("--select", "t0001", "--max-purchases", "1")
    made = fleet("plan", "--out", PLAN, *select)
    assert made.code == 0, made.out
    refused = fleet(*APPLY, "--select", "t0001")
    assert errors(refused) == {"t0001": "purchase_not_allowed"}, refused.out
    changes = made.document["tenants"]["t0001"]["changes"]
    number = next(change for change in changes if change["resource"] == "number")
    assert number["price"] == {"amount": "1.15", "currency": "USD"}
    result = fleet(*APPLY, *select)
    assert result.code == 0, result.out
    assert result.document["tenants"]["t0001"]["outputs"]["phone_number"] == number["title"]


def test_the_plan_of_one_tenant_is_not_one_of_a_fleet_and_the_other_way_round(fleet: Fleet, run: Run) -> None:
    assert fleet("plan", "--out", PLAN, "--select", "t0001").code == 0
    begun = fleet.lab.mark()
    result = run("up", "--plan", PLAN, "--yes", "--json", env=fleet.lab.env)
    assert (result.code, result.document["error"]["code"]) == (3, "plan_unusable")
    assert f"mfa-setup fleet up FLEET_FILE --plan {PLAN}" in result.document["error"]["hint"]
    Path(PLAN).write_text("{}", encoding="utf-8")
    refused = fleet(*APPLY)
    assert (refused.code, refused.document["error"]["code"]) == (3, "plan_unusable")
    assert fleet("plan", "--out", "missing/plans.json").code == 3
    assert fleet.lab.log(begun) == []
