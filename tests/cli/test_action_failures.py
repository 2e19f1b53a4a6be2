"""`doctor` names the post-login Actions that failed recently, in the version that runs now."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mfa_setup.sandbox.auth0.scopes import ALL_SCOPES
from support.lab import Lab, Result, Run

LOGS = "/api/v2/logs"
NOBODY = "The tenant's log shows no recent failure of a post-login Action."


def check(result: Result) -> dict[str, Any]:
    """The check of `doctor`."""
    assert result.code == 0, result.out
    return next(item for item in result.document["checks"] if item["id"] == "action_failures")


@pytest.fixture
def bound(unified: Lab) -> Lab:
    """A tenant with two Actions that run at every login."""
    unified.control("actions", [{"name": "Greet", "code": "// hello"}, {"name": "Enrich", "code": "// more"}])
    return unified


def fail(lab: Lab, name: str, kind: str = "action_error", *, days: float = 0, **details: Any) -> None:
    """An Action fails at a login, some days ago."""
    tenant = lab.sandbox.world.first
    action = lab.auth0("GET", f"actions/actions?actionName={name}")["actions"][0]
    version = action["deployed_version"]["id"]
    told = {"action_id": action["id"], "action_name": name, "trigger_id": "post-login", "version_id": version}
    tenant.log("actions_execution_failed", "Action failed", **(told | {"error_class": kind} | details))
    if days:
        tenant.logs[-1]["date"] = (datetime.now(UTC) - timedelta(days=days)).isoformat()


def test_one_that_threw_is_named_with_the_error_but_without_its_text(run: Run, bound: Lab) -> None:
    for _ in range(2):
        fail(bound, "Greet", action_error={"name": "TypeError", "message": "ada@example.com has no phone"})
    found = check(run("doctor", "--json", env=bound.env))
    assert found["status"] == "warn"
    assert "Greet threw an error (TypeError) 2 times, last at 20" in found["evidence"]
    assert "Enrich" not in found["evidence"]
    assert "ada" not in found["evidence"]
    assert "Actions > Triggers > post-login" in found["fix"]


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("action_error", "threw an error once"),
        ("action_timeout", "ran too long once"),
        ("rate_limited", "exceeded a rate limit once"),
        ("platform_error", "was stopped by an error of Auth0 once"),
        ("something_new", "failed once"),
    ],
)
def test_each_kind_of_failure_is_told(run: Run, bound: Lab, kind: str, told: str) -> None:
    fail(bound, "Enrich", kind)
    assert f": Enrich {told}, last at" in check(run("doctor", "--json", env=bound.env))["evidence"]


def test_a_failure_counts_for_seven_days(run: Run, bound: Lab) -> None:
    fail(bound, "Greet", days=6.9)
    fail(bound, "Enrich", days=7.1)
    evidence = check(run("doctor", "--json", env=bound.env))["evidence"]
    assert "Greet" in evidence
    assert "Enrich" not in evidence


@pytest.mark.parametrize("other", [{"version_id": "replaced"}, {"action_id": "unbound"}])
def test_neither_a_replaced_version_nor_an_unbound_action_counts(run: Run, bound: Lab, other: dict[str, Any]) -> None:
    fail(bound, "Greet", **other)
    found = check(run("doctor", "--json", env=bound.env))
    assert (found["status"], found["evidence"]) == ("pass", NOBODY)


def test_an_entry_without_details_is_no_failure_of_any(run: Run, bound: Lab) -> None:
    bound.sandbox.world.first.log("actions_execution_failed", "Action failed")
    assert check(run("doctor", "--json", env=bound.env))["status"] == "pass"


def test_without_actions_the_log_is_not_read_for_them(run: Run, unified: Lab) -> None:
    before = unified.mark()
    found = check(run("doctor", "--json", env=unified.env))
    assert (found["status"], found["evidence"]) == ("skip", "No Action runs at logins.")
    assert sum(one["path"] == LOGS for one in unified.log(before)) == 1  # the codes that were sent


@pytest.mark.parametrize("scope", ["read:actions", "read:logs"])
def test_without_the_scope_the_check_names_it(run: Run, bound: Lab, scope: str) -> None:
    bound.grant([one for one in ALL_SCOPES if one != scope])
    found = check(run("doctor", "--json", env=bound.env))
    assert found["status"] == "skip"
    assert scope in found["evidence"]
