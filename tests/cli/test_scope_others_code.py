"""Dropping the limits deletes no copy of our Action, and no code that somebody changed unless that is agreed to."""

from typing import Any

import pytest

from mfa_setup.model.scope_code import ACTION_NAME
from mfa_setup.sandbox.auth0.scopes import ALL_SCOPES
from support import actions
from support.lab import Lab, Run
from support.scene import warned

UP = ("up", "--yes", "--json")
NEVER = ("policy", "never", "--yes", "--json")
DROPPING = [NEVER, ("policy", "adaptive", "--yes", "--json"), ("policy", "always", "--everyone", "--yes", "--json")]
UNDO = ("undo", "--yes", "--json")
AGREED = ("--override", "action_changed")
EDITED = "// changed manually\n"


@pytest.fixture
def limited(unified: Lab, run: Run) -> Lab:
    """A tenant whose policy is limited."""
    assert run(*UP, "--only-percent", "10", env=unified.env).code == 0
    return unified


def state(lab: Lab) -> dict[str, Any]:
    """What an undo has to restore."""
    code = {one["name"]: (one["code"], one["deployed_version"]["code"]) for one in actions.listed(lab)}
    return {"policies": lab.tenant["policies"], "bound": sorted(actions.bound(lab)), "code": code}


@pytest.mark.parametrize("command", DROPPING)
def test_code_that_somebody_changed_is_deleted_only_with_consent(
    limited: Lab, run: Run, command: tuple[str, ...]
) -> None:
    actions.edit(limited, actions.ours(limited)["code"] + EDITED)
    before, since = state(limited), limited.mark()
    refused = run(*command, env=limited.env)
    assert (refused.code, refused.document["error"]["code"]) == (7, "action_changed")
    assert "would delete the code" in refused.document["error"]["message"]
    assert limited.writes(since) == []
    assert run(*command, *AGREED, env=limited.env).code == 0
    assert actions.listed(limited) == []
    assert run(*UNDO, env=limited.env).code == 0
    assert state(limited) == before


@pytest.mark.parametrize("command", DROPPING)
def test_a_changed_draft_is_deleted_only_with_consent_and_comes_back(
    limited: Lab, run: Run, command: tuple[str, ...]
) -> None:
    mine = actions.ours(limited)
    limited.auth0("PATCH", f"actions/actions/{mine['id']}", {"code": mine["code"] + EDITED})
    before = state(limited)
    assert run(*command, env=limited.env).document["error"]["code"] == "action_changed"
    assert run(*command, *AGREED, env=limited.env).code == 0
    undone = run(*UNDO, env=limited.env)
    assert undone.code == 0, undone.out
    assert state(limited) == before


@pytest.mark.parametrize("command", DROPPING)
def test_a_renamed_action_is_removed_and_comes_back_under_its_name(
    limited: Lab, run: Run, command: tuple[str, ...]
) -> None:
    limited.auth0("PATCH", f"actions/actions/{actions.ours(limited)['id']}", {"name": "Renamed MFA"})
    before = state(limited)
    assert run(*command, env=limited.env).code == 0
    assert actions.listed(limited) == []
    assert run(*UNDO, env=limited.env).code == 0
    assert state(limited) == before


@pytest.mark.parametrize("command", DROPPING)
@pytest.mark.parametrize("more", ["", EDITED])
def test_a_copy_that_does_not_run_is_left_and_named(
    limited: Lab, run: Run, command: tuple[str, ...], more: str
) -> None:
    actions.make(limited, "Team B's own", actions.ours(limited)["code"] + more)
    before = state(limited)
    result = run(*command, env=limited.env)
    assert result.code == 0, result.out
    (told,) = [one for one in result.document["warnings"] if one["code"] == "action_left"]
    assert "Team B's own" in told["message"]
    assert [one["name"] for one in actions.listed(limited)] == ["Team B's own"]
    assert run(*UNDO, env=limited.env).code == 0
    assert state(limited) == before


def test_a_copy_that_is_left_limits_nothing(limited: Lab, run: Run) -> None:
    actions.make(limited, "Team B's own", actions.ours(limited)["code"])
    assert run(*NEVER, env=limited.env).code == 0
    assert run(*UP, env=limited.env).code == 0
    assert limited.tenant["policies"] == ["all-applications"]
    assert actions.bound(limited) == []


@pytest.mark.parametrize("more", ["", EDITED])
def test_a_copy_that_runs_is_unbound_and_an_undo_binds_it_again(limited: Lab, run: Run, more: str) -> None:
    copy = actions.make(limited, "Team B's own", actions.ours(limited)["code"] + more)
    actions.bind(limited, [copy, actions.ours(limited)["id"]])
    before = state(limited)
    if more:
        refused = run(*NEVER, env=limited.env)
        assert (refused.code, refused.document["error"]["code"]) == (7, "action_changed")
        assert """"Team B's own", which""" in refused.document["error"]["message"]
        assert "would unbind the code" in refused.document["error"]["message"]
    result = run(*NEVER, *AGREED, env=limited.env)
    assert result.code == 0, result.out
    assert "action_left" in warned(result)
    assert (actions.bound(limited), [one["name"] for one in actions.listed(limited)]) == ([], ["Team B's own"])
    assert run(*NEVER, env=limited.env).document["changed"] is False
    assert run(*UNDO, env=limited.env).code == 0
    assert state(limited) == before


def test_an_action_that_goes_on_asking_under_never_is_named(limited: Lab, run: Run) -> None:
    actions.edit(limited, actions.ASKING)
    result = run(*NEVER, env=limited.env)
    (told,) = [one for one in result.document["warnings"] if one["code"] == "action_left"]
    assert "can still ask users" in told["message"]
    assert actions.bound(limited) == [ACTION_NAME]


@pytest.mark.parametrize("policy", ["never", "adaptive"])
def test_limits_that_cannot_be_seen_and_stay_are_warned_of(limited: Lab, run: Run, policy: str) -> None:
    limited.grant([one for one in ALL_SCOPES if one != "read:actions"])
    result = run("policy", policy, "--yes", "--json", "--no-token-cache", env=limited.env)
    assert result.code == 0, result.out
    assert warned(result).count("actions_unread") == 1
    assert actions.bound(limited) == [ACTION_NAME]
    limited.grant(ALL_SCOPES)
    again = run("policy", policy, "--yes", "--json", "--no-token-cache", env=limited.env)
    assert "actions_unread" not in warned(again)
    assert actions.listed(limited) == []
