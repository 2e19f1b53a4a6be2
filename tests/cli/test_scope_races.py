"""What somebody else does to the Actions while a run limits the policy: repaired, left alone, or named."""

from copy import deepcopy
from dataclasses import replace

import pytest
from starlette.types import Message

from mfa_setup.model.scope_code import ACTION_NAME, read_code
from support import actions
from support.gate import Visit, gate
from support.lab import Lab, Result, Run
from support.meanwhile import BINDINGS, Meanwhile, during, named, set_bound, state

UP = ("up", "--yes", "--json")
LIMIT = ("policy", "always", "--yes", "--json", "--only-percent", "10")
EVERYONE = ["all-applications"]


@pytest.fixture
def world(unified: Lab, run: Run) -> Lab:
    """A tenant that asks everyone, with two Actions of somebody else's that run and one that does not."""
    first, second = actions.make(unified, "First"), actions.make(unified, "Second")
    actions.make(unified, "Idle")
    actions.bind(unified, [first, second])
    assert run(*UP, env=unified.env).code == 0
    return unified


def limit(lab: Lab, run: Run, meanwhile: Meanwhile) -> Result:
    """Limits the policy while something happens, which it must."""
    return during(lab, meanwhile, lambda: run(*LIMIT, env=lab.env))


def test_a_binding_of_ours_that_an_older_list_overwrote_is_repaired(world: Lab, run: Run) -> None:
    meanwhile = Meanwhile("PATCH", "/bindings", lambda: set_bound(world, "Second", "Idle", "First"))
    result = limit(world, run, meanwhile)
    assert result.code == 0, result.out
    assert actions.bound(world) == ["Second", "Idle", "First", ACTION_NAME]
    assert meanwhile.bound == 2
    assert world.tenant["policies"] == []


def test_a_binding_of_ours_that_somebody_took_away_is_not_put_in_again(world: Lab, run: Run) -> None:
    meanwhile = Meanwhile("PATCH", "/bindings", lambda: set_bound(world, "First", "Second"))
    result = limit(world, run, meanwhile)
    assert (result.code, result.document["error"]["code"]) == (1, "binding_race")
    assert actions.bound(world) == ["First", "Second"]
    assert meanwhile.bound == 1
    assert world.tenant["policies"] == EVERYONE


def test_an_action_that_lost_its_place_is_named_and_left(world: Lab, run: Run) -> None:
    meanwhile = Meanwhile("PATCH", "/bindings", lambda: set_bound(world, "First", ACTION_NAME))
    result = limit(world, run, meanwhile)
    assert (result.code, result.document["error"]["code"]) == (1, "binding_race")
    assert '"Second"' in result.document["error"]["message"]
    assert "Idle" not in result.document["error"]["message"]
    assert actions.bound(world) == ["First", ACTION_NAME]
    assert world.tenant["policies"] == EVERYONE
    assert run(*LIMIT, env=world.env).code == 0
    assert (actions.bound(world), world.tenant["policies"]) == (["First", ACTION_NAME], [])


def test_an_action_that_was_deployed_meanwhile_is_not_said_to_have_been_bound(world: Lab, run: Run) -> None:
    """It may have been bound in the same moment and lost its place, or it never was."""

    def deploy() -> None:
        new = deepcopy(named(world, "Idle"))
        new.id, new.name = "11111111-2222-4333-8444-555555555555", "New"
        state(world).actions[new.id] = new

    result = limit(world, run, Meanwhile("PATCH", "/bindings", deploy))
    assert (result.code, result.document["error"]["code"]) == (1, "binding_race")
    assert 'were deployed and perhaps bound: "New"' in result.document["error"]["message"]
    assert "lost" not in result.document["error"]["message"]
    assert run(*LIMIT, env=world.env).code == 0
    assert actions.bound(world) == ["First", "Second", ACTION_NAME]


def test_a_binding_that_somebody_took_away_before_our_write_is_not_put_in_again(world: Lab, run: Run) -> None:
    result = limit(world, run, Meanwhile("POST", "/test", lambda: set_bound(world, "Second")))
    assert result.code == 0, result.out
    assert actions.bound(world) == ["Second", ACTION_NAME]


def test_a_list_that_got_no_answer_is_read_and_not_sent_again(world: Lab, run: Run) -> None:
    world.faults({"method": "PATCH", "path": BINDINGS, "effect": "reset", "applied": True})
    since = world.mark()
    result = run(*LIMIT, env=world.env)
    assert result.code == 0, result.out
    assert sum(path == BINDINGS for _, path in world.writes(since)) == 1
    assert actions.bound(world) == ["First", "Second", ACTION_NAME]


