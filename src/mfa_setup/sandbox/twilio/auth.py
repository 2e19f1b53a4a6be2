"""Who asks: HTTP Basic credentials and their reach (sources: twilio-credentials, twilio-test-credentials)."""

import base64
import secrets
from dataclasses import dataclass
from enum import Enum, auto

from mfa_setup.sandbox.twilio.errors import AUTHENTICATE, TwilioError


class Caller(Enum):
    """The kind of credentials that came with a request."""

    ACCOUNT = auto()  # account SID and auth token: reaches everything
    STANDARD_KEY = auto()  # API key of Standard reach: everything except /Accounts itself
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


def identify(credentials: Credentials, auth_token: str, header: str) -> Caller:
    """Tell who asks, or refuse with 401 and 20003 (sources: twilio-errors).

    The auth token comes apart from the credentials, for it can be rotated while the account stays.
    """
    user, password = basic_pair(header)
    pairs = {
        credentials.account_sid: (auth_token, Caller.ACCOUNT),
        credentials.api_key: (credentials.api_secret, Caller.STANDARD_KEY),
        credentials.test_account_sid: (credentials.test_auth_token, Caller.TEST),
    }
    secret, caller = pairs.get(user, ("", Caller.ACCOUNT))
    if not secret or not secrets.compare_digest(secret.encode(), password.encode()):
        raise TwilioError(401, AUTHENTICATE, "Authenticate")
    return caller
