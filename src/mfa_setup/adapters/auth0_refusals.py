"""What a refusal of the Auth0 Management API means: one error for each cause.

Sources: auth0-errors (docs/sources.md); `errorCode` is often missing.
"""

from mfa_setup.adapters.answers import Answer, document, refusal
from mfa_setup.errors import (
    CredentialsRefusedError,
    ForbiddenError,
    MfaSetupError,
    NotFoundError,
    PlanRefusedError,
    RetiredEndpointError,
    ScopeMissingError,
    ServiceRefusedError,
)


def classify(answer: Answer) -> MfaSetupError:
    """A refusal of the Management API. A 403 means four things, told apart by code and text."""
    code, told = _read_refusal(answer)
    match answer.status:
        case 401:
            return refusal(
                CredentialsRefusedError,
                "auth0",
                answer,
                f"Auth0 refused the access token ({told}).",
                "Check AUTH0_API_TOKEN, or AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET.",
            )
        case 400 if code == "Bearer":
            return refusal(
                CredentialsRefusedError,
                "auth0",
                answer,
                "Auth0 cannot read the access token.",
                "AUTH0_API_TOKEN must hold the token alone, without `Bearer` and quotation marks.",
            )
        case 403:
            return _forbidden(answer, code, told)
        case 404:
            return refusal(NotFoundError, "auth0", answer, f"Auth0 does not know it: {told}.")
        case _:
            return refusal(ServiceRefusedError, "auth0", answer, f"Auth0 refused the request: {told}")


def _forbidden(answer: Answer, code: str, told: str) -> MfaSetupError:
    if "expected any of:" in told:
        scopes = told.split("expected any of:", 1)[1].strip(" .")
        return refusal(ScopeMissingError, "auth0", answer, f"The access token lacks a scope: {scopes}.")
    if "deprecated feature" in told or code == "legacy_mfa_phone_provider_not_allowed":
        return refusal(
            RetiredEndpointError,
            "auth0",
            answer,
            "The tenant is on the Unified Phone Experience, and Auth0 has retired this endpoint for it.",
            "Run the command again; if it happens again, please report it.",
        )
    if "upgrade your subscription" in told or "not enabled for this tenant" in told or code in _PLAN_CODES:
        return refusal(PlanRefusedError, "auth0", answer, f"The tenant's plan does not include this: {told}")
    return refusal(
        ForbiddenError,
        "auth0",
        answer,
        f"Auth0 forbids it: {told}",
        "The scopes, the plan, or a card on file may be missing; the message above is Auth0's own.",
    )


_PLAN_CODES = frozenset({"insufficient_entitlement", "feature_not_enabled", "voice_mfa_not_allowed"})


def _read_refusal(answer: Answer) -> tuple[str, str]:
    """The error code and the message; a proxy's page of HTML has neither."""
    said = document(answer.text)
    return str(said.get("errorCode", "")), str(said.get("message") or f"HTTP {answer.status}")
