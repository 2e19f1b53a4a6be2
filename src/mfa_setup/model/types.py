"""The field's own words, as types; nothing here is slow to import, so the command line can be built of it."""

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
TokenState = Literal["same", "new", "unknown"]
"""Whether the Twilio token that Auth0 holds is the one given to this run."""

SAFE_ORDER: tuple[ResourceName, ...] = ("application", "number", "provider", "factor", "policy")
"""The order in which changes are made: the policy only when codes can reach the users."""
