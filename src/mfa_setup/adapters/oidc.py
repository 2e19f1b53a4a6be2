"""The requests of the test login: OpenID Connect with the authorization code flow, and validation of the ID token.

Source: OpenID Connect Core 1.0, sections 3.1.2 and 3.1.3.7; Auth0 docs, "Authorization Code Flow with PKCE" and "ID
Token Structure" (`amr` contains `mfa` after a hosted login with a second factor).
"""

from typing import Any

import httpx
import jwt

from mfa_setup.adapters.answers import reading, unreadable
from mfa_setup.adapters.auth0_refusals import classify_login
from mfa_setup.adapters.http import client as http_client
from mfa_setup.adapters.http_policy import READS, HttpPolicy, HttpSettings
from mfa_setup.errors import TokenInvalidError
from mfa_setup.model.login import Attempt, Endpoints

LEEWAY_SECONDS = 30
"""The tolerated difference between the clocks of this machine and of the tenant."""


class Issuer:
    """The tenant as an OpenID provider."""

    def __init__(self, base_url: str, settings: HttpSettings) -> None:
        self._base_url = base_url
        # Exchanging a code is not retried: an authorization code can be used only once.
        self._policy = HttpPolicy("auth0", classify_login, repeatable=READS, settings=settings)

    def discover(self) -> Endpoints:
        """Reads the discovery document.

        Raises:
            UnreadableAnswerError: The document is invalid, or names another issuer than the tenant.
        """
        document = self._get(f"{self._base_url}/.well-known/openid-configuration")
        names = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
        found = [str(document.get(name, "")) for name in names]
        if found[0] != f"{self._base_url}/" or not all(url.startswith(f"{self._base_url}/") for url in found):
            raise unreadable("auth0", "The tenant's discovery document names an issuer on another domain.")
        return Endpoints(*found)

    def exchange(self, endpoints: Endpoints, attempt: Attempt, code: str, redirect_uri: str) -> str:
        """Exchanges an authorization code for an ID token.

        Raises:
            LoginRefusedError: The tenant refuses the code.
            UnreadableAnswerError: The response contains no ID token.
        """
        body = {
            "grant_type": "authorization_code",
            "client_id": attempt.client_id,
            "code": code,
            "code_verifier": attempt.verifier,
            "redirect_uri": redirect_uri,
        }
        with http_client(self._policy) as client:
            answer = _document(client.post(endpoints.token, data=body))
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise unreadable("auth0", "The tenant returned no ID token for the authorization code.")
        return token

    def verify(self, endpoints: Endpoints, attempt: Attempt, token: str) -> dict[str, Any]:
        """Returns the claims of an ID token after validating its signature, issuer, audience, times and nonce.

        Raises:
            TokenInvalidError: One of the validations failed.
        """
        try:
            published = self._get(endpoints.keys)
            with reading("auth0"):
                keys = jwt.PyJWKSet.from_dict(published)
            name = jwt.get_unverified_header(token).get("kid")
            key = next((item for item in keys.keys if item.key_id == name), None)
            if key is None:
                raise TokenInvalidError("The ID token is signed with a key that the tenant does not publish.")
            claims: dict[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=["RS256"],
                audience=attempt.client_id,
                issuer=endpoints.issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "sub", "aud", "iss"]},
            )
        except (jwt.PyJWTError, RecursionError) as invalid:  # older PyJWT recurses into deeply nested tokens
            raise TokenInvalidError(_why(invalid)) from None
        if claims.get("nonce") != attempt.nonce:
            raise TokenInvalidError("The ID token belongs to another login: its nonce does not match.")
        return claims

    def _get(self, url: str) -> dict[str, Any]:
        with http_client(self._policy) as client:
            return _document(client.get(url))


def _document(answer: httpx.Response) -> dict[str, Any]:
    try:
        document = answer.json()
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise unreadable("auth0", "The tenant returned a response that is not JSON.")
    return document


def _why(invalid: Exception) -> str:
    """Describes why a token is invalid."""
    reasons: tuple[tuple[type[jwt.PyJWTError], str], ...] = (
        (jwt.ExpiredSignatureError, "The ID token has expired. Check this machine's clock."),
        (jwt.ImmatureSignatureError, "The ID token was issued in the future. Check this machine's clock."),
        (jwt.InvalidAudienceError, "The ID token was issued for another application."),
        (jwt.InvalidIssuerError, "The ID token was issued by another issuer than the tenant."),
        (jwt.InvalidSignatureError, "The signature of the ID token does not match the tenant's keys."),
        (
            jwt.InvalidAlgorithmError,
            ("The ID token is not signed with RS256. Run `mfa-setup init --harden` to fix the application's settings."),
        ),
    )
    return next((text for kind, text in reasons if isinstance(invalid, kind)), "The ID token cannot be verified.")
