"""Undoing changes to the limits: nobody is let in without a code because something could not be restored."""

import pytest

from mfa_setup.model.scope_code import ACTION_NAME
from mfa_setup.sandbox.auth0.scopes import ALL_SCOPES
from support import actions
from support.lab import Lab, Run
from support.scene import warned

UP = ("up", "--yes", "--json", "--only-percent", "10")
EVERYONE = ("policy", "always", "--everyone", "--yes", "--json")
UNDO = ("undo", "--yes", "--json", "--no-token-cache")
ALL = ["all-applications"]


@pytest.mark.parametrize("command", [EVERYONE, ("policy", "adaptive", "--yes", "--json")])
def test_the_policy_stays_where_the_limits_cannot_be_restored(unified: Lab, run: Run, command: tuple[str, ...]) -> None:
    assert run(*UP, env=unified.env).code == 0
    code = actions.ours(unified)["code"]
    assert run(*command, env=unified.env).code == 0
    policies = unified.tenant["policies"]
    actions.make(unified, ACTION_NAME, code.replace('"percent": 10', '"percent": 20'))
    undone = run(*UNDO, env=unified.env)
    assert undone.code == 0
    assert unified.tenant["policies"] == policies != []
    assert "changed_since" in warned(undone)
    assert any("nobody would be asked" in one["message"] for one in undone.document["warnings"])
    assert "nothing_restored" in warned(undone)


def without(lab: Lab, scope: str) -> None:
    """Takes a scope away from the tool's client."""
    lab.grant([one for one in ALL_SCOPES if one != scope])


@pytest.mark.parametrize("scope", ["read:actions", "create:actions", "update:actions"])
def test_the_policy_waits_for_limits_that_lack_a_scope(unified: Lab, run: Run, scope: str) -> None:
    assert run(*UP, env=unified.env).code == 0
    written = actions.ours(unified)["code"]
    assert run(*EVERYONE, env=unified.env).code == 0
    without(unified, scope)
    since = unified.mark()
    refused = run(*UNDO, env=unified.env)
    error = refused.document["error"]
    assert (refused.code, error["code"]) == (4, "scope_missing")
    assert f"The access token lacks a scope: {scope}." in error["message"]
    assert "the MFA policy (waits for the MFA limits)" in error["message"]
    assert f"the MFA limits (needs {scope})" in error["message"]
    assert unified.writes(since) == []
    unified.grant(ALL_SCOPES)
    assert run(*UNDO, env=unified.env).code == 0
    assert (unified.tenant["policies"], actions.ours(unified)["code"]) == ([], written)
    assert actions.bound(unified) == [ACTION_NAME]


@pytest.mark.parametrize(("scope", "left"), [("update:actions", [ACTION_NAME]), ("delete:actions", [])])
def test_an_action_that_cannot_be_unbound_is_not_deleted_either(
    unified: Lab, run: Run, scope: str, left: list[str]
) -> None:
    assert run("up", "--yes", "--json", env=unified.env).code == 0
    assert run("policy", "always", "--only-percent", "10", "--yes", "--json", env=unified.env).code == 0
    without(unified, scope)
    undone = run(*UNDO, env=unified.env)
    assert (undone.code, undone.document["error"]["code"]) == (4, "scope_missing")
    assert f"(needs {scope})" in undone.document["error"]["message"]
    assert (unified.tenant["policies"], actions.bound(unified)) == (ALL, left)
    unified.grant(ALL_SCOPES)
    assert run(*UNDO, env=unified.env).code == 0
    assert actions.listed(unified) == []
