"""The values of one test login: the tenant's endpoints, and the secrets that bind the response to the request.

Source: OpenID Connect Core 1.0, section 3.1.2 (state, nonce); RFC 7636 (PKCE).
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlencode

SCOPE = "openid profile email"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The URLs in the tenant's discovery document."""

    issuer: str
    authorize: str
    token: str
    keys: str


def _random() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One login with its own state, nonce and PKCE verifier; `organization` is the one to log in to, if any."""

    client_id: str
    organization: str | None = None
    state: str = field(default_factory=_random)
    nonce: str = field(default_factory=_random)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(64))

    def url(self, endpoints: Endpoints, redirect_uri: str) -> str:
        """Returns the URL to log in at; `prompt=login` asks for the password even if the browser has a session."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        parameters = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPE,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "prompt": "login",
        }
        if self.organization:
            parameters["organization"] = self.organization
        return f"{endpoints.authorize}?{urlencode(parameters)}"
