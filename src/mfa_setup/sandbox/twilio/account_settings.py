"""The variable settings of an account: balance, credentials, prices and dialing permissions."""

from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase

# The home country's low-risk numbers are on from the start (sources: twilio-dialing).
HOME_COUNTRIES = frozenset({"US"})


@dataclass(frozen=True, slots=True)
class RestrictedKey:
    """An API key that reaches what was granted to it (sources: twilio-credentials).

    Attributes:
        sid: `SK` and 32 hex digits.
        secret: Its secret.
        allowed: Globs on the paths that it reaches.
    """

    sid: str
    secret: str
    allowed: tuple[str, ...]

    def reaches(self, path: str) -> bool:
        """Whether the key may ask for a path."""
        return any(fnmatchcase(path, pattern) for pattern in self.allowed)


@dataclass(slots=True)
class AccountSettings:
    """What a test has set of the account; all of it goes with a reset.

    Attributes:
        deposit: What was paid in; None where the kind of account decides.
        currency: In what its balance is kept.
        status: Its status; None where the kind of account decides.
        secondary_token: A second auth token, while the first is being replaced (sources: twilio-secondary-token).
        keys: Restricted API keys by SID.
        prices: Prices of numbers by country and kind that differ from the catalogue; None where there is no price.
        dialed: The countries whose low-risk numbers can be called.
    """

    deposit: Decimal | None = None
    currency: str = "USD"
    status: str | None = None
    secondary_token: str | None = None
    keys: dict[str, RestrictedKey] = field(default_factory=dict)
    prices: dict[tuple[str, str], str | None] = field(default_factory=dict)
    dialed: set[str] = field(default_factory=lambda: set(HOME_COUNTRIES))
