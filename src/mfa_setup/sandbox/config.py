"""The configuration of a sandbox, from the options of `mfa-setup sandbox`."""

from dataclasses import dataclass
from typing import Literal

PhoneStack = Literal["unified", "legacy"]
Auth0Plan = Literal["paid", "free"]
TwilioAccountKind = Literal["full", "trial", "legacy-trial", "suspended"]
NumberRegistration = Literal["registered", "unregistered"]
RateLimit = Literal["none", "free", "enterprise"]

MOST_TENANTS = 5_000
"""The most tenants of one sandbox: with more, the environment with their credentials would be too large on macOS."""


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    """The options of one sandbox; the defaults are those of the command line.

    Attributes:
        port: The port on loopback; 0 picks a free one.
        phone_stack: Whether the Auth0 tenant uses the Unified Phone Experience or the legacy one.
        auth0_plan: The plan of the Auth0 tenant.
        twilio_account: The kind of Twilio account.
        number_registration: Whether US numbers are registered with the carriers.
        rate_limit: Which of Auth0's documented rate limits apply.
        latency_ms: The delay before every answer, in milliseconds.
        tls: Whether to serve HTTPS, with a certificate of a throw-away certificate authority.
        tenants: The number of Auth0 tenants; one number of the Twilio account is the sender of all of them. None: there
            is one tenant, and the account owns no number.
        action_seconds: How long the Actions of one login may take together, in seconds; the service allows 20 (docs).
    """

    port: int = 4400
    phone_stack: PhoneStack = "unified"
    auth0_plan: Auth0Plan = "paid"
    twilio_account: TwilioAccountKind = "full"
    number_registration: NumberRegistration = "registered"
    rate_limit: RateLimit = "none"
    latency_ms: int = 0
    tls: bool = False
    tenants: int | None = None
    action_seconds: float = 3.0
