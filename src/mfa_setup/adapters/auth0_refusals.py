"""Converts Auth0's error responses to errors, one class for each cause.

Sources: auth0-errors, auth0-token-errors (docs/sources.md); `errorCode` is often missing.
"""

from mfa_setup.adapters.answers import Answer, document, refusal
from mfa_setup.errors import (
    CredentialsRefusedError,
    ForbiddenError,
    InvalidValueError,
    LoginRefusedError,
    MfaSetupError,
    NotFoundError,
    PlanRefusedError,
    RetiredEndpointError,
    ScopeMissingError,
    ServiceRefusedError,
)

Meaning = tuple[type[MfaSetupError], str, str | None]
"""An error class, a message, and a hint; None uses the hint of the class."""

_PLAN_CODES = frozenset({"insufficient_entitlement", "feature_not_enabled", "voice_mfa_not_allowed"})
_AUTHORIZE = (
    "Auth0 dashboard: Applications > APIs > Auth0 Management API > Machine to Machine Applications: authorize "
    "the application and grant the scopes."
)
_OF_TOKENS: dict[str, Meaning] = {
    "not authorized to access": (
        ForbiddenError,
        "The application that AUTH0_CLIENT_ID names is not authorized for the Auth0 Management API.",
        _AUTHORIZE,
    ),
    "Grant type": (
        ForbiddenError,
        "The application that AUTH0_CLIENT_ID names does not allow the client credentials grant.",
        (
            "Set AUTH0_CLIENT_ID to a Machine to Machine application. To name the single-page application to "
            "set up, pass --app-client-id."
        ),
    ),
    "Service not enabled": (
        InvalidValueError,
        "Auth0 found no API with the audience of the token request.",
        (
            "Set AUTH0_AUDIENCE to https://TENANT.REGION.auth0.com/api/v2/ (the tenant's own name, even if it "
            "has a custom domain)."
        ),
    ),
    "granted scopes": (ScopeMissingError, "Auth0 refused the access token because it lacks scopes.", _AUTHORIZE),
}
"""Errors for refusals of `/oauth/token`, keyed by a part of Auth0's text, as reported."""


def classify(answer: Answer) -> MfaSetupError:
    """Converts a refusal of the Management API to an error."""
    body = document(answer.text)  # a proxy's HTML page has neither a code nor a message
    code, text = str(body.get("errorCode", "")), str(body.get("message") or f"HTTP {answer.status}")
    kind, message, hint = _meaning(answer.status, code, text)
    return refusal(kind, "auth0", answer, message, hint)


def classify_token(answer: Answer) -> MfaSetupError:
    """Converts a refusal of `/oauth/token` to an error."""
    text = _error_text(answer)
    otherwise: Meaning = (
        CredentialsRefusedError,
        f"Auth0 rejected the client credentials ({text}).",
        (
            "Check AUTH0_DOMAIN, AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET: Auth0 dashboard, Applications > your Machine "
            "to Machine application > Settings."
        ),
    )
    kind, message, hint = next((meaning for mark, meaning in _OF_TOKENS.items() if mark in text), otherwise)
    return refusal(kind, "auth0", answer, message, hint)


def classify_login(answer: Answer) -> MfaSetupError:
    """Converts a refusal of the test login to an error."""
    return refusal(LoginRefusedError, "auth0", answer, f"The tenant refused the login: {_error_text(answer)}.")


def _error_text(answer: Answer) -> str:
    """Returns the text of an error response in OAuth's format."""
    body = document(answer.text)
    return str(body.get("error_description") or body.get("error") or f"HTTP {answer.status}")


def _meaning(status: int, code: str, text: str) -> Meaning:
    match status:
        case 401:
            hint = "Check AUTH0_API_TOKEN, or AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET."
            return CredentialsRefusedError, f"Auth0 rejected the access token ({text}).", hint
        case 400 if code == "Bearer":
            hint = "Set AUTH0_API_TOKEN to the token alone, without `Bearer` and without quotation marks."
            return CredentialsRefusedError, "Auth0 cannot read the access token.", hint
        case 403:
            return _forbidden(code, text)
        case 404:
            return NotFoundError, f"Auth0 did not find the resource: {text}.", None
        case _:
            return ServiceRefusedError, f"Auth0 rejected the request: {text}", None


def _forbidden(code: str, text: str) -> Meaning:
    """Classifies a 403, which has four meanings that its code and text distinguish."""
    if "expected any of:" in text:
        scopes = text.split("expected any of:", 1)[1].strip(" .")
        return ScopeMissingError, f"The access token lacks a scope: {scopes}.", None
    if "deprecated feature" in text or code == "legacy_mfa_phone_provider_not_allowed":
        message = "The tenant uses the Unified Phone Experience, for which Auth0 has retired this endpoint."
        return RetiredEndpointError, message, "Run the command again. If this happens again, please report it."
    if "upgrade your subscription" in text or "not enabled for this tenant" in text or code in _PLAN_CODES:
        return PlanRefusedError, f"The tenant's Auth0 plan does not include this feature: {text}", None
    hint = "The access token may lack a scope, or the tenant a paid plan or a payment card. See Auth0's message above."
    return ForbiddenError, f"Auth0 refused permission: {text}", hint
