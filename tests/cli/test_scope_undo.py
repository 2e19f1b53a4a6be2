"""Undoing changes to the limits: nobody is let in without a code because something could not be restored."""

import pytest

from mfa_setup.model.scope_code import ACTION_NAME
from mfa_setup.sandbox.auth0.scopes import ALL_SCOPES
from support import actions, scene
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
