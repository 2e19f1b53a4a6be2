"""Authentication of an application at the token endpoint, by client secret or private-key JWT."""

import secrets
from dataclasses import dataclass, field
from typing import Any

import jwt

from mfa_setup.sandbox.auth0.errors import OAuthError
from mfa_setup.sandbox.auth0.state import JSON, Tenant

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LEEWAY_SECONDS = 10


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A request to the token endpoint.

    Attributes:
        tenant: The tenant that received the request.
        issuer: The issuer of the tokens: `{scheme}://{host}/`, with the host that the caller used.
        fields: The fields of the JSON or form body.
        request: The request as Actions see it.
    """

    tenant: Tenant
    issuer: str
    fields: dict[str, str]
    request: JSON = field(default_factory=dict)

    def need(self, name: str) -> str:
        """Returns a field that the grant requires.

        Raises:
            OAuthError: 400 `invalid_request`: the field is missing.
        """
        if not self.fields.get(name):
            raise OAuthError(400, "invalid_request", f"Missing required parameter: {name}")
        return self.fields[name]


def authenticate_client(asked: TokenRequest) -> JSON:
    """Returns the application that the request authenticates as.

    Raises:
        OAuthError: 401 `access_denied` for a wrong secret or an unknown client, `invalid_client` for an assertion.
    """
    if asked.fields.get("client_assertion_type") == _ASSERTION:
        return _by_assertion(asked)
    client = asked.tenant.clients.get(asked.fields.get("client_id", ""))
    secret = asked.fields.get("client_secret", "")
    if client is None or not secrets.compare_digest(secret.encode(), client["client_secret"].encode()):
        # The body is that of public issue threads; not verified: the status.
        raise OAuthError(401, "access_denied", "Unauthorized")
    return client


def _by_assertion(asked: TokenRequest) -> JSON:
    assertion = asked.need("client_assertion")
    try:
        client_id = str(jwt.decode(assertion, options={"verify_signature": False}).get("sub"))
    except (jwt.InvalidTokenError, RecursionError) as error:
        raise _refused(error) from error
    failure: Exception = ValueError("no public key is registered for this client")
    for pem in asked.tenant.public_keys.get(client_id, ()):
        try:
            claims = _claims(asked, assertion, pem, client_id)
        except jwt.InvalidTokenError as error:
            failure = error
        else:
            _only_once(asked.tenant, claims["jti"])
            return asked.tenant.clients[client_id]
    raise _refused(failure)


def _claims(asked: TokenRequest, assertion: str, pem: str, client_id: str) -> dict[str, Any]:
    # The documented audience is `https://{domain}/`; the sandbox also accepts its own scheme.
    names = [f"https://{host}/" for host in asked.tenant.hosts]
    options: Any = {"require": ["exp", "iss", "sub", "aud", "jti"]}
    return jwt.decode(
        assertion,
        pem,
        algorithms=["RS256", "RS384", "PS256"],
        audience=[asked.issuer, *names],
        issuer=client_id,
        leeway=_LEEWAY_SECONDS,
        options=options,
    )


def _only_once(tenant: Tenant, jti: str) -> None:
    if jti in tenant.assertions:
        raise _refused(ValueError("it has been used already"))
    tenant.assertions.add(jti)


def _refused(error: Exception) -> OAuthError:
    # not verified: the texts for a rejected assertion
    return OAuthError(401, "invalid_client", f"Client assertion is not valid: {error}")
