"""The records that the login keeps between requests."""

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from mfa_setup.sandbox.actions.demand import Demand
from mfa_setup.sandbox.actions.execution import Execution

Step: TypeAlias = Literal["login", "enroll", "challenge", "otp", "recovery", "recovery-shown", "consent", "done"]
Channel: TypeAlias = Literal["sms", "voice"]
Factor: TypeAlias = Literal["sms", "voice", "otp", "recovery-code"]

MULTI_FACTOR = "http://schemas.openid.net/pape/policies/2007/06/multi-factor"
"""The `acr` of a login with a second factor (docs)."""


@dataclass(frozen=True, slots=True)
class Target:
    """The destination of a login's answer, and how it is sent.

    Attributes:
        client_id: The client ID of the application.
        redirect_uri: The callback URL, one of the application's own.
        response_mode: How the answer is sent, such as `query` or `form_post`.
        state: The application's own value, which is returned unchanged.
    """

    client_id: str
    redirect_uri: str
    response_mode: str = "query"
    state: str | None = None


@dataclass(frozen=True, slots=True)
class AuthRequest:
    """A request to `/authorize` that has passed every check.

    Attributes:
        target: The destination of the answer.
        connection: The name of the database connection.
        scope: The requested scopes that can be granted.
        audience: The API, or an empty string.
        nonce: The nonce for the ID token.
        challenge: The PKCE challenge, if there is one.
        method: The method of the PKCE challenge: `S256` or `plain`.
        prompt: The page that must be shown, such as `login`, or `none` to show no page.
        max_age: The age in seconds from which a login is too old.
        login_hint: The email address to fill in.
        screen_hint: `signup` starts with the sign-up page.
        acr_values: The requested authentication contexts.
        response_type: `code`, or `id_token`.
        organization: The ID of the organization, or an empty string.
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
    """One login in progress.

    Attributes:
        asked: The application's request.
        browser: The value of the cookie of the browser that the login belongs to.
        began_at: The time at which the login began, in seconds since the epoch.
        key: The ID of the login, which is the `state` of its pages.
        step: The current page of the login.
        user_id: The ID of the user who entered the right password; empty before that.
        authenticated_at: The time at which the user entered the password.
        sid: The ID of the session that the user already had.
        mfa: Whether a second factor was given in this login.
        mfa_at: The times at which a second factor was required and given, in seconds since the epoch.
        mfa_before: Whether a second factor was given earlier in the existing session.
        phone: The phone number that codes are sent to.
        channel: The channel that codes are sent by.
        notice: An error for the next page to show.
        note: A confirmation for the next page to show.
        recovery_code: A new recovery code, until the user confirms having saved it.
        remember: Whether this browser is to be remembered.
        consented: Whether the user has consented to the scopes in this login.
        request: The request that began the login, as Actions see it.
        factor: The second factor that was given last, in this login or earlier in the session.
        execution: The post-login Actions of the login; None until the user is known.
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
    request: dict[str, Any] = field(default_factory=dict)
    factor: Factor | None = None
    execution: Execution | None = None

    @property
    def demand(self) -> Demand:
        """What the Actions of the login have asked for so far."""
        return self.execution.demand if self.execution else Demand()


@dataclass(slots=True)
class Session:
    """The session of a browser that is logged in.

    Attributes:
        sid: The public ID of the session, which is the `sid` of ID tokens.
        user_id: The ID of the user who is logged in.
        authenticated_at: The time at which the user entered the password.
        mfa: Whether a second factor was given.
        used_at: The time at which the session was last used.
        clients: The client IDs of the applications that used the session.
        ended: Whether the user has logged out.
        mfa_at: The time at which a second factor was last given.
        factor: The second factor that was last given.
    """

    sid: str
    user_id: str
    authenticated_at: float
    mfa: bool
    used_at: float
    clients: set[str] = field(default_factory=set)
    ended: bool = False
    mfa_at: float = 0.0
    factor: Factor | None = None


@dataclass(slots=True)
class Otp:
    """A one-time code that was sent to a phone.

    Attributes:
        code: The digits of the code.
        number: The phone number that the code was sent to.
        channel: The channel that the code was sent by.
        until: The time at which the code expires.
        enrolling: Whether entering the code enrols the phone.
    """

    code: str
    number: str
    channel: Channel
    until: float
    enrolling: bool
