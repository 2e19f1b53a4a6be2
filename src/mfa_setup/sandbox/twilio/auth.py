"""HTTP Basic credentials and their permissions (sources: twilio-credentials, twilio-test-credentials)."""

import base64
import secrets
from dataclasses import dataclass
from enum import Enum, auto


class Caller(Enum):
    """The kind of credentials that were sent with a request."""

    ACCOUNT = auto()  # account SID and auth token: access to everything
    STANDARD_KEY = auto()  # Standard API key: access to everything except /Accounts itself
    RESTRICTED_KEY = auto()  # restricted API key: access to the paths granted to it
    TEST = auto()  # test credentials: two calls with magic numbers


@dataclass(frozen=True, slots=True)
class Credentials:
    """The secrets of one sandbox account.

    Attributes:
        account_sid: The account SID, `AC` and 32 hex digits.
        auth_token: The auth token, 32 hex digits.
        api_key: The SID of a Standard API key, `SK` and 32 hex digits.
        api_secret: The secret of the API key.
        test_account_sid: The SID of the account's test credentials (sources: twilio-test-credentials).
        test_auth_token: The auth token of the test credentials.
    """

    account_sid: str
    auth_token: str
    api_key: str
    api_secret: str
    test_account_sid: str
    test_auth_token: str

    @classmethod
    def generate(cls) -> "Credentials":
        """Generate random credentials for a new account."""
        return cls(
            account_sid="AC" + secrets.token_hex(16),
            auth_token=secrets.token_hex(16),
            api_key="SK" + secrets.token_hex(16),
            api_secret=secrets.token_hex(16),
            test_account_sid="AC" + secrets.token_hex(16),
            test_auth_token=secrets.token_hex(16),
        )


def basic_pair(header: str) -> tuple[str, str]:
    """Parse the user and the password of a Basic header; both are empty if there is none."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return user, password


def is_pair(given: tuple[str, str], known: tuple[str, str]) -> bool:
    """Return whether user and password match a known pair; the password is compared in constant time."""
    return given[0] == known[0] and secrets.compare_digest(given[1].encode(), known[1].encode())
