"""What one command asks of the engine."""

from dataclasses import dataclass, replace

from mfa_setup.model.types import SAFE_ORDER, ResourceName


@dataclass(frozen=True, slots=True)
class Task:
    """One command's share of the engine.

    Attributes:
        command: Its name.
        resources: Those it sets up, in safe order.
        may_buy: Whether it may buy a number where there is none.
        read_only: It shows what differs and writes nothing; its transports refuse to.
        twilio_if_known: It asks Twilio too, where credentials are there, and does without where not.
        in_full: It also shows what the number that is there costs and how many users have enrolled (`status`).
        lenient: What cannot be decided without a person is shown as open instead of stopping (`status`).
    """

    command: str
    resources: tuple[ResourceName, ...]
    may_buy: bool = True
    read_only: bool = False
    lenient: bool = False
    in_full: bool = False
    twilio_if_known: bool = False

    def without_application(self) -> "Task":
        """The same, leaving applications alone (`--no-app`)."""
        return replace(self, resources=tuple(name for name in self.resources if name != "application"))

    @property
    def needs_twilio(self) -> bool:
        """Whether the Twilio account takes part."""
        return bool({"number", "provider"} & set(self.resources))


UP = Task("up", SAFE_ORDER, twilio_if_known=True)
"""The whole setup, as `mfa-setup up` does it."""
