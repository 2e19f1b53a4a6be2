"""Access tokens: the tenant's RS256 key, minting, and the checks of the Management API."""

import re
import secrets
import time
from functools import cached_property
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from mfa_setup.sandbox.auth0.errors import ManagementError

_BEARER = re.compile(r"^Bearer ([^.\s]+\.[^.\s]+\.[^.\s]+)$", re.IGNORECASE)


class SigningKey:
    """An RS256 key with its ID, as published under `/.well-known/jwks.json`.

    Args:
        shared: The key whose private half this one reuses, because creating 1,000 of them takes a minute. The IDs
            differ, and a token with the ID of another key is rejected.

    Attributes:
        kid: The key's ID, in the header of each token.
    """

    def __init__(self, shared: "SigningKey | None" = None) -> None:
        self.kid = secrets.token_urlsafe(16)
        self._shared = shared

    @cached_property
    def private(self) -> rsa.RSAPrivateKey:
        """The private half, which is created when it is first needed, because that takes a while."""
        if self._shared is not None:
            return self._shared.private
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def jwks(self) -> dict[str, Any]:
        """Returns the key set document (RFC 7517) as Auth0 publishes it, except for the certificate."""
        key = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        public = {name: key[name] for name in ("kty", "n", "e")}
        return {"keys": [public | {"use": "sig", "alg": "RS256", "kid": self.kid}]}

    def sign(self, claims: dict[str, Any]) -> str:
        """Returns a JWT over `claims`, without adding any."""
        return jwt.encode(claims, self.private, algorithm="RS256", headers={"kid": self.kid})

    def claims(self, token: str, audiences: tuple[str, ...]) -> dict[str, Any]:
        """Returns the claims of an unexpired token that this key signed for one of `audiences`.

        Raises:
            jwt.InvalidTokenError: The token is not valid, has expired, or has another key or audience.
        """
        return self.decode(token, {"require": ["exp", "aud"]}, audiences)

    def decode(self, token: str, options: Any, audiences: tuple[str, ...] | None = None) -> dict[str, Any]:
        """Returns the claims of a token that this key signed, checked according to PyJWT's `options`.

        Raises:
            jwt.InvalidTokenError: The token is not valid, or another key signed it.
        """
        try:
            if jwt.get_unverified_header(token).get("kid", self.kid) != self.kid:
                raise jwt.InvalidSignatureError("Signed by the key of another tenant")
            key = self.private.public_key()
            return jwt.decode(token, key, algorithms=["RS256"], audience=audiences, options=options)
        except RecursionError as nested:  # older PyJWT versions raise it
            raise jwt.DecodeError("Invalid header string") from nested


def mint(key: SigningKey, *, issuer: str, client_id: str, audience: str, scope: str, expires_in: int = 86400) -> str:
    """Mints an access token of the client-credentials grant; it expires after 86400 s by default (docs)."""
    now = int(time.time())
    return key.sign(
        {
            "iss": issuer,
            "sub": f"{client_id}@clients",
            "aud": audience,
            "iat": now,
            "exp": now + expires_in,
            "scope": scope,
            "gty": "client-credentials",
            "azp": client_id,
        }
    )


def authenticate(key: SigningKey, header: str | None, audiences: tuple[str, ...]) -> dict[str, Any]:
    """Returns the claims of the bearer token in `header`.

    Raises:
        ManagementError: 400 `Bearer` for a malformed header (recorded), 401 for a missing or rejected token.
    """
    if header is None:
        # not verified: the 401 bodies were never recorded
        raise ManagementError(401, "Missing authentication", extra=_attributes("Missing authentication"))
    found = _BEARER.match(header)
    if found is None:
        raise ManagementError(400, "Bad HTTP authentication header format", "Bearer")
    try:
        return key.claims(found[1], audiences)
    except jwt.ExpiredSignatureError as error:
        raise _unauthorized("Expired token received for JSON Web Token validation") from error
    except jwt.InvalidSignatureError as error:
        raise _unauthorized("Invalid signature received for JSON Web Token validation") from error
    except jwt.InvalidAudienceError as error:
        raise _unauthorized("Bad audience: " + ", ".join(audiences[:1])) from error
    except jwt.InvalidTokenError as error:
        raise _unauthorized("Invalid token") from error


def require_scope(held: frozenset[str], wanted: tuple[str, ...]) -> None:
    """Rejects a token that has none of the scopes, with the recorded text.

    Raises:
        ManagementError: 403 `insufficient_scope`: the token has none of the scopes.
    """
    if wanted and held.isdisjoint(wanted):
        message = f"Insufficient scope, expected any of: {','.join(wanted)}"
        raise ManagementError(403, message, "insufficient_scope")


def _unauthorized(message: str) -> ManagementError:
    # not verified: the 401 bodies were never recorded
    return ManagementError(401, message, extra=_attributes(message))


def _attributes(message: str) -> dict[str, Any]:
    return {"attributes": {"error": message}}
