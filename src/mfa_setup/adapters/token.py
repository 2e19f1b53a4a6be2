"""The access token of the Management API: requested, read from the cache, or given by the user.

Source: Auth0 docs, "Get Management API access tokens" and "Authenticate with private key JWT";
`POST /oauth/token` of the Authentication API. The SDK's own token provider supports only https, caches in memory and
sets a fixed timeout, so this module sends the one request itself.
"""

import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from mfa_setup.adapters.answers import document, unreadable
from mfa_setup.adapters.auth0_refusals import classify_token
from mfa_setup.adapters.http import client as http_client
from mfa_setup.adapters.http_policy import READS, HttpPolicy, HttpSettings
from mfa_setup.errors import CredentialsRefusedError, InvalidValueError
from mfa_setup.model.readiness import Headroom
from mfa_setup.model.types import PhoneStack
from mfa_setup.settings.credentials import Auth0Credentials, audiences_of, claims_of
from mfa_setup.store.tokens import Token, TokenCache, is_token

ASSERTION_SECONDS = 60
"""The lifetime of a client assertion, in seconds; Auth0 advises at most a minute."""
LONGEST_LIFE = 10.0**9
"""The longest accepted token lifetime, in seconds; Auth0 allows at most a month."""


class TokenSource:
    """The access token of one run: requested once, and renewed once if it came from the cache and once if it expires.

    `cache` is the folder that stores tokens for later runs; None disables the cache.
    `learned` is called with every secret that the run obtains through this class, so that output masks it from then on.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Auth0Credentials,
        *,
        cache: Path | None,
        settings: HttpSettings,
        learned: Callable[[SecretStr], None] = lambda _secret: None,
    ) -> None:
        self._learned = learned
        self._base_url = base_url
        self._credentials = credentials
        secret = credentials.private_key or credentials.client_secret or SecretStr("")
        self._cache = TokenCache(
            cache, base_url, credentials.audience, credentials.client_id or "", secret.get_secret_value()
        )
        # Asking for a token changes nothing, so it may be repeated.
        asks = READS | {"POST"}
        self._policy = HttpPolicy("auth0", classify_token, repeatable=asks, harmless=asks, settings=settings)
        self._token: Token | None = None
        self._replaced = credentials.token is not None  # a token given by the user cannot be renewed
        self._lock = threading.RLock()  # reads run in parallel, and all of them may have the token rejected

    def value(self) -> str:
        """Returns the token for the Authorization header.

        Raises:
            CredentialsRefusedError, ForbiddenError: Auth0 refuses to issue a token.
            UnavailableError: Auth0 does not respond.
        """
        return self._current().value.get_secret_value()

    def scopes(self) -> frozenset[str] | None:
        """Returns the scopes of the token; None if neither the response nor the token lists them."""
        return self._current().scopes

    @property
    def stack(self) -> PhoneStack | None:
        """The tenant's phone stack as read by this run or an earlier one; None if it has not been read."""
        return self._current().stack

    def remember(self, stack: PhoneStack) -> None:
        """Sets the phone stack that is cached for later runs."""
        with self._lock:
            self._token = self._current().model_copy(update={"stack": stack})

    @property
    def last_limit(self) -> tuple[Headroom, float] | None:
        """The rate limit in an earlier run's last response, and how many seconds ago that was; None if unknown."""
        with self._lock:
            if self._token is None and self._credentials.token is None and (kept := self._cached()):
                self._take(kept)
            if self._token is None or self._token.headroom is None:
                return None
            return self._token.headroom, max(0.0, time.time() - self._token.seen_at)

    def keep(self, headroom: Headroom | None) -> None:
        """Caches the phone stack and the rate limit with the token, unless another run has cached a newer token."""
        with self._lock:
            if self._token is None or self._credentials.token is not None:
                return
            kept = self._cache.get()
            if kept is not None and kept.value == self._token.value:
                limits = {"headroom": headroom, "seen_at": time.time()} if headroom else {}
                self._cache.put(self._token.model_copy(update=limits))

    def renew(self, refused: str | None = None, *, expired: bool = False) -> bool:
        """Drops the token, so that the next use requests a new one; returns False if a new one would not help.

        A token from the cache is dropped, and once a token that this run has used before (`expired`). If another
        request has already replaced the token since `refused` was sent, nothing is dropped and the result is True.
        """
        with self._lock:
            if self._token is None:
                return refused is not None
            if refused is not None and self._token.value.get_secret_value() != refused:
                return True
            if not self._token.cached:
                if self._replaced or not expired:
                    return False
                self._replaced = True
            self._cache.drop()
            self._token = None
            return True

    def _current(self) -> Token:
        with self._lock:
            return self._token or self._take(self._ready() or self._cached() or self._ask())

    def _take(self, token: Token) -> Token:
        """Uses a token from now on, and reports it as a secret to mask."""
        self._token = token
        self._learned(token.value)
        return token

    def _ready(self) -> Token | None:
        if self._credentials.token is None:
            return None
        claims = claims_of(self._credentials.token)
        expiry = claims.get("exp")
        expires = float(expiry) if isinstance(expiry, (int, float)) and abs(expiry) < 10**12 else time.time() + 86400
        if expires < time.time():
            raise CredentialsRefusedError(
                "The access token in AUTH0_API_TOKEN has expired.",
                hint="Get a new token (valid for 24 hours), or set AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET.",
                service="auth0",
            )
        token = Token(value=self._credentials.token, expires_at=expires, scopes=_scopes(claims))
        if not self._is_for_tenant(token):
            raise InvalidValueError(
                f"The access token in AUTH0_API_TOKEN was issued for another API than {self._credentials.audience}.",
                hint="Use a token of this tenant, or set AUTH0_AUDIENCE to the audience of the token.",
            )
        return token

    def _cached(self) -> Token | None:
        token = self._cache.get()
        return token if token and self._is_for_tenant(token) else None

    def _is_for_tenant(self, token: Token) -> bool:
        """Whether a token is for this tenant; True if the token does not name its audience."""
        audiences = audiences_of(token.value)
        return not audiences or self._credentials.audience in audiences

    def _ask(self) -> Token:
        body = {
            "grant_type": "client_credentials",
            "audience": self._credentials.audience,
            "client_id": self._credentials.client_id,
            **self._proof(),
        }
        with http_client(self._policy) as client:
            answer = client.post(f"{self._base_url}/oauth/token", json=body)
        token = _read(answer)
        if not self._is_for_tenant(token):
            raise unreadable(
                "auth0", f"Auth0 issued an access token for another audience than {self._credentials.audience}."
            )
        self._cache.put(token)
        return token

    def _proof(self) -> dict[str, str]:
        """Returns the parameters that authenticate the client: its secret, or a signed assertion."""
        key = self._credentials.private_key
        if key is None:
            secret = self._credentials.client_secret or SecretStr("")
            return {"client_secret": secret.get_secret_value()}
        import jwt  # noqa: PLC0415 slow to import, and only needed for a private key

        now = int(time.time())
        name = self._credentials.client_id
        claims = {
            "iss": name,
            "sub": name,
            "aud": f"{self._base_url}/",
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
            "jti": secrets.token_urlsafe(24),
        }
        try:
            signed = jwt.encode(claims, key.get_secret_value(), algorithm=self._credentials.signing_alg)
        except (ValueError, TypeError, jwt.PyJWTError) as unusable:
            raise InvalidValueError(
                "The private key in AUTH0_CLIENT_ASSERTION_PRIVATE_KEY cannot be used with "
                f"{self._credentials.signing_alg}.",
                hint="Set an RSA private key in PEM format, and its algorithm in "
                "AUTH0_CLIENT_ASSERTION_SIGNING_ALG (RS256, RS384 or PS256).",
            ) from unusable
        self._learned(SecretStr(signed))
        return {
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": signed,
        }


def _read(answer: httpx.Response) -> Token:
    body = document(answer.text)
    given, lifetime = body.get("access_token"), body.get("expires_in")
    if not is_token(given) or not isinstance(lifetime, (int, float)) or not 0 < lifetime < LONGEST_LIFE:
        raise unreadable("auth0", "Auth0 returned no access token in its response to the token request.")
    value = SecretStr(str(given))
    granted = body.get("scope")
    scopes = frozenset(granted.split()) if isinstance(granted, str) else _scopes(claims_of(value))
    return Token(value=value, expires_at=time.time() + lifetime, scopes=scopes)


def _scopes(claims: dict[str, Any]) -> frozenset[str] | None:
    scope = claims.get("scope")
    return frozenset(scope.split()) if isinstance(scope, str) else None