@pytest.mark.parametrize("effect", ["reset", "status:500"])
def test_a_list_that_got_no_answer_and_had_no_effect_is_told_as_that(world: Lab, run: Run, effect: str) -> None:
    """Nobody unbound anything."""
    world.faults({"method": "PATCH", "path": BINDINGS, "effect": effect, "applied": False})
    result = run(*LIMIT, env=world.env)
    assert (result.code, result.document["error"]["code"]) == (5, "outcome_unknown"), result.out
    assert world.tenant["policies"] == EVERYONE
    assert run(*LIMIT, env=world.env).code == 0
    assert actions.bound(world) == ["First", "Second", ACTION_NAME]


@pytest.mark.parametrize("applied", [True, False])
def test_an_action_whose_creation_got_no_answer_is_never_created_twice(world: Lab, run: Run, *, applied: bool) -> None:
    world.faults({"method": "POST", "path": "/api/v2/actions/actions", "effect": "reset", "applied": applied})
    result = run(*LIMIT, env=world.env)
    assert result.code == (0 if applied else 5), result.out
    assert world.tenant["policies"] == ([] if applied else EVERYONE)
    assert run(*LIMIT, env=world.env).code == 0
    assert actions.ours(world)
    assert actions.bound(world) == ["First", "Second", ACTION_NAME]


@pytest.mark.parametrize("path", ["/deploy", "/test"])
def test_a_deployment_or_a_test_without_an_answer_is_looked_for(world: Lab, run: Run, path: str) -> None:
    world.faults(
        {"method": "POST", "path": f"/api/v2/actions/actions/*{path}", "effect": "status:502", "applied": True}
    )
    result = run(*LIMIT, env=world.env)
    assert result.code == 0, result.out
    assert actions.bound(world) == ["First", "Second", ACTION_NAME]


@pytest.mark.parametrize("percent", [10, 20])
def test_of_two_machines_that_create_it_at_once_the_first_keeps_its_own(world: Lab, run: Run, percent: int) -> None:
    """The other machine's is older, and may be made for other users; the later machine's word counts."""

    def other_machine() -> None:
        other = deepcopy(named(world, ACTION_NAME))
        other.id, other.created_at = "11111111-2222-4333-8444-555555555555", "2020-01-01T00:00:00.000000000Z"
        code = other.content.code.replace('"percent": 10', f'"percent": {percent}')
        other.content = replace(other.content, code=code)
        state(world).actions[other.id] = other

    result = limit(world, run, Meanwhile("POST", "/actions/actions", other_machine))
    assert result.code == 0, result.out
    assert actions.ours(world)["id"] == "11111111-2222-4333-8444-555555555555"
    running = actions.running(world)
    assert running is not None
    assert running.percent == 10
    assert actions.bound(world) == ["First", "Second", ACTION_NAME]


def test_an_action_that_is_bound_again_before_it_is_deleted_is_unbound_again(world: Lab, run: Run) -> None:
    assert run(*LIMIT, env=world.env).code == 0

    deletions = 0

    async def around(visit: Visit) -> list[Message]:
        nonlocal deletions
        deletions += visit.method == "DELETE"
        if visit.method == "DELETE" and deletions == 1:
            set_bound(world, "First", ACTION_NAME, "Second")
        return await visit.pass_on()

    with gate(world, around):
        result = run("policy", "always", "--yes", "--json", "--everyone", env=world.env)
    assert result.code == 0, result.out
    assert deletions == 2
    assert actions.bound(world) == ["First", "Second"]
    assert [one["name"] for one in actions.listed(world) if one["name"] == ACTION_NAME] == []


def test_a_build_that_fails_is_told_and_lowers_nothing(world: Lab, run: Run) -> None:
    def fail() -> None:
        named(world, ACTION_NAME).build.steps = ["failed"]

    result = limit(world, run, Meanwhile("POST", "/actions/actions", fail))
    assert (result.code, result.document["error"]["code"]) == (1, "action_unusable")
    assert (actions.bound(world), world.tenant["policies"]) == (["First", "Second"], EVERYONE)
    assert read_code(actions.ours(world)["code"]) is not None
    assert run(*LIMIT, env=world.env).code == 0  # the draft is written again, and so built again
    assert actions.bound(world) == ["First", "Second", ACTION_NAME]
