"""The input of the checks: a snapshot, as it was read or as a plan would leave it, and the desired state."""

from dataclasses import dataclass

from mfa_setup.model.desired import Desired
from mfa_setup.model.observed import Factor
from mfa_setup.resources.base import OwnNumbers
from mfa_setup.snapshot.parts import known_or
from mfa_setup.snapshot.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class CheckContext:
    """One tenant and its Twilio account, with the desired state that they are checked for.

    Attributes:
        snapshot: The state of both services.
        desired: The desired state, with the users' countries, the application and the number.
        own: How the numbers of this tenant are recognized.
        awaited: The phones that receive a test SMS before the policy is set. Checks that only a delivery can answer
            wait for it.
        region_variables: The environment variables that name another Twilio region.
        end: The state at the end of the plan, for the checks of whom the policy will ask; None if it is `snapshot`.
    """

    snapshot: Snapshot
    desired: Desired
    own: OwnNumbers
    region_variables: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()
    end: Snapshot | None = None

    @property
    def country(self) -> str:
        """The country in which a number would be bought."""
        return self.desired.number.country

    @property
    def spoken_only(self) -> bool:
        """Whether codes are sent only by voice call; calls need no registration and have separate geo permissions."""
        types = known_or(self.snapshot.factor, Factor()).message_types
        return bool(types) and "sms" not in types
