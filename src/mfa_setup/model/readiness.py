"""What decides whether a code reaches a phone, as the two services tell it; beside what a run compares."""

from datetime import datetime
from typing import Literal

from mfa_setup.model.base import Frozen


class Balance(Frozen):
    """What is left on the account (`GET /Accounts/{Sid}/Balance.json`); it may lag."""

    amount: float
    currency: str


class Alert(Frozen):
    """An error that the account met (`GET /v1/Alerts`)."""

    at: datetime
    code: int


class GeoPermissions(Frozen):
    """The countries that messages may go to (`GET /v1/Messaging/GeoPermissions`)."""

    allowed: frozenset[str]


class TenantFlags(Frozen):
    """Settings of the tenant that bear on MFA (`GET /api/v2/tenants/settings`).

    Attributes:
        mfa_in_actions: `customize_mfa_in_postlogin_action`: post-login Actions may choose the factors.
        factor_list: `flags.mfa_show_factor_list_on_enrollment`: users choose among the factors that are on.
    """

    mfa_in_actions: bool = False
    factor_list: bool = False


class Headroom(Frozen):
    """What the last answer said of Auth0's rate limit: the size of a burst, and how much of it was left."""

    limit: int
    remaining: int


TollFreeStatus = Literal["PENDING_REVIEW", "IN_REVIEW", "TWILIO_APPROVED", "TWILIO_REJECTED"]
