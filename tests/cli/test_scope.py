"""The limits of the policy: one post-login Action of ours asks only some users, and nothing else of theirs is touched."""

from typing import Any

from support import scene
from support.lab import Lab, Labs, Run

from mfa_setup.model.scope_code import ACTION_NAME, read_code

BINDINGS = "actions/triggers/post-login/bindings"
PORTAL = "Acme Portal"
LIMITED = ("policy", "always", "--yes", "--json", "--only-application", PORTAL)


def actions(lab: Lab) -> list[dict[str, Any]]:
    return list(lab.auth0("GET", "actions/actions?triggerId=post-login")["actions"])


def bound(lab: Lab) -> list[str]:
    return [one["action"]["name"] for one in lab.auth0("GET", BINDINGS)["bindings"]]


def test_first(run: Run, lab: Lab) -> None:
    portal = scene.application(lab, name=PORTAL)
    first = run("up", "--yes", "--json", "--only-application", PORTAL, env=lab.env)
    print(first.out, first.err)
    assert first.code == 0
    assert bound(lab) == [ACTION_NAME]
    assert lab.tenant["policies"] == []
    made = read_code(actions(lab)[0]["code"])
    assert made.scope.applications[0].client_id == portal
    again = run("plan", "--check", "--json", env=lab.env)
    print(again.out, again.err)
    assert again.code == 0
    assert 0
