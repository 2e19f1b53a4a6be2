"""Limits are set and dropped by runs that are killed, that fail, or that meet: nobody is locked out, or let in.

Whatever happens, codes are asked for only if they can be sent, nobody who was asked before is let in without one by a
half-finished change, and the Actions of other people keep their places.
"""

import random
import signal
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from starlette.types import Message

from mfa_setup.model.scope_code import ACTION_NAME
from mfa_setup.sandbox.faults import Fault
from support import actions
from support.gate import Visit, gate
from support.killer import Killer
from support.lab import Lab
from support.tally import SEED, Count
from support.trial import UP, Ground, Place, check_document, floor_holds

APP = "Twilio MFA Test"
LIMIT = (*UP, "--only-application", APP)
OPEN = (*UP, "--everyone")
UNDO = ("undo", "--yes", "--json")
FOREIGN = ("Second", "First")
"""The Actions of other people, in the order in which they run."""


def furnish(lab: Lab) -> None:
    """Two Actions of somebody else's that run, and one that does not."""
    first, second = actions.make(lab, "First"), actions.make(lab, "Second")
    actions.make(lab, "Idle")
    actions.bind(lab, [second, first])


def now(lab: Lab) -> dict[str, Any]:
    """The tenant, straight from the sandbox's memory."""
    return dict(lab.sandbox.world.first.snapshot())


def names_bound(lab: Lab) -> list[str]:
    """The names of the Actions that run at every login, in order."""
    found = now(lab)["bindings"].get("post-login", [])
    return [str(one["action"]["name"]) for one in found]


def asks(lab: Lab) -> Literal["everyone", "some", "nobody"]:
    """Who is asked for a code."""
    if now(lab)["policies"]:
        return "everyone"
    return "some" if ACTION_NAME in names_bound(lab) else "nobody"


@dataclass
class Watch:
    """Watches what holds after every write.

    Attributes:
        lab: The sandbox.
        inner: What else becomes of the requests.
        was_asked: Whether somebody is asked for a code already; from then on somebody has to be.
        may_end: Whether the run is to end that.
        wrong: The writes after which something did not hold.
    """

    lab: Lab
    inner: Any = None
    was_asked: bool = False
    may_end: bool = False
    wrong: list[str] = field(default_factory=list)

    async def __call__(self, visit: Visit) -> list[Message]:
        answer = await (self.inner(visit) if self.inner else visit.pass_on())
        if visit.writes:
            self.judge(f"{visit.method} {visit.path}")
        return list(answer)

    def judge(self, after: str) -> None:
        """Notes what does not hold."""
        asked = asks(self.lab)
        if asked != "nobody" and not can_send(self.lab):
            self.wrong.append(f"{after}: codes are asked for and cannot be sent")
        if self.was_asked and not self.may_end and asked == "nobody":
            self.wrong.append(f"{after}: nobody is asked any more")
        if [name for name in names_bound(self.lab) if name != ACTION_NAME] != list(FOREIGN):
            self.wrong.append(f"{after}: {names_bound(self.lab)}")
        self.was_asked = self.was_asked or asked != "nobody"


def can_send(lab: Lab) -> bool:
    """Whether a code could leave."""
    tenant = now(lab)
    return bool(tenant["factors"]["sms"] and tenant["message_types"] and tenant["phone_provider"])


class WriteKiller(Killer):
    """Kills at one of the writes to Auth0."""

    def __init__(self, at: int, when: Literal["before", "after"]) -> None:
        super().__init__(0, when)
        self.left = at

    async def __call__(self, visit: Visit) -> list[Message]:
        if visit.writes and visit.path.startswith("/api/v2/"):
            self.left -= 1
            self.at = visit.n if self.left == 0 else 0
        return await super().__call__(visit)


def prepared(ground: Ground, name: object, before: Sequence[str]) -> Place:
    """A place whose tenant has other people's Actions, after one run."""
    place = ground.fresh(name)
    furnish(ground.lab)
    if before:
        assert ground.start(place, *before).result().code == 0
    return place


