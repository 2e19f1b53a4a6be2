"""The unified phone stack of a tenant, which can be prepared while the tenant still uses the legacy stack."""

from mfa_setup.model.base import Frozen
from mfa_setup.model.observed import Provider, Templates
from mfa_setup.model.types import TokenState


class Branding(Frozen):
    """The provider and the texts under `branding/phone`, whichever stack sends the tenant's codes.

    A tenant on the legacy stack can have a provider there, which MFA does not use yet (recorded).

    Attributes:
        provider: The provider; without an ID if there is none.
        templates: The templates for enrolment and verification.
        token: How the provider's Twilio token compares with the token of this run.
    """

    provider: Provider
    templates: Templates
    token: TokenState = "unknown"  # noqa: S105 a state, not a token
