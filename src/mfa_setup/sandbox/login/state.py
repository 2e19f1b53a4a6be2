"""The state of one tenant's logins; a reset clears it."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

from mfa_setup.sandbox.login.granted import Code, Family, Granted, OutOfBand, Pending
from mfa_setup.sandbox.login.records import Otp, Session, Transaction
from mfa_setup.sandbox.login.store import Bucket, Clock, Store

_RUNS_KEPT = 1000


@dataclass(slots=True)
class LoginState:
    """The state behind the pages, the tokens and the MFA API of one tenant.

    Attributes:
        clock: The clock of the login, which control calls can move forward.
        risk: The risk that Adaptive MFA sees in the next logins; the control API sets it.
        transactions: Logins in progress, by the `state` of their pages.
        sessions: Sessions of browsers, by the value of their cookie.
        remembered: User IDs by the cookie of a browser that is remembered for MFA.
        codes: Authorization codes.
        used_codes: The refresh tokens issued for each used authorization code.
        access: The grants behind opaque access tokens.
        refresh: The families of refresh tokens, by token; rotated tokens are included.
        pending: The login behind each `mfa_token`.
        out_of_band: The challenge behind each `oob_code`.
        otps: The last code of each user.
        recovery: Recovery codes by user ID.
        consents: The consents of users, as (user, application, scope).
        failures: The number of consecutive wrong passwords, by email address.
        buckets: Rate limits, by what is limited and for whom.
        action_runs: The latest runs of Actions, oldest first, as the control API shows them.
    """

    clock: Clock = field(default_factory=Clock)
    risk: Literal["low", "high"] = "low"
    transactions: Store[Transaction] = field(init=False)
    sessions: Store[Session] = field(init=False)
    remembered: Store[str] = field(init=False)
    codes: Store[Code] = field(init=False)
    used_codes: Store[Family] = field(init=False)
    access: Store[Granted] = field(init=False)
    refresh: Store[Family] = field(init=False)
    pending: Store[Pending] = field(init=False)
    out_of_band: Store[OutOfBand] = field(init=False)
    otps: dict[str, Otp] = field(default_factory=dict)
    recovery: dict[str, str] = field(default_factory=dict)
    consents: set[tuple[str, str, str]] = field(default_factory=set)
    failures: dict[str, int] = field(default_factory=dict)
    buckets: dict[tuple[str, str], Bucket] = field(default_factory=dict)
    action_runs: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_RUNS_KEPT))

    def __post_init__(self) -> None:
        for name in ("transactions", "sessions", "remembered", "codes", "used_codes", "access", "refresh", "pending"):
            setattr(self, name, Store(self.clock))
        self.out_of_band = Store(self.clock)

    def allow(self, what: str, whom: str, capacity: int, interval: float) -> bool:
        """Takes one from a rate limit: `capacity` at once, then one per `interval` seconds; false if none is left."""
        now = self.clock()
        bucket = self.buckets.setdefault((what, whom), Bucket(capacity, interval, capacity, now))
        return bucket.take(now)
