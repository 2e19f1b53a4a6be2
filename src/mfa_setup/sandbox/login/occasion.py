"""The login that Actions run in, and the `event` of post-login that describes it (docs)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from mfa_setup.sandbox.auth0.client_auth import TokenRequest
from mfa_setup.sandbox.auth0.state import JSON
from mfa_setup.sandbox.login.granted import Granted
from mfa_setup.sandbox.login.records import AuthRequest, Factor, Session, Transaction
from mfa_setup.sandbox.login.visit import Visit

_METHODS: dict[Factor, str] = {"sms": "phone", "voice": "phone", "otp": "otp", "recovery-code": "recovery-code"}


@dataclass(frozen=True, slots=True)
class Occasion:
    """One login, or one exchange for tokens, in which Actions run.

    Attributes:
        client_id: The client ID of the application.
        user_id: The ID of the user.
        transaction: The `event.transaction`.
        request: The `event.request`.
        methods: The `event.authentication.methods`; if empty, there is no `event.authentication`.
        sid: The ID of the session; None if there is none yet.
        organization: The ID of the organization, or an empty string.
        audience: The API, or an empty string.
        in_progress: Whether the user's count of logins does not include this login yet.
    """

    client_id: str
    user_id: str
    transaction: JSON
    request: JSON
    methods: tuple[JSON, ...] = ()
    sid: str | None = None
    organization: str = ""
    audience: str = ""
    in_progress: bool = False


def of_transaction(transaction: Transaction) -> Occasion:
    """Returns the occasion of a login with pages; its `event.request` is the request to `/authorize`."""
    # not verified: that the service shows that request, and not the one that submitted the last page
    asked = transaction.asked
    return Occasion(
        asked.target.client_id,
        transaction.user_id,
        _transaction(asked),
        transaction.request,
        _methods(
            transaction.authenticated_at,
            transaction.mfa_at[1] if transaction.mfa or transaction.mfa_before else None,
            transaction.factor,
        ),
        transaction.sid,
        asked.organization,
        asked.audience,
        in_progress=True,
    )


def of_silent_login(visit: Visit, asked: AuthRequest, session: Session) -> Occasion:
    """Returns the occasion of a login without pages."""
    methods = _methods(session.authenticated_at, session.mfa_at if session.mfa else None, session.factor)
    return Occasion(
        asked.target.client_id,
        session.user_id,
        _transaction(asked),
        visit.request,
        methods,
        session.sid,
        asked.organization,
        asked.audience,
    )


def of_exchange(asked: TokenRequest, protocol: str, granted: Granted) -> Occasion:
    """Returns the occasion of an exchange at the token endpoint: of a password, or of a refresh token."""
    # not verified: that `event.authentication` is absent when a refresh token is exchanged
    by_password = protocol == "oauth2-password"
    return Occasion(
        granted.client_id,
        granted.user_id,
        {"protocol": protocol, "requested_scopes": list(granted.scope)},
        asked.request,
        _methods(granted.authenticated_at, None, None) if by_password else (),
        granted.sid,
        granted.organization,
        granted.audience,
    )


def _transaction(asked: AuthRequest) -> JSON:
    """Returns `event.transaction`; what the application did not send is absent, such as `acr_values`."""
    sent = {
        "acr_values": list(asked.acr_values),
        "prompt": [asked.prompt] if asked.prompt else [],
        "login_hint": asked.login_hint,
        "state": asked.target.state,
    }
    return {
        "protocol": "oidc-basic-profile" if asked.response_type == "code" else "oidc-implicit-profile",
        "redirect_uri": asked.target.redirect_uri,
        "requested_scopes": list(asked.scope),
        "response_mode": asked.target.response_mode,
        "response_type": [asked.response_type],
    } | {name: value for name, value in sent.items() if value}


def _methods(password_at: float, factor_at: float | None, factor: Factor | None) -> tuple[JSON, ...]:
    found: list[JSON] = [{"name": "pwd", "timestamp": _time(password_at)}]
    if factor_at is not None:
        kind = {"type": _METHODS[factor]} if factor else {}
        found.append({"name": "mfa", "timestamp": _time(factor_at)} | kind)
    return tuple(found)


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
