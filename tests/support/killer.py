"""Kills a run at one of its requests, from outside."""

import asyncio
import os
import signal
from concurrent.futures import Future
from typing import Literal

from starlette.types import Message

from support.gate import Visit


class Killer:
    """What stands at the gate: kills before the request has its effect, or after that and before its answer.

    Attributes:
        at: The number of the request.
        when: Before or after its effect.
        hit: The request, once it has come.
        victim: The process; to be set as soon as it is known.
    """

    def __init__(self, at: int, when: Literal["before", "after"]) -> None:
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
