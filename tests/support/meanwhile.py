"""What somebody else does to the Actions of a sandbox in the middle of a run, straight in the sandbox's memory.

A request of the test itself would wait for the one at the gate.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

from starlette.types import Message

from support.gate import Visit, gate
from support.lab import Lab, Result

BINDINGS = "/api/v2/actions/triggers/post-login/bindings"


class Meanwhile:
    """Lets something happen right before or after one request has its effect, and counts the writes of bindings."""

    def __init__(
        self, method: str, path: str, happens: Callable[[], object], when: Literal["before", "after"] = "after"
    ) -> None:
        self.method = method
        self.path = path
        self.happens = happens
        self.when = when
        self.happened = False
        self.bound = 0

    async def __call__(self, visit: Visit) -> list[Message]:
        hit = not self.happened and visit.method == self.method and visit.path.endswith(self.path)
        self.happened = self.happened or hit
        if hit and self.when == "before":
            self.happens()
        answer = await visit.take()
        self.bound += (visit.method, visit.path) == ("PATCH", BINDINGS)
        if hit and self.when == "after":
            self.happens()
        return answer


def during(lab: Lab, meanwhile: Meanwhile, run: Callable[[], Result]) -> Result:
    """Runs a command while something happens, which it must."""
    with gate(lab, meanwhile):
        result = run()
    assert meanwhile.happened
    return result


def state(lab: Lab) -> Any:
    """The Actions and their bindings."""
    return lab.sandbox.world.first.actions


def named(lab: Lab, name: str) -> Any:
    """The Action of this name."""
    return next(one for one in state(lab).actions.values() if one.name == name)


def set_bound(lab: Lab, *names: str) -> None:
    """A colleague replaces the list of bindings."""
    there = {state(lab).actions[one.action_id].name: one for one in state(lab).bindings["post-login"]}
    template = next(iter(there.values()))
    made = [there.get(name) or replace(template, action_id=named(lab, name).id, display_name=name) for name in names]
    state(lab).bindings["post-login"] = made


def draft(lab: Lab, name: str, code: str) -> None:
    """A colleague saves other code, which is built at once."""
    action = named(lab, name)
    action.content = replace(action.content, code=code)
    action.status = "built"
    action.build.steps = []


def deployed(lab: Lab, name: str, code: str) -> None:
    """A colleague saves other code and deploys it."""
    draft(lab, name, code)
    action = named(lab, name)
    action.deploy(action.content, 0.0)
    action.finish_deployment()
