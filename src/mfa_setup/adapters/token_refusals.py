"""What a refusal of the token endpoint means: its form is OAuth 2.0's (sources: auth0-token-errors)."""

from mfa_setup.adapters.answers import Answer, refusal
from mfa_setup.adapters.answers import document as document_of
from mfa_setup.errors import (
    CredentialsRefusedError,
    ForbiddenError,
    InvalidValueError,
    MfaSetupError,
    ScopeMissingError,
)


def classify(answer: Answer) -> MfaSetupError:
    """A refusal of `/oauth/token`, which has OAuth's form; the texts are those of reported answers."""
    told = _told(answer)
    for mark, kind, message, hint in _REFUSALS:
        if mark in told:
            return refusal(kind, "auth0", answer, message, hint)
    return refusal(
        CredentialsRefusedError,
        "auth0",
        answer,
        f"Auth0 refused the client's credentials ({told or f'HTTP {answer.status}'}).",
        "Check AUTH0_DOMAIN, AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET: Auth0 dashboard, Applications > your Machine "
        "to Machine application > Settings.",
    )


def _told(answer: Answer) -> str:
    said = document_of(answer.text)
    return str(said.get("error_description") or said.get("error") or "")


_AUTHORIZE = (
    "Auth0 dashboard: Applications > APIs > Auth0 Management API > Machine to Machine Applications: "
    "authorize it, and tick the scopes."
)
_REFUSALS: tuple[tuple[str, type[MfaSetupError], str, str], ...] = (
    (
        "not authorized to access",
        ForbiddenError,
        "The tool's own application is not authorized for the Auth0 Management API.",
        _AUTHORIZE,
    ),
    (
        "Grant type",
        ForbiddenError,
        "The tool's own application may not use the client credentials grant.",
        (
            "AUTH0_CLIENT_ID must be a Machine to Machine application; the single-page application that the tool "
            "sets up is named with --app-client-id."
        ),
    ),
    (
        "Service not enabled",
        InvalidValueError,
        "Auth0 does not know the audience of the token request.",
        (
            "Set AUTH0_AUDIENCE to https://TENANT.REGION.auth0.com/api/v2/: the tenant's own name, also behind a "
            "custom domain."
        ),
    ),
    ("granted scopes", ScopeMissingError, "Auth0 refused the access token for want of scopes.", _AUTHORIZE),
)
