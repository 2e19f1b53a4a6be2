"""`migrate` may be killed or fail at any request: codes can be delivered at every moment, and the next run ends it.

Afterwards either `migrate` completes the move, or `undo` restores everything that was there.
"""

import itertools
import signal
from dataclasses import dataclass, field
from itertools import count as numbers
from pathlib import Path
from typing import Literal

import pytest
from starlette.types import Message

from mfa_setup.sandbox.faults import Fault
from support import legacy
from support.gate import Visit, gate
from support.hosted import House
from support.killer import Killer
from support.lab import Lab, Labs, Result, Run
from support.legacy import is_unified, memory
from support.moments import skip_waits
from support.nursery import Nursery
from support.tally import Count
from support.trial import Place, check_document, floor_holds, named, shape

MIGRATE = ("migrate", "--yes", "--json")
UNDO = ("undo", "--yes", "--json")
EFFECTS = ("status:400", "status:403", "status:500", "status:502", "reset", "truncate", "html")
PARTS = 4
"""In how many tests the sweep of faults is cut, so that both cores have some."""


class Field:
    """Where the sweep runs: a legacy tenant with texts of its own, for which the policy demands codes."""

    def __init__(self, lab: Lab, folder: Path, nursery: Nursery) -> None:
        self.lab = lab
        self.folder = folder
        self.nursery = nursery

    def fresh(self, name: object) -> Place:
        """A tenant as at the start, and a place that nothing has run in."""
        self.lab.reset()
        house = House(self.lab)
        legacy.texts(legacy.VOICE, "{{code}} for {{ tenant.friendlyName }}")(house)
        house.close()
        return Place(self.folder / str(name), self.lab)

    def run(self, place: Place, *arguments: str) -> Result:
        """Runs a command to its end."""
        return self.nursery.start(*arguments, env=place.env, folder=place.folder).result()

    def killed(self, place: Place, killer: Killer, *arguments: str) -> Result:
        """Runs a command that is killed at a request."""
        with gate(self.lab, killer):
            child = self.nursery.start(*arguments, env=place.env, folder=place.folder)
            killer.victim.set_result(child.pid)
            return child.result()


@pytest.fixture
def ground(labs: Labs, tmp_path: Path, nurseries: tuple[Nursery, Nursery]) -> Field:
    """The legacy tenant."""
    return Field(labs.get(phone_stack="legacy"), tmp_path, nurseries[0])


def finish(ground: Field, place: Place) -> None:
    """The next run completes the move, and the one after it has nothing to do."""
    result = ground.run(place, *MIGRATE)
    assert result.code == 0, result
    check_document(result)
    assert is_unified(ground.lab)
    assert floor_holds(ground.lab)
    assert len(memory(ground.lab)["providers"]) == 1
    assert len(memory(ground.lab)["templates"]) == 2
    idle = ground.run(place, *MIGRATE)
    assert (idle.code, idle.document["changed"], idle.document["warnings"]) == (0, False, []), idle


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_request_the_next_run_completes_the_move(
    ground: Field, count: Count, when: Literal["before", "after"]
) -> None:
    for at in numbers(1):
        place, killer = ground.fresh(at), Killer(at, when)
        result = ground.killed(place, killer, *MIGRATE)
        if killer.hit is None:
            assert result.code == 0, result
            break
        assert result.code == -signal.SIGKILL
        count("kills at a request")
        assert floor_holds(ground.lab), at
        finish(ground, place)
    assert at > 10


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_request_undo_restores_everything(
    ground: Field, count: Count, when: Literal["before", "after"]
) -> None:
    wrong = []
    for at in numbers(1):
        place, killer = ground.fresh(at), Killer(at, when)
        before = memory(ground.lab)
        ground.killed(place, killer, *MIGRATE)
        undone = ground.run(place, *UNDO)
        count("undos")
        if undone.code != 0 or memory(ground.lab) != before:
            wrong.append((at, undone))
        if killer.hit is None:
            break
    assert wrong == []
    assert at > 10


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_undo_that_is_killed_at_any_request_is_finished_by_the_next(
    ground: Field, count: Count, when: Literal["before", "after"]
) -> None:
    wrong = []
    for at in numbers(1):
        place, killer = ground.fresh(at), Killer(at, when)
        before = memory(ground.lab)
        assert ground.run(place, *MIGRATE).code == 0
        ground.killed(place, killer, *UNDO)
        floor = floor_holds(ground.lab)
        undone = ground.run(place, *UNDO)
        count("undos")
        if not floor or undone.code != 0 or memory(ground.lab) != before:
            wrong.append((at, floor, undone))
        if killer.hit is None:
            break
    assert wrong == []
    assert at > 5


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_move_that_took_two_runs_is_undone_by_two(
    ground: Field, count: Count, when: Literal["before", "after"]
) -> None:
    wrong = []
    for at in numbers(1):
        place, killer = ground.fresh(at), Killer(at, when)
        before = memory(ground.lab)
        ground.killed(place, killer, *MIGRATE)
        finish(ground, place)
        results = [ground.run(place, *UNDO) for _ in range(2)]
        count("undos")
        if memory(ground.lab) != before or any(result.code for result in results):
            wrong.append((at, results))
        if killer.hit is None:
            break
    assert wrong == []


@dataclass
class Spoiler:
    """Lets one request fail, and notes every write after which a code could not leave."""

    lab: Lab
    target: tuple[str, str, int]
    effect: str
    applied: bool
    seen: list[tuple[str, str]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    async def __call__(self, visit: Visit) -> list[Message]:
        kind = visit.method, shape(visit.path)
        self.seen.append(kind)
        if (*kind, self.seen.count(kind)) == self.target:
            self.lab.sandbox.world.faults.append(
                Fault(visit.method, visit.path, self.effect, applied=self.applied, times=1)
            )
        answer = await visit.pass_on()
        if visit.writes and not floor_holds(self.lab):
            self.violations.append(f"{visit.method} {visit.path}")
        return answer


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_fails_codes_can_be_delivered_and_the_next_run_completes_the_move(
    run: Run, ground: Field, count: Count, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    skip_waits(monkeypatch)
    place = ground.fresh("undisturbed")
    since = ground.lab.mark()
    assert ground.run(place, *MIGRATE).code == 0
    targets = named(ground.lab.log(since))[part::PARTS]
    wrong = []
    for name, (target, effect, applied) in enumerate(itertools.product(targets, EFFECTS, (False, True))):
        if applied and target[0] == "GET":
            continue
        place, spoiler = ground.fresh(name), Spoiler(ground.lab, target, effect, applied)
        with gate(ground.lab, spoiler):
            result = run(*MIGRATE, env=dict(place.env))
        count("faults")
        ground.lab.sandbox.world.faults.clear()
        try:
            check_document(result)
            assert spoiler.violations == []
            assert floor_holds(ground.lab)
            if result.code:
                finish(ground, place)
        except AssertionError as failed:
            wrong.append(f"{effect} {applied} at {target}: {result.document['error']} {str(failed)[:400]}")
    assert wrong == []
