"""What is deployed is this run's code and nothing else, whatever else happens to the draft."""

import pytest

from mfa_setup.model.scope_code import ACTION_NAME, read_code
from support import actions
from support.actions import HARMLESS
from support.lab import Lab, Run
from support.meanwhile import Meanwhile, deployed, draft, during, named

UP = ("up", "--yes", "--json")
POLICY = ("policy", "always", "--yes", "--json")
LIMIT = (*POLICY, "--only-percent", "10")
EVERYONE = ["all-applications"]
OTHER = f"{HARMLESS}// a colleague's, half-written\n"


@pytest.fixture
def world(unified: Lab, run: Run) -> Lab:
    """A tenant that asks everyone."""
    assert run(*UP, env=unified.env).code == 0
    return unified


def save(lab: Lab) -> None:
    """A colleague saves a draft."""
    draft(lab, ACTION_NAME, OTHER)


def test_a_draft_that_somebody_saves_before_the_deployment_is_not_deployed(world: Lab, run: Run) -> None:
    meanwhile = Meanwhile("POST", "/actions/actions", lambda: save(world))
    result = during(world, meanwhile, lambda: run(*LIMIT, env=world.env))
    assert (result.code, result.document["error"]["code"]) == (7, "action_changed"), result.out
    assert "not deployed" in result.document["error"]["message"]
    assert named(world, ACTION_NAME).deployed is None
    assert (world.tenant["policies"], actions.bound(world)) == (EVERYONE, [])


def test_a_draft_that_somebody_saves_in_the_last_moment_is_told(world: Lab, run: Run) -> None:
    """Between the look at the draft and the deployment; Auth0 takes no condition."""
    meanwhile = Meanwhile("POST", "/deploy", lambda: save(world), when="before")
    result = during(world, meanwhile, lambda: run(*LIMIT, env=world.env))
    assert (result.code, result.document["error"]["code"]) == (7, "action_changed"), result.out
    assert "other code" in result.document["error"]["message"]
    assert (world.tenant["policies"], actions.bound(world)) == (EVERYONE, [])


@pytest.mark.parametrize(("method", "path", "when"), [("POST", "/test", "after"), ("POST", "/deploy", "before")])
def test_limits_that_run_are_not_replaced_by_a_draft_of_somebody_else(
    world: Lab, run: Run, method: str, path: str, when: str
) -> None:
    assert run(*LIMIT, env=world.env).code == 0
    meanwhile = Meanwhile(method, path, lambda: save(world), when="before" if when == "before" else "after")
    result = during(world, meanwhile, lambda: run(*POLICY, "--only-percent", "60", env=world.env))
    assert (result.code, result.document["error"]["code"]) == (7, "action_changed"), result.out
    running = read_code(actions.ours(world)["deployed_version"]["code"])
    assert (running.scope.percent if running else None) == (10 if when == "after" else None)


def test_the_same_code_that_somebody_else_deploys_counts(world: Lab, run: Run) -> None:
    def deploy_again() -> None:
        deployed(world, ACTION_NAME, named(world, ACTION_NAME).content.code)

    result = during(world, Meanwhile("POST", "/deploy", deploy_again), lambda: run(*LIMIT, env=world.env))
    assert result.code == 0, result.out
    assert actions.running(world) is not None
    assert world.tenant["policies"] == []
