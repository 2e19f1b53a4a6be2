"""What the checks judge: a snapshot, as it was read or as a plan would leave it, and what is asked of it."""

from dataclasses import dataclass

from mfa_setup.model.desired import Desired
from mfa_setup.model.observed import Factor
from mfa_setup.resources.base import OwnNumbers
from mfa_setup.snapshot.parts import known_or
from mfa_setup.snapshot.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class CheckContext:
    """One tenant and its Twilio account, with the desired state that they are judged for.

    Attributes:
        snapshot: Both services.
        desired: Names the users' countries, and the application and number that are meant.
        own: How this tenant's numbers are recognised.
        awaited: The phones that a test SMS goes to before the policy is set: what only a delivery shows waits for it.
        region_variables: The environment variables that name another Twilio region.
    """

    snapshot: Snapshot
    desired: Desired
    own: OwnNumbers
    region_variables: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()

    @property
    def country(self) -> str:
        """The country of a number that is to be bought."""
        return self.desired.number.country

    @property
    def spoken_only(self) -> bool:
        """Whether no code is sent as an SMS: calls need no registration, and have geo permissions of their own."""
        types = known_or(self.snapshot.factor, Factor()).message_types
        return bool(types) and "sms" not in types
