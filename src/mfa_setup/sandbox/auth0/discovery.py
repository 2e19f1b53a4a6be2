"""The documents that describe the tenant to clients: `/.well-known/*`."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mfa_setup.sandbox.auth0.errors import OAuthError
from mfa_setup.sandbox.auth0.oauth import issuer_of, tenant_of


async def jwks(request: Request) -> Response:
    """GET /.well-known/jwks.json (docs)."""
    try:
        return JSONResponse(tenant_of(request).key.jwks())
    except OAuthError as error:
        return error.response()


async def openid_configuration(request: Request) -> Response:
    """GET /.well-known/openid-configuration (docs)."""
    try:
        tenant = tenant_of(request)
    except OAuthError as error:
        return error.response()
    issuer = issuer_of(request, tenant)
    body = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}authorize",
        "token_endpoint": f"{issuer}oauth/token",
        "userinfo_endpoint": f"{issuer}userinfo",
        "mfa_challenge_endpoint": f"{issuer}mfa/challenge",
        "jwks_uri": f"{issuer}.well-known/jwks.json",
        "scopes_supported": ["openid", "profile", "offline_access", "name", "email", "phone"],
        "response_types_supported": ["code", "token", "id_token", "code token", "code id_token"],
        "code_challenge_methods_supported": ["S256", "plain"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["public"],
        "token_endpoint_auth_methods_supported": [
            "client_secret_basic",
            "client_secret_post",
            "private_key_jwt",
        ],
        "claims_supported": ["aud", "email", "exp", "iat", "iss", "name", "nickname", "picture", "sub"],
        "id_token_signing_alg_values_supported": ["HS256", "RS256", "PS256"],
    }
    logout = tenant.settings.get("oidc_logout") or {}
    if logout.get("rp_logout_end_session_endpoint_discovery"):
        body["end_session_endpoint"] = f"{issuer}oidc/logout"
    return JSONResponse(body)


def routes() -> list[Route]:
    """Returns the routes of the key set and the OpenID configuration."""
    return [
        Route("/.well-known/jwks.json", jwks, methods=["GET"]),
        Route("/.well-known/openid-configuration", openid_configuration, methods=["GET"]),
    ]
