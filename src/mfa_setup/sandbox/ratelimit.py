"""Auth0's rate limit: a token bucket per tenant, and the headers that report how full the bucket is."""

import math
import time
from dataclasses import dataclass, field

from mfa_setup.sandbox.config import Auth0Plan, RateLimit

_BOTTOMLESS = 1_000_000


@dataclass(slots=True)
class TokenBucket:
    """A token bucket (Auth0 docs, "Rate limit configurations"; sources: auth0-rate-limits).

    Attributes:
        burst: The capacity of the bucket, in requests.
        rate: The number of tokens added per second.
        tokens: The number of tokens left.
        filled: The monotonic time at which `tokens` was last updated.
    """

    burst: int
    rate: float
    tokens: float = 0.0
    filled: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.tokens = float(self.burst)

    @classmethod
    def for_plan(cls, plan: Auth0Plan, limit: RateLimit) -> "TokenBucket":
        """Returns the Management API's bucket: Free 2 and 2/s, Enterprise production 50 and 16/s; else unlimited."""
        if limit == "free" or (limit == "none" and plan == "free"):
            return cls(2, 2.0)
        if limit == "enterprise":
            return cls(50, 16.0)
        return cls(_BOTTOMLESS, float(_BOTTOMLESS))

    @classmethod
    def for_tokens(cls, plan: Auth0Plan, limit: RateLimit) -> "TokenBucket":
        """Returns the bucket of `/oauth/token`: Free 30 and 30/s; else unlimited, because no figure is published."""
        if limit == "free" or (limit == "none" and plan == "free"):
            return cls(30, 30.0)
        return cls(_BOTTOMLESS, float(_BOTTOMLESS))

    def take(self) -> bool:
        """Takes a token for one request; returns false if none is left."""
        now = time.monotonic()
        self.tokens = min(float(self.burst), self.tokens + (now - self.filled) * self.rate)
        self.filled = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    def headers(self) -> dict[str, str]:
        """Returns the three documented headers; `reset` is in Unix seconds."""
        # not verified: the moment that the service means by reset; here, the time when the next request will be allowed
        wait = max(0.0, 1 - self.tokens) / self.rate
        return {
            "x-ratelimit-limit": str(self.burst),
            "x-ratelimit-remaining": str(int(self.tokens)),
            "x-ratelimit-reset": str(math.ceil(time.time() + wait)),
        }
