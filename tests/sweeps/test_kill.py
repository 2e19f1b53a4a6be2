"""A run may be killed at any moment; the next one finishes the job, and nothing is made or bought twice."""

import json
import signal
from itertools import count as numbers
from typing import Literal

import pytest

from support.gate import gate
from support.killer import Killer
from support.tally import Count
from support.trial import UP, Ground

PARTS = 3
"""In how many tests each sweep is cut, so that both cores have some."""


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_request_the_next_run_completes_it_and_repeats_nothing(
    ground: Ground, count: Count, when: Literal["before", "after"], part: int
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
    # The parts together kill at every request of an undisturbed run, its writes among them.
    assert len(killed) == len(ground.log[part::PARTS]) > 0


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
