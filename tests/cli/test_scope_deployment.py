"""What is deployed is this run's code and nothing else, whatever else happens to the draft."""

import pytest

from mfa_setup.model.scope_code import ACTION_NAME, read_code
from mfa_setup.sandbox.faults import Fault
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


# --- a draft that somebody keeps -----------------------------------------------------------------------------------


def kept(lab: Lab) -> tuple[str, str | None, list[str], object]:
    """The draft, what is deployed, what is bound, and the policies."""
    action = named(lab, ACTION_NAME)
    version = action.deployed
    return action.content.code, version and version.content.code, actions.bound(lab), lab.tenant["policies"]


UNDO = ("undo", "--yes", "--json")
MORE = (*POLICY, "--only-percent", "60")
AGREED = ("--override", "action_changed")


def test_a_draft_that_is_not_deployed_is_replaced_only_with_consent_and_undo_restores_it(world: Lab, run: Run) -> None:
    assert run(*LIMIT, env=world.env).code == 0
    draft(world, ACTION_NAME, f"{named(world, ACTION_NAME).content.code}// precious\n")
    before = kept(world)
    refused = run(*MORE, env=world.env)
    assert (refused.code, refused.document["error"]["code"]) == (7, "action_changed"), refused.out
    assert kept(world) == before
    assert run(*MORE, *AGREED, env=world.env).code == 0
    assert kept(world)[0] == kept(world)[1] != before[0]
    undone = run(*UNDO, env=world.env)
    assert undone.code == 0, undone.out
    assert kept(world) == before


def test_deployed_code_is_replaced_only_with_consent_even_if_the_draft_is_as_wanted(world: Lab, run: Run) -> None:
    assert run(*LIMIT, env=world.env).code == 0
    code = named(world, ACTION_NAME).content.code
    deployed(world, ACTION_NAME, f"{code}// tried\n")
    draft(world, ACTION_NAME, code)
    before = kept(world)
    refused = run(*LIMIT, env=world.env)
    assert (refused.code, refused.document["error"]["code"]) == (7, "action_changed"), refused.out
    since = world.mark()
    assert run(*LIMIT, *AGREED, env=world.env).code == 0
    assert [path.rpartition("/")[2] for _, path in world.writes(since)] == ["test", "deploy"]
    assert kept(world)[0] == kept(world)[1] == code
    assert run(*UNDO, env=world.env).code == 0
    assert kept(world) == before


@pytest.mark.parametrize("at", ["update", "deploy", "draft"])
def test_an_undo_that_fails_between_deployment_and_draft_is_finished_by_the_next(world: Lab, run: Run, at: str) -> None:
    assert run(*LIMIT, env=world.env).code == 0
    draft(world, ACTION_NAME, f"{named(world, ACTION_NAME).content.code}// precious\n")
    before = kept(world)
    done = run(*MORE, *AGREED, env=world.env)
    assert done.code == 0
    once = ("--run", done.document["run_id"])
    path, method = ("/deploy", "POST") if at == "deploy" else ("", "PATCH")
    fault = Fault(method, f"/api/v2/actions/actions/*{path}", "status:403")

    def fail() -> None:
        world.sandbox.world.faults.append(fault)

    if at == "draft":
        cut_off = during(world, Meanwhile("POST", "/deploy", fail), lambda: run(*UNDO, *once, env=world.env))
    else:
        fail()
        cut_off = run(*UNDO, *once, env=world.env)
    assert cut_off.code != 0
    undone = run(*UNDO, *once, env=world.env)
    assert undone.code == 0, undone.out
    assert kept(world) == before


def test_limits_that_were_never_deployed_are_left_as_a_draft_by_undo(world: Lab, run: Run) -> None:
    assert run(*LIMIT, env=world.env).code == 0
    action = named(world, ACTION_NAME)
    action.deployed = None
    world.sandbox.world.first.actions.bindings["post-login"] = []
    world.sandbox.world.first.policies = list(EVERYONE)
    draft(world, ACTION_NAME, f"{action.content.code}// precious\n")
    before = kept(world)
    assert run(*MORE, *AGREED, "--override", "mfa_lowered", env=world.env).code == 0
    assert run(*UNDO, env=world.env).code == 0
    assert kept(world)[0] == before[0]
    assert kept(world)[2:] == before[2:]
