"""The variable settings of an account: balance, credentials, prices and dialing permissions."""

from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase

# The low-risk numbers of the home country are enabled from the start (sources: twilio-dialing).
HOME_COUNTRIES = frozenset({"US"})


@dataclass(frozen=True, slots=True)
class RestrictedKey:
    """An API key that has access only to the granted paths (sources: twilio-credentials).

    Attributes:
        sid: `SK` and 32 hex digits.
        secret: The secret of the key.
        allowed: Globs for the paths that the key has access to.
    """

    sid: str
    secret: str
    allowed: tuple[str, ...]

    def reaches(self, path: str) -> bool:
        """Whether the key has access to a path."""
        return any(fnmatchcase(path, pattern) for pattern in self.allowed)


@dataclass(slots=True)
class AccountSettings:
    """The settings that tests can change; a reset restores them.

    Attributes:
        deposit: The amount paid in; None if the kind of account determines it.
        currency: The currency of the balance, as an ISO 4217 code.
        status: The status of the account; None if the kind of account determines it.
        secondary_token: A second auth token, used while the first is being replaced (sources: twilio-secondary-token).
        keys: Restricted API keys by SID.
        prices: Prices by country and kind of number that override the catalogue; None means that there is no price.
        dialed: The countries whose low-risk numbers the account may call.
    """

    deposit: Decimal | None = None
    currency: str = "USD"
    status: str | None = None
    secondary_token: str | None = None
    keys: dict[str, RestrictedKey] = field(default_factory=dict)
    prices: dict[tuple[str, str], str | None] = field(default_factory=dict)
    dialed: set[str] = field(default_factory=lambda: set(HOME_COUNTRIES))
