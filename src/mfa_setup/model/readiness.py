"""Further observed values that affect whether a code reaches a phone: balance, permissions, tenant settings, limits."""

import re
from datetime import datetime
from typing import Literal

from mfa_setup.model.base import Frozen
from mfa_setup.model.scope_code import is_marked
from mfa_setup.model.types import PhoneStack


class Balance(Frozen):
    """The balance of the Twilio account (`GET /Accounts/{Sid}/Balance.json`), which Twilio may update with a delay."""

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
    """The countries that the account may send messages to (`GET /v1/Messaging/GeoPermissions`)."""

    allowed: frozenset[str]


class TenantSettings(Frozen):
    """The tenant settings that affect MFA (`GET /api/v2/tenants/settings`).

    Attributes:
        stack: The phone stack (`phone_consolidated_experience`); None if the settings do not name it.
        mfa_in_actions: Whether post-login Actions may choose the factors (`customize_mfa_in_postlogin_action`).
        factor_list: Whether users choose among the enabled factors (`flags.mfa_show_factor_list_on_enrollment`).
        all_connections: Whether a new application gets every connection (`flags.enable_client_connections`).
    """

    stack: PhoneStack | None = None
    mfa_in_actions: bool = False
    factor_list: bool = False
    all_connections: bool = False


class BoundAction(Frozen):
    """A deployed Action that runs at every login (`GET /api/v2/actions/triggers/post-login/bindings`).

    Attributes:
        name: The name that the binding shows.
        code: The code of the deployed version.
        id: The ID of the Action. The binding's own ID changes with every write to the list, so it is not kept.
        version_id: The ID of the deployed version.
    """

    name: str
    code: str
    id: str = ""
    version_id: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether it is the Action with which mfa-setup limits the policy."""
        return is_marked(self.code)

    @property
    def calls(self) -> tuple[str, ...]:
        """The calls in the Action's code that can require a second factor, whatever the policy is."""
        return mfa_calls(self.code)


def mfa_calls(code: str) -> tuple[str, ...]:
    """Returns the calls in an Action's code that can require a second factor."""
    return tuple(dict.fromkeys("".join(call.split()) for call in _MFA_CALLS.findall(code)))


_MFA_CALLS = re.compile(r"multifactor\s*\??\.\s*enable|challengeWith|enrollWith")
"""The calls in an Action's code that require a factor (sources: auth0-actions-mfa).

The pattern also matches `challengeWithAny`, which begins with `challengeWith`.
"""


class ActionFailure(Frozen):
    """A failed execution of an Action, as the tenant's log tells it (sources: auth0-action-failures).

    Attributes:
        at: When the Action failed, by Auth0's clock.
        action_id: The ID of the Action.
        version_id: The ID of the version that failed; empty if the entry does not name it.
        kind: Why it failed: `action_error` (it threw an error), `action_timeout`, `rate_limited` or `platform_error`.
        error: The name of the error that it threw, such as `TypeError`; the error's text may be about a person, so
            it is not kept.
    """

    at: datetime
    action_id: str
    version_id: str = ""
    kind: str = ""
    error: str = ""

    def is_of(self, action: BoundAction) -> bool:
        """Whether the Action failed in the version that is deployed now."""
        same_version = not self.version_id or not action.version_id or self.version_id == action.version_id
        return self.action_id == action.id and same_version


class Headroom(Frozen):
    """Auth0's rate limit according to the last response: the size of a burst, and the requests left in it."""

    limit: int
    remaining: int


TollFreeStatus = Literal["PENDING_REVIEW", "IN_REVIEW", "TWILIO_APPROVED", "TWILIO_REJECTED"]
