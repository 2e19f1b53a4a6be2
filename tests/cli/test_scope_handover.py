"""The policy and our Action hand over to each other: whatever somebody else does meanwhile, one of them asks."""

from collections.abc import Callable

import pytest

from mfa_setup.model.scope_code import ACTION_NAME
from support import actions
from support.actions import HARMLESS
from support.lab import Lab, Run
from support.meanwhile import Meanwhile, deployed, during, set_bound, state

UP = ("up", "--yes", "--json")
POLICY = ("policy", "always", "--yes", "--json")
LIMIT = (*POLICY, "--only-percent", "10")
OPEN = (*POLICY, "--everyone")
UNDO = ("undo", "--yes", "--json")
EVERYONE = ["all-applications"]
POLICIES = "/api/v2/guardian/policies"

Happens = Callable[[Lab], None]


def unbind(lab: Lab) -> None:
    """A colleague unbinds our Action."""
    set_bound(lab, "First")


def replace_code(lab: Lab) -> None:
    """A colleague deploys code that asks nobody."""
    deployed(lab, ACTION_NAME, f"{HARMLESS}// changed\n")


WRONG = [(unbind, 1, "binding_race"), (replace_code, 7, "action_changed")]


@pytest.fixture
def world(unified: Lab, run: Run) -> Lab:
    """A tenant that asks everyone, with an Action of somebody else's."""
    actions.bind(unified, [actions.make(unified, "First")])
    assert run(*UP, env=unified.env).code == 0
    return unified


def lifts(lab: Lab, since: int) -> int:
    """How often the policies were set."""
    return sum(path == POLICIES for _, path in lab.writes(since))


@pytest.mark.parametrize("undoes", [False, True])
@pytest.mark.parametrize(("happens", "code", "name"), WRONG)
def test_a_policy_whose_action_stops_running_meanwhile_is_set_again(
    world: Lab, run: Run, happens: Happens, code: int, name: str, *, undoes: bool
) -> None:
    if undoes:
        assert run(*LIMIT, env=world.env).code == 0
        assert run(*OPEN, env=world.env).code == 0
    since = world.mark()
    meanwhile = Meanwhile("PUT", "/policies", lambda: happens(world), when="before")
    result = during(world, meanwhile, lambda: run(*(UNDO if undoes else LIMIT), env=world.env))
    assert (result.code, result.document["error"]["code"]) == (code, name), result.out
    assert "set again" in result.document["error"]["message"]
    assert world.tenant["policies"] == EVERYONE
    assert lifts(world, since) == 2
    assert result.document["outputs"]["policy"] == "always"


@pytest.mark.parametrize("undoes", [False, True])
@pytest.mark.parametrize(("happens", "code", "name"), WRONG)
def test_a_policy_whose_action_does_not_run_is_not_lifted(
    world: Lab, run: Run, happens: Happens, code: int, name: str, *, undoes: bool
) -> None:
    """The bindings are read once more right after they were written; it happens after that."""
    if undoes:
        assert run(*LIMIT, env=world.env).code == 0
        assert run(*OPEN, env=world.env).code == 0
    since, bound = world.mark(), False

    def happen_once_bound() -> None:
        nonlocal bound
        names = [state(world).actions[one.action_id].name for one in state(world).bindings["post-login"]]
        bound = ACTION_NAME in names
        meanwhile.happened = bound
        if bound:
            happens(world)

    meanwhile = Meanwhile("GET", "/post-login/bindings", happen_once_bound)
    result = during(world, meanwhile, lambda: run(*(UNDO if undoes else LIMIT), env=world.env))
    assert (result.code, result.document["error"]["code"]) == (code, name), result.out
    assert "not lifted" in result.document["error"]["message"]
    assert world.tenant["policies"] == EVERYONE
    assert lifts(world, since) == 0
    assert run(*LIMIT, "--override", "action_changed", env=world.env).code == 0
    assert actions.running(world) is not None


@pytest.mark.parametrize(("method", "path", "unbound"), [("PUT", "/policies", False), ("PATCH", "/bindings", True)])
def test_limits_are_removed_only_while_the_policy_asks_everyone(
    world: Lab, run: Run, method: str, path: str, *, unbound: bool
) -> None:
    """Another machine limits the policy at the same time, and lifts it for that."""
    assert run(*LIMIT, env=world.env).code == 0

    def lift() -> None:
        world.sandbox.world.first.policies = []

    result = during(world, Meanwhile(method, path, lift), lambda: run(*OPEN, env=world.env))
    assert (result.code, result.document["error"]["code"]) == (1, "binding_race"), result.out
    assert world.tenant["policies"] == (EVERYONE if unbound else [])
    assert (ACTION_NAME in actions.bound(world)) is not unbound
    assert run(*OPEN, env=world.env).code == 0
    assert (world.tenant["policies"], actions.bound(world)) == (EVERYONE, ["First"])
