"""What a login has granted: behind every code and token that an application holds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Granted:
    """What a user has let an application do: behind every code and token.

    Attributes:
        client_id: The application.
        user_id: The user.
        scope: The scopes.
        audience: The API, or an empty string.
        sid: The session it came from; none for the password grant.
        authenticated_at: When the user gave the password.
        nonce: Goes into the first ID token.
        mfa: Whether the ID token says that a second factor was given.
        acr: The authentication context that the ID token says.
        max_age: Whether the application asked how old the login is.
        organization: The id of the organization that was logged in to, or an empty string.
        remembered: What the browser is remembered by for MFA; empty where it is not.
    """

    client_id: str
    user_id: str
    scope: tuple[str, ...]
    audience: str = ""
    sid: str | None = None
    authenticated_at: float = 0.0
    nonce: str | None = None
    mfa: bool = False
    acr: str | None = None
    max_age: bool = False
    organization: str = ""
    remembered: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code: what it grants, and what its bearer must prove."""

    granted: Granted
    redirect_uri: str
    challenge: str | None
    method: str


@dataclass(slots=True)
class Family:
    """All refresh tokens of one login: using an old one again ends them all."""

    granted: Granted
    began_at: float
    current: str = ""
    previous: str = ""
    rotated_at: float = 0.0
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Pending:
    """A password that was right and waits for its second factor: what is behind an `mfa_token`."""

    granted: Granted


@dataclass(frozen=True, slots=True)
class OutOfBand:
    """A challenge of the MFA API: what is behind an `oob_code`."""

    user_id: str
    mfa_token: str
