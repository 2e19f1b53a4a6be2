"""What one Action did in one execution: the calls that it made, its output, and how it failed."""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from mfa_setup.sandbox.actions.records import DeployedAction

ErrorClass: TypeAlias = Literal["platform_error", "action_timeout", "action_error"]


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call of a function of `api`.

    Attributes:
        function: The name of the function, such as `multifactor.enable`.
        arguments: Its arguments, as JSON.
    """

    function: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """The reason why an Action failed, in the words of the `actions_execution_failed` log entry (docs).

    Attributes:
        error_class: Whether the code threw, took too long, or could not be run.
        name: The name of the error, such as `TypeError`.
        message: The message of the error.
        stack: The stack of the error.
        code: The `code` of the error, if it has one.
    """

    error_class: ErrorClass
    name: str
    message: str
    stack: str = ""
    code: str | None = None


@dataclass(frozen=True, slots=True)
class ActionRun:
    """One Action's part of an execution.

    Attributes:
        action: The Action.
        calls: The calls of `api`, in order.
        console: The console output, of which the first 256 characters are kept (docs).
        milliseconds: How long the Action took.
        failure: Why the Action failed; None if it did not.
    """

    action: DeployedAction
    calls: tuple[ApiCall, ...] = ()
    console: str = ""
    milliseconds: int = 0
    failure: Failure | None = None

    @property
    def denied(self) -> str | None:
        """The reason of the last `access.deny`; None if the Action did not deny access."""
        reasons = [call.arguments for call in self.calls if call.function == "access.deny"]
        return str(reasons[-1][0] if reasons[-1] else "") if reasons else None
