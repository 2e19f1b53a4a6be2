"""Further observed values that decide whether a code reaches a phone."""

import re
from datetime import datetime
from typing import Literal

from mfa_setup.model.base import Frozen
from mfa_setup.model.types import PhoneStack


class Balance(Frozen):
    """The balance of the account (`GET /Accounts/{Sid}/Balance.json`); it may lag."""

    amount: float
    currency: str

    @property
    def shown(self) -> str:
        """The balance as text, such as `3.00 USD`."""
        return f"{self.amount:.2f} {self.currency}"


class Alert(Frozen):
    """An error that Twilio logged for the account (`GET /v1/Alerts`)."""

    at: datetime
    code: int


class GeoPermissions(Frozen):
    """The countries that messages may go to (`GET /v1/Messaging/GeoPermissions`)."""

    allowed: frozenset[str]


class TenantSettings(Frozen):
    """Settings of the tenant that bear on MFA (`GET /api/v2/tenants/settings`).

    Attributes:
        stack: The phone stack (`phone_consolidated_experience`); None where they do not name it.
        mfa_in_actions: `customize_mfa_in_postlogin_action`: post-login Actions may choose the factors.
        factor_list: `flags.mfa_show_factor_list_on_enrollment`: users choose among the factors that are on.
        all_connections: `flags.enable_client_connections`: a new application gets every connection.
    """

    stack: PhoneStack | None = None
    mfa_in_actions: bool = False
    factor_list: bool = False
    all_connections: bool = False


class BoundAction(Frozen):
    """A deployed Action that runs at every login (`GET /api/v2/actions/triggers/post-login/bindings`)."""

    name: str
    code: str

    @property
    def calls(self) -> tuple[str, ...]:
        """The calls in its code by which it can ask for a second factor, whatever the policy is."""
        return tuple(dict.fromkeys("".join(call.split()) for call in _MFA_CALLS.findall(self.code)))


_MFA_CALLS = re.compile(r"multifactor\s*\??\.\s*enable|challengeWith|enrollWith")
"""What asks for a factor in the code of an Action (sources: auth0-actions-mfa); `challengeWithAny` begins so too."""


class Headroom(Frozen):
    """What the last answer said of Auth0's rate limit: the size of a burst, and how much of it was left."""

    limit: int
    remaining: int


TollFreeStatus = Literal["PENDING_REVIEW", "IN_REVIEW", "TWILIO_APPROVED", "TWILIO_REJECTED"]
