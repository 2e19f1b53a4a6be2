"""A run may be killed at any moment; the next one finishes the job, and nothing is made or bought twice."""

import asyncio
import json
import os
import signal
from concurrent.futures import Future
from itertools import count as numbers

import pytest
from starlette.types import Message

from support.gate import Visit, gate
from support.tally import Count
from support.trial import UP, Ground

PARTS = 3
"""In how many tests each sweep is cut, so that both cores have some."""


class Killer:
    """Kills a run at one of its requests: before the request has its effect, or after it and before the answer."""

    def __init__(self, at: int, when: str) -> None:
        self.at = at
        self.when = when
        self.hit: Visit | None = None
        self.victim: Future[int] = Future()

    async def __call__(self, visit: Visit) -> list[Message]:
        if visit.n != self.at:
            return await visit.pass_on()
        pid = await asyncio.wrap_future(self.victim)
        if self.when == "after":
            await visit.take()
        self.hit = visit
        os.kill(pid, signal.SIGKILL)
        return []


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_request_the_next_run_completes_it_and_repeats_nothing(
    ground: Ground, count: Count, when: str, part: int
) -> None:
    killed = []
    for at in numbers(part + 1, PARTS):
        place, killer = ground.fresh(at), Killer(at, when)
        with gate(ground.lab, killer):
            child = ground.start(place, *UP)
            killer.victim.set_result(child.pid)
            result = child.result()
        if killer.hit is None:
            assert result.code == 0
            break
        assert result.code == -signal.SIGKILL
        assert result.out == ""
        killed.append(killer.hit)
        count("kills at a request")
        ground.finish(place)
    assert len(killed) == len(ground.log[part::PARTS]), "every request of an undisturbed run is one to be killed at"
    assert any(visit.writes for visit in killed)


CONFIG = "auth_config.json"
OLD = {"domain": "old", "audience": "api"}


@pytest.mark.parametrize("part", range(PARTS))
def test_killed_at_any_change_of_a_file_it_leaves_the_old_or_the_new_and_the_next_run_completes_it(
    ground: Ground, count: Count, part: int
) -> None:
    more = ("--write-config", CONFIG)
    kills = 0
    for at in numbers(part + 1, PARTS):
        place = ground.fresh(at)
        place.folder.mkdir()
        config = place.folder / CONFIG
        config.write_text(json.dumps(OLD), encoding="utf-8")
        result = ground.start(place, *UP, *more, dies_at=at).result()
        if result.code == 0:
            break
        assert result.code == -signal.SIGKILL
        kills += 1
        count("kills at a change of a file")
        found = json.loads(config.read_text(encoding="utf-8"))
        assert found == OLD or found["clientId"] == ground.lab.spas[0]["client_id"]
        ground.finish(place, *more)
        assert json.loads(config.read_text(encoding="utf-8")) == {
            "domain": f"http://{ground.lab.domain}",
            "clientId": ground.lab.spas[0]["client_id"],
            "audience": "api",
        }
    assert kills
