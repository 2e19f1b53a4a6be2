"""The results of commands: one type for each kind of result; `render` has a renderer for each type.

The commands name these types when they are registered, so this module must not import anything slow.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from mfa_setup.model.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a command; this base type shows people only the warnings and the error.

    Attributes:
        outcome: The outcome of the run, which is also the JSON document.
        shown_on_failure: Whether people are shown the result even if the run failed.
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
    """The plan: the changes that `mfa-setup up` would apply."""


class StatusResult(Result):
    """The present state of the tenant, compared with the settings."""


class DoctorResult(Result):
    """The result of `doctor`: its checks."""

    shown_on_failure = True


class UndoResult(Result):
    """The changes that an undo reverts, or the runs that can be undone."""


class MigrateResult(Result):
    """The phone stack of the tenant after `migrate`."""


class ProfilesResult(Result):
    """The stored profiles."""


class ConfigurationResult(Result):
    """Every setting with its value and origin."""


class WrittenConfigResult(Result):
    """The settings file that `config init` wrote, and the schema beside it."""


class SmsResult(Result):
    """The delivery of a test SMS."""


class LoginResult(Result):
    """The proof of a test login."""


class DemoResult(Result):
    """The setup that the demo created, and the proof of its login."""


Shows = Callable[["Outcome"], Result]
"""Creates the result of a command from its outcome: a result type, or a function that also sets its other values."""
