"""The grants behind every code and token that an application holds."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Granted:
    """The access that a user has granted an application; every code and token refers to one.

    Attributes:
        client_id: The client ID of the application.
        user_id: The ID of the user.
        scope: The granted scopes.
        audience: The API, or an empty string.
        sid: The session that the grant came from; None for the password grant.
        authenticated_at: The time at which the user entered the password.
        nonce: The nonce for the first ID token.
        mfa: Whether the ID token states that a second factor was given.
        acr: The authentication context that the ID token states.
        max_age: Whether the application limited the age of the login.
        organization: The ID of the organization that the user logged in to, or an empty string.
        remembered: The cookie by which the browser is remembered for MFA; empty if it is not.
        id_claims: Custom claims that Actions set in the ID token.
        access_claims: Custom claims that Actions set in the access token.
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
    id_claims: dict[str, Any] = field(default_factory=dict)
    access_claims: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code: the grant behind it, and the values that a token request must match."""

    granted: Granted
    redirect_uri: str
    challenge: str | None
    method: str


@dataclass(slots=True)
class Family:
    """All refresh tokens of one login: reusing an old token revokes them all."""

    granted: Granted
    began_at: float
    current: str = ""
    previous: str = ""
    rotated_at: float = 0.0
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Pending:
    """A login with the right password that waits for its second factor; each `mfa_token` refers to one."""

    granted: Granted


@dataclass(frozen=True, slots=True)
class OutOfBand:
    """A challenge of the MFA API; each `oob_code` refers to one."""

    user_id: str
    mfa_token: str
