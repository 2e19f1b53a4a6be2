"""The access token of the Management API: requested, read from the cache, or given by the user.

Source: Auth0 docs, "Get Management API access tokens" and "Authenticate with private key JWT";
`POST /oauth/token` of the Authentication API. The SDK's own provider speaks https only, caches in memory and sets a
fixed time-out, so the one request is made here.
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
"""Auth0 advises a lifetime of at most a minute for a client assertion."""
LONGEST_LIFE = 10.0**9
"""In seconds; Auth0 allows a month at most."""


class TokenSource:
    """The token of one run: asked for once, renewed once if it is of an earlier run, and once if it ends in this one.

    `cache` is the folder that keeps tokens for later runs; None keeps none.
    `learned` is told of every secret that the run comes to know by it, so that it is masked from then on.
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
        self._replaced = credentials.token is not None  # a ready one cannot be
        self._lock = threading.RLock()  # reads go out side by side, and may all find the token refused

    def value(self) -> str:
        """The token itself, for the Authorization header.

        Raises:
            CredentialsRefusedError, ForbiddenError: Auth0 gives none.
            UnavailableError: Auth0 does not answer.
        """
        return self._current().value.get_secret_value()

    def scopes(self) -> frozenset[str] | None:
        """The scopes of the token; None if neither the response nor the token lists them."""
        return self._current().scopes

    @property
    def stack(self) -> PhoneStack | None:
        """The tenant's phone stack, as an earlier run or this one read it."""
        return self._current().stack

    def remember(self, stack: PhoneStack) -> None:
        """Keeps the phone stack for later runs."""
        with self._lock:
            self._token = self._current().model_copy(update={"stack": stack})

    @property
    def last_limit(self) -> tuple[Headroom, float] | None:
        """What an earlier run's last answer said of the rate limit, and how many seconds ago that was."""
        with self._lock:
            if self._token is None and self._credentials.token is None and (kept := self._cached()):
                self._take(kept)
            if self._token is None or self._token.headroom is None:
                return None
            return self._token.headroom, max(0.0, time.time() - self._token.seen_at)

    def keep(self, headroom: Headroom | None) -> None:
        """Keeps what this run has learned with the token, for the next one; not where another run has a newer token."""
        with self._lock:
            if self._token is None or self._credentials.token is not None:
                return
            kept = self._cache.get()
            if kept is not None and kept.value == self._token.value:
                limits = {"headroom": headroom, "seen_at": time.time()} if headroom else {}
                self._cache.put(self._token.model_copy(update=limits))

    def renew(self, refused: str | None = None, *, expired: bool = False) -> bool:
        """Drops a token, so that the next use asks for a new one; False where that promises nothing.

        It does for a token from the cache, and once for one that this run has used before (`expired`). Where another
        request has done so since `refused` was sent, nothing is dropped, and the answer is True.
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
        """Uses a token from now on, and tells that it is a secret."""
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
        """Whether a token is for this tenant, as far as it tells."""
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
        """What shows that we are the client: its secret, or a signed assertion."""
        key = self._credentials.private_key
        if key is None:
            secret = self._credentials.client_secret or SecretStr("")
            return {"client_secret": secret.get_secret_value()}
        import jwt  # noqa: PLC0415 slow to import, and needed for a private key only

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
