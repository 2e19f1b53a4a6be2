"""The Actions of one login: those that are still to run, and what the others have asked for."""

import asyncio
import uuid
from dataclasses import dataclass, field
from typing import Any

from mfa_setup.sandbox.actions.demand import Demand
from mfa_setup.sandbox.actions.records import DeployedAction


@dataclass(slots=True)
class Execution:
    """One execution of a trigger, which pauses while the user gives a factor that an Action has requested.

    Attributes:
        waiting: The Actions that have not run yet, in their order.
        demand: What the Actions that have run asked for.
        id: The ID of the execution; empty if no Action is bound.
        lock: Held while Actions run, because a form may be sent twice.
    """

    waiting: list[DeployedAction]
    demand: Demand = field(default_factory=Demand)
    id: str = field(init=False)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.id = str(uuid.uuid4()) if self.waiting else ""

    @property
    def logged(self) -> dict[str, Any] | None:
        """The `details.actions` of a log entry (docs); None if no Action is bound."""
        return {"executions": [self.id]} if self.id else None
