"""Types for the values of settings. This module imports nothing slow, because the command line uses it."""

from typing import Literal

ResourceName = Literal["application", "number", "provider", "factor", "policy"]
Action = Literal["create", "update", "delete", "none"]
Status = Literal["none", "pending", "applied", "failed", "unknown"]
Delivery = Literal["sms", "voice", "both"]
NumberType = Literal["local", "mobile", "toll-free"]
Via = Literal["twilio", "auth0"]
"""Who is asked to send a test SMS."""
PolicyName = Literal["always", "adaptive", "never"]
PhoneStack = Literal["unified", "legacy"]
TokenState = Literal["same", "new", "works", "refused", "overwritten", "unknown"]
"""Whether the Twilio token that Auth0 holds is the one given to this run.

`new`: it is another one, and an account may have two that are valid; `works` and `refused`: Twilio was asked with it;
`overwritten`: somebody has written the provider since this run did.
"""

SAFE_ORDER: tuple[ResourceName, ...] = ("application", "number", "provider", "factor", "policy")
"""The order in which changes are made: the policy only when codes can reach the users."""

LABELS: dict[ResourceName, str] = {
    "application": "application",
    "number": "phone number",
    "provider": "provider",
    "factor": "SMS factor",
    "policy": "MFA policy",
}
"""What people call each resource, as it stands within a sentence."""
