"""The tasks of the engine: one description for each command."""

from dataclasses import dataclass, replace

from mfa_setup.model.types import SAFE_ORDER, ResourceName


@dataclass(frozen=True, slots=True)
class Task:
    """The resources and options of one command.

    Attributes:
        command: The name of the command.
        resources: The resources that the command sets up, in safe order.
        may_buy: Whether the command may buy a number if the account has no suitable one.
        read_only: Whether the command only shows differences; the HTTP transports refuse its writes.
        twilio_if_known: Whether the command also uses Twilio, if Twilio credentials are set.
        in_full: Whether the command also shows the number's monthly price and the count of enrolled users (`status`).
        lenient: Whether the command shows an undecided question as open instead of stopping at it (`status`).
    """

    command: str
    resources: tuple[ResourceName, ...]
    may_buy: bool = True
    read_only: bool = False
    lenient: bool = False
    in_full: bool = False
    twilio_if_known: bool = False

    def without_application(self) -> "Task":
        """Returns the task without the application (`--no-app`)."""
        return replace(self, resources=tuple(name for name in self.resources if name != "application"))

    @property
    def needs_twilio(self) -> bool:
        """Whether the task concerns the Twilio account."""
        return bool({"number", "provider"} & set(self.resources))


UP = Task("up", SAFE_ORDER, twilio_if_known=True)
"""The task of `mfa-setup up`: the complete setup."""
