"""Types for the values of settings. This module must not import anything slow, because the command line uses it."""

from typing import Literal

ResourceName = Literal["application", "number", "provider", "factor", "scope", "policy", "phone_stack"]
Action = Literal["create", "update", "delete", "none"]
Status = Literal["none", "pending", "applied", "failed", "unknown"]
Delivery = Literal["sms", "voice", "both"]
NumberType = Literal["local", "mobile", "toll-free"]
Via = Literal["twilio", "auth0"]
"""The service that is asked to send a test SMS."""
OutputFormat = Literal["text", "json", "markdown"]
"""The form of a command's result on standard output (`--format`)."""
PolicyName = Literal["always", "adaptive", "never"]
PhoneStack = Literal["unified", "legacy"]
TokenState = Literal["same", "new", "works", "refused", "overwritten", "unknown"]
"""How the Twilio auth token that Auth0 holds compares with the token given to this run.

`same`: both are equal; `new`: Auth0 holds another token, which may be valid, because an account can have two valid
tokens; `works` and `refused`: Auth0 holds another token, and a request with it showed whether Twilio accepts it;
`overwritten`: somebody has written the provider since this run did; `unknown`: the tokens cannot be compared.
"""

SAFE_ORDER: tuple[ResourceName, ...] = ("application", "number", "provider", "factor", "scope", "policy")
"""The order in which changes are applied: the policy comes last, when codes can reach the users."""

ALL_RESOURCES: tuple[ResourceName, ...] = (*SAFE_ORDER, "phone_stack")
"""All resources: those of the setup, and the phone stack, which only `migrate` changes."""

LABELS: dict[ResourceName, str] = {
    "application": "application",
    "number": "phone number",
    "provider": "provider",
    "factor": "SMS factor",
    "scope": "MFA limits",
    "policy": "MFA policy",
    "phone_stack": "phone stack",
}
"""The name of each resource for people, as it is written within a sentence."""