WAYS = {
    "from nothing": ((), LIMIT),
    "to some": (UP, LIMIT),
    "to others": ((*UP, "--only-percent", "10"), LIMIT),
    "to everyone": (LIMIT, OPEN),
    "to nobody": (LIMIT, ("policy", "never", "--yes", "--json")),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_write_the_next_run_completes_it(
    ground: Ground, count: Count, when: Literal["before", "after"], way: str
) -> None:
    before, line = WAYS[way]
    wrong, at, hit = [], 0, True
    while hit:
        at += 1
        place, killer = prepared(ground, f"{at}", before), WriteKiller(at, when)
        watch = Watch(ground.lab, killer, was_asked=bool(before), may_end=way == "to nobody")
        with gate(ground.lab, watch):
            child = ground.start(place, *line)
            killer.victim.set_result(child.pid)
            result = child.result()
            hit = killer.hit is not None
            assert result.code == (-signal.SIGKILL if hit else 0), result
            count("kills at a write")
            again = ground.start(place, *line).result()
            assert again.code == 0, again
            idle = ground.start(place, *line).result()
        assert idle.document["changed"] is False, idle
        wrong += [f"killed at {at}: {one}" for one in watch.wrong]
        check_end(ground.lab, way)
    assert at > 2
    assert wrong == []


def check_end(lab: Lab, way: str) -> None:
    """The state that the way leads to."""
    ends = {"to everyone": "everyone", "to nobody": "nobody"}
    assert asks(lab) == ends.get(way, "some")
    mine = [one for one in actions.listed(lab) if one["name"] == ACTION_NAME]
    assert len(mine) == (0 if way in ends else 1)
    assert names_bound(lab) == [*FOREIGN, *(one["name"] for one in mine)]
    assert floor_holds(lab)
    if mine:
        running = actions.running(lab)
        assert running is not None
        assert [one.client_id for one in running.applications] == [lab.spas[0]["client_id"]]


def comparable(lab: Lab) -> dict[str, Any]:
    """What an undo has to restore, without what the service invents."""
    tenant = now(lab)
    return {
        "policies": tenant["policies"],
        "bound": names_bound(lab),
        "code": {one["name"]: (one["code"], one["deployed_version"]["code"]) for one in tenant["actions"]}
        if tenant["actions"]
        else {},
    }


@pytest.mark.parametrize("way", ["to some", "to others", "to everyone"])
def test_undo_after_a_kill_at_any_write_restores_every_byte(ground: Ground, count: Count, way: str) -> None:
    before, line = WAYS[way]
    at, hit = 0, True
    while hit:
        at += 1
        place, killer = prepared(ground, f"{at}", before), WriteKiller(at, "after")
        found = comparable(ground.lab)
        watch = Watch(ground.lab, killer, was_asked=True)
        with gate(ground.lab, watch):
            child = ground.start(place, *line)
            killer.victim.set_result(child.pid)
            child.result()
            hit = killer.hit is not None
            undone = ground.start(place, *UNDO).result()
        count("undos")
        assert undone.code == 0, undone
        assert comparable(ground.lab) == found, at
        assert watch.wrong == []


TROUBLE = ("status:502", "status:429", "reset", "truncate", "status:403")


@pytest.mark.parametrize("effect", TROUBLE)
@pytest.mark.parametrize("way", ["to some", "to everyone"])
def test_whatever_fails_at_any_write_the_next_run_completes_it(
    ground: Ground, count: Count, effect: str, way: str
) -> None:
    before, line = WAYS[way]
    for applied in (False, True) if effect in {"status:502", "reset", "truncate"} else (False,):
        at = 0
        while True:
            at += 1
            place = prepared(ground, f"{at}-{applied}", before)
            spoiler = Spoiler(ground.lab, at, effect, applied=applied)
            watch = Watch(ground.lab, spoiler, was_asked=True)
            with gate(ground.lab, watch):
                result = ground.start(place, *line).result()
                check_document(result)
                count("faults at a write")
                ground.lab.sandbox.world.faults.clear()
                again = ground.start(place, *line).result()
                assert again.code == 0, again
            assert watch.wrong == []
            check_end(ground.lab, way)
            if not spoiler.hit:
                assert result.code == 0
                break


@dataclass
class Spoiler:
    """Lets one write fail."""

    lab: Lab
    at: int
    effect: str
    applied: bool
    hit: bool = False

    async def __call__(self, visit: Visit) -> list[Message]:
        if visit.writes and visit.path.startswith("/api/v2/"):
            self.at -= 1
            if self.at == 0:
                self.hit = True
                fault = Fault(visit.method, visit.path, self.effect, applied=self.applied, times=1)
                self.lab.sandbox.world.faults.append(fault)
        return await visit.pass_on()


RACES = 50


def test_two_machines_and_a_colleague_lose_no_binding(
    ground: Ground, count: Count, request: pytest.FixtureRequest
) -> None:
    seed = uuid.uuid4().hex
    request.node.user_properties.append((SEED, seed))
    if ground.lab.sandbox.config.phone_stack == "legacy":
        pytest.skip("bindings do not depend on the phone stack")
    wrong = []
    for number in range(RACES):
        chance = random.Random(f"{seed}-{number}")  # noqa: S311 delays, no secret
        try:
            interleave(ground, number, chance)
        except AssertionError as failed:
            wrong.append(f"{number}: {str(failed)[:800]}")
        count("races")
    assert wrong == [], f"{len(wrong)} of {RACES}, seed {seed}"


class Colleague:
    """Edits the bindings of the trigger between the requests of the runs: takes one away, or adds one.

    Attributes:
        lab: The sandbox.
        chance: When, and which.
        reads: The bindings of other people at each read of the runs, the latest last.
        lost: The writes of a run that dropped or added a binding of other people since its own read.
    """

    def __init__(self, lab: Lab, chance: random.Random) -> None:
        self.lab = lab
        self.chance = chance
        self.reads: list[list[str]] = []
        self.lost: list[str] = []
        self._away: list[Any] = []

    async def __call__(self, visit: Visit) -> list[Message]:
        is_bindings = visit.path.endswith("/post-login/bindings")
        if is_bindings and visit.method == "PATCH":
            self._judge([one["ref"]["value"] for one in visit.json()["bindings"]])
        answer = await visit.take()
        if is_bindings and visit.method == "GET":
            self.reads.append([one.action_id for one in self._foreign()])
        if self.chance.random() < 0.2:
            self._edit()
        return answer

    def _judge(self, sent: list[str]) -> None:
        names = self.lab.sandbox.world.first.actions.actions
        foreign = [one for one in sent if names[one].name != ACTION_NAME]
        if foreign not in self.reads[-4:]:  # of two runs that read and write at once, either may have read last
            self.lost.append(f"sent {foreign}, read {self.reads[-4:]}")
        if len(set(sent)) != len(sent):
            self.lost.append(f"sent twice: {sent}")

    def _bound(self) -> list[Any]:
        return self.lab.sandbox.world.first.actions.bindings.setdefault("post-login", [])

    def _foreign(self) -> list[Any]:
        names = self.lab.sandbox.world.first.actions.actions
        return [one for one in self._bound() if names[one.action_id].name != ACTION_NAME]

    def _edit(self) -> None:
        there = {one.action_id for one in self._foreign()}
        self._away = [one for one in self._away if one.action_id not in there]
        if self._away and self.chance.random() < 0.5:
            self._bound().append(self._away.pop())
        elif foreign := self._foreign():
            self._away.append(self.chance.choice(foreign))
            self._bound().remove(self._away[-1])


def interleave(ground: Ground, number: int, chance: random.Random) -> None:
    """Two machines limit the policy to the same users, and a colleague edits the bindings."""
    places = [prepared(ground, f"race-{number}-one", UP)]
    places.append(Place(ground.folder / f"race-{number}-other", ground.lab))
    colleague = Colleague(ground.lab, chance)
    line = ("policy", "always", "--yes", "--json", "--only-application", APP)
    more = ("--override", "mfa_lowered", "--override", "provider_token")
    with gate(ground.lab, colleague):
        children = [
            nursery.start(*line, *more, env=place.env, folder=place.folder)
            for nursery, place in zip(ground.nurseries, places, strict=True)
        ]
        results = [child.result() for child in children]
    for result in results:
        check_document(result)
        assert result.code in {0, 1}, result
    assert colleague.lost == []
    foreign = [name for name in names_bound(ground.lab) if name != ACTION_NAME]
    assert len(set(foreign)) == len(foreign)
    assert names_bound(ground.lab).count(ACTION_NAME) <= 1
    assert sum(one["name"] == ACTION_NAME for one in actions.listed(ground.lab)) == 1, results
    again = ground.start(places[0], *line, *more).result()
    assert again.code == 0, again
    assert names_bound(ground.lab).count(ACTION_NAME) == 1
    assert [name for name in names_bound(ground.lab) if name != ACTION_NAME] == foreign
