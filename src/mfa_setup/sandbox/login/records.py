"""What the login remembers between two requests."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Step: TypeAlias = Literal["login", "enroll", "challenge", "otp", "recovery", "recovery-shown", "consent", "done"]
Channel: TypeAlias = Literal["sms", "voice"]
Factor: TypeAlias = Literal["sms", "voice", "otp", "recovery-code"]

MULTI_FACTOR = "http://schemas.openid.net/pape/policies/2007/06/multi-factor"
"""The `acr` of a login with a second factor (docs)."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the answer of a login goes, and how.

    Attributes:
        client_id: The application.
        redirect_uri: One of its callback URLs.
        response_mode: How the answer is sent.
        state: The application's own value, sent back as it is.
    """

    client_id: str
    redirect_uri: str
    response_mode: str = "query"
    state: str | None = None


@dataclass(frozen=True, slots=True)
class AuthRequest:
    """A request to `/authorize` that has passed every check.

    Attributes:
        target: Where the answer goes.
        connection: The name of the database connection.
        scope: The scopes that were asked for.
        audience: The API, or an empty string.
        nonce: Goes into the ID token.
        challenge: The PKCE challenge, if there is one.
        method: How the challenge was made.
        prompt: What must or must not be shown.
        max_age: Seconds after which a login is too old.
        login_hint: The email address to fill in.
        screen_hint: `signup` starts with the sign-up page.
        acr_values: The authentication contexts that were asked for.
        response_type: `code`, or `id_token`.
        organization: The id of the organization, or an empty string.
    """

    target: Target
    connection: str
    scope: tuple[str, ...] = ()
    audience: str = ""
    nonce: str | None = None
    challenge: str | None = None
    method: str = "S256"
    prompt: str = ""
    max_age: int | None = None
    login_hint: str = ""
    screen_hint: str = ""
    acr_values: tuple[str, ...] = ()
    response_type: str = "code"
    organization: str = ""


@dataclass(slots=True)
class Transaction:
    """One login on its way through the pages.

    Attributes:
        asked: What the application asked for.
        browser: The value of the cookie of the browser that it belongs to.
        began_at: When it began.
        key: Its id, the `state` of the pages.
        step: The page that it is at.
        user_id: Who has given the right password.
        authenticated_at: When that was.
        sid: The session that the user already had.
        mfa: Whether a second factor was given in this login.
        mfa_at: When it was required and when it was given, in seconds since the epoch.
        mfa_before: Whether one was given when the session began, or this browser is remembered.
        phone: The number that is being enrolled.
        channel: How the code is sent.
        notice: An error that the next page shows.
        note: A confirmation that the next page shows.
        recovery_code: A new recovery code, until the user has noted it.
        remember: Whether this browser shall be remembered.
        consented: Whether the user has agreed to the scopes in this login.
    """

    asked: AuthRequest
    browser: str
    began_at: float = 0.0
    key: str = ""
    step: Step = "login"
    user_id: str = ""
    authenticated_at: float = 0.0
    sid: str | None = None
    mfa: bool = False
    mfa_at: tuple[float, float] = (0.0, 0.0)
    mfa_before: bool = False
    phone: str = ""
    channel: Channel = "sms"
    notice: str = ""
    note: str = ""
    recovery_code: str = ""
    remember: bool = False
    consented: bool = False


@dataclass(slots=True)
class Session:
    """A browser that is logged in.

    Attributes:
        sid: Its public id, the `sid` of ID tokens.
        user_id: Who is logged in.
        authenticated_at: When the password was given.
        mfa: Whether a second factor was.
        used_at: When it was last used.
        clients: The applications that were logged in to.
        ended: Whether the user has logged out.
    """

    sid: str
    user_id: str
    authenticated_at: float
    mfa: bool
    used_at: float
    clients: set[str] = field(default_factory=set)
    ended: bool = False


@dataclass(slots=True)
class Otp:
    """A one-time code that was sent to a phone.

    Attributes:
        code: Its digits.
        number: The phone.
        channel: How it was sent.
        until: When it expires.
        enrolling: Whether giving it enrols the phone.
    """

    code: str
    number: str
    channel: Channel
    until: float
    enrolling: bool
