"""The results of commands: one type for each kind of result; `render` has a renderer for each.

The commands name these types when they are registered, so this module imports nothing that is slow to import.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from mfa_setup.model.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of a command of which people are shown only the warnings and the error.

    Attributes:
        outcome: The outcome of the run, which is the JSON document too.
        shown_on_failure: Whether people are shown the result of a run that failed as well.
    """

    outcome: "Outcome"
    shown_on_failure: ClassVar[bool] = False


class SetupResult(Result):
    """The state of the tenant after a command that changes it."""


@dataclass(frozen=True, slots=True)
class StepResult(SetupResult):
    """The state after one step of the setup, and the command that continues the setup."""

    next_step: str


class PlanResult(Result):
    """What `mfa-setup up` would change."""


class StatusResult(Result):
    """What is set up, compared with the settings."""


class DoctorResult(Result):
    """The result of `doctor`: its checks."""

    shown_on_failure = True


class UndoResult(Result):
    """What an undone run had changed, or the runs that can be undone."""


class ProfilesResult(Result):
    """The profiles that are stored."""


class SmsResult(Result):
    """The delivery of a test SMS."""


class LoginResult(Result):
    """What a test login has proved."""


class DemoResult(Result):
    """What the demo has set up and proved."""


Shows = Callable[["Outcome"], Result]
"""Makes the result of a command from its outcome: one of these types, or one with its other values filled in."""
