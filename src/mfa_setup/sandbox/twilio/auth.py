"""HTTP Basic credentials and their permissions (sources: twilio-credentials, twilio-test-credentials)."""

import base64
import secrets
from dataclasses import dataclass
from enum import Enum, auto


class Caller(Enum):
    """The kind of credentials that came with a request."""

    ACCOUNT = auto()  # account SID and auth token: reaches everything
    STANDARD_KEY = auto()  # API key of Standard reach: everything except /Accounts itself
    RESTRICTED_KEY = auto()  # API key that reaches what was granted to it
    TEST = auto()  # test credentials: two calls with magic numbers


@dataclass(frozen=True, slots=True)
class Credentials:
    """The secrets of one sandbox account.

    Attributes:
        account_sid: The account, `AC` and 32 hex digits.
        auth_token: Its auth token, 32 hex digits.
        api_key: An API key of Standard reach, `SK` and 32 hex digits.
        api_secret: That key's secret.
        test_account_sid: The SID of the account's test credentials (sources: twilio-test-credentials).
        test_auth_token: Their token.
    """

    account_sid: str
    auth_token: str
    api_key: str
    api_secret: str
    test_account_sid: str
    test_auth_token: str

    @classmethod
    def generate(cls) -> "Credentials":
        """Make up an account."""
        return cls(
            account_sid="AC" + secrets.token_hex(16),
            auth_token=secrets.token_hex(16),
            api_key="SK" + secrets.token_hex(16),
            api_secret=secrets.token_hex(16),
            test_account_sid="AC" + secrets.token_hex(16),
            test_auth_token=secrets.token_hex(16),
        )


def basic_pair(header: str) -> tuple[str, str]:
    """Read user and password of a Basic header; a pair of empty strings where there is none."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return user, password


def is_pair(given: tuple[str, str], known: tuple[str, str]) -> bool:
    """Tell whether user and password are those of a pair; the password is compared in constant time."""
    return given[0] == known[0] and secrets.compare_digest(given[1].encode(), known[1].encode())
