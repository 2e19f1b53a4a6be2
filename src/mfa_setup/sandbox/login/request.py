"""The checks of `/authorize` (docs, OpenAPI of the Authentication API)."""

from collections.abc import Mapping

from mfa_setup.sandbox.auth0.state import JSON
from mfa_setup.sandbox.login import audiences
from mfa_setup.sandbox.login.errors import AuthorizeError, PageError
from mfa_setup.sandbox.login.records import AuthRequest, Target
from mfa_setup.sandbox.login.urls import allows, origin_of, web_origins
from mfa_setup.sandbox.login.visit import Visit

RESPONSE_MODES = ("query", "fragment", "form_post", "web_message")
_PROMPTS = ("", "none", "login", "consent", "select_account")
_WENT_WRONG = "Oops!, something went wrong"


def target_of(visit: Visit, given: Mapping[str, str]) -> Target:
    """Returns the destination of the answer; errors found here are never sent to the requested URL.

    Raises:
        PageError: The application does not exist, or the URL is not one of its own.
    """
    client = visit.tenant.clients.get(given.get("client_id", ""))
    if client is None:
        # not verified: text and status for an application that does not exist
        raise PageError(_WENT_WRONG, f"Unknown client: {given.get('client_id', '')}")
    callbacks = client.get("callbacks") or []
    redirect_uri = given.get("redirect_uri") or next(iter(callbacks), "")
    if not allows(callbacks, redirect_uri):
        text = f"The provided redirect_uri is not in the list of allowed callback URLs: {redirect_uri or 'none'}"
        visit.note("f", f"Callback URL mismatch. {redirect_uri} is not in the list of allowed callback URLs")
        raise PageError("Callback URL mismatch.", text, 403)
    mode = given.get("response_mode") or "query"
    if mode == "web_message" and origin_of(redirect_uri) not in web_origins(client):
        # not verified: text and status; verified: the origin must be an allowed web origin (docs)
        raise PageError(_WENT_WRONG, f"{origin_of(redirect_uri)} is not an allowed web origin of the application.", 403)
    return Target(client["client_id"], redirect_uri, mode, given.get("state"))


def request_of(visit: Visit, given: Mapping[str, str], target: Target) -> AuthRequest:
    """Returns the request if it is valid.

    Raises:
        AuthorizeError: The request is not valid; the error is sent to the application.
    """
    client = visit.client(target.client_id)
    _check_response(given, target, client)
    if given["response_type"] == "code":
        _check_pkce(given, client)
    audience = audiences.chosen(visit, given.get("audience", ""))
    if audience and not audiences.exists(visit, audience):
        raise AuthorizeError("access_denied", f"Service not found: {audience}")
    return AuthRequest(
        target=target,
        connection=_connection(visit, client, given.get("connection")),
        scope=audiences.granted_scope(visit, audience, tuple(dict.fromkeys(given.get("scope", "").split()))),
        audience=audience,
        nonce=given.get("nonce"),
        challenge=given.get("code_challenge"),
        method=given.get("code_challenge_method", "S256"),
        prompt=_prompt(given),
        max_age=_max_age(given.get("max_age")),
        login_hint=given.get("login_hint", ""),
        screen_hint=given.get("screen_hint", ""),
        acr_values=tuple(given.get("acr_values", "").split()),
        response_type=given["response_type"],
        organization=organization_of(visit, client, given.get("organization", "")),
    )


def _check_response(given: Mapping[str, str], target: Target, client: JSON) -> None:
    kind = given.get("response_type")
    if not kind:
        raise AuthorizeError("invalid_request", "Missing required parameter: response_type")
    if kind != "code" and (kind, target.response_mode) != ("id_token", "form_post"):
        # The service has more implicit and hybrid flows; the sandbox supports only an ID token sent by a form.
        raise AuthorizeError("unsupported_response_type", f"Unsupported response type: {kind}")
    if target.response_mode not in RESPONSE_MODES:
        raise AuthorizeError("invalid_request", f"Unsupported response mode: {target.response_mode}")
    grant = "authorization_code" if kind == "code" else "implicit"
    if grant not in (client.get("grant_types") or ()):
        raise AuthorizeError("unauthorized_client", f"Grant type '{grant}' not allowed for the client.")
    if kind == "id_token" and not given.get("nonce"):
        # OpenID Connect requires a nonce in this flow; not verified: the text
        raise AuthorizeError("invalid_request", "Missing required parameter: nonce")


def _check_pkce(given: Mapping[str, str], client: JSON) -> None:
    method = given.get("code_challenge_method", "S256")
    if given.get("code_challenge"):
        if method not in ("S256", "plain") or (method == "plain" and is_public(client)):
            raise AuthorizeError("invalid_request", f"Unsupported code_challenge_method: {method}")
    elif is_public(client):
        # not verified: whether the service rejects it here or only at the token endpoint
        raise AuthorizeError("invalid_request", "Missing required parameter: code_challenge")


def organization_of(visit: Visit, client: JSON, wanted: str) -> str:
    """Returns the ID of the organization that the user logs in to; empty if there is none.

    Raises:
        AuthorizeError: The application requires an organization or allows none, or the tenant has no such organization.
    """
    # not verified: the texts; and that `organization_require_behavior` has no effect, since there is no prompt for it
    usage = client.get("organization_usage") or "deny"
    if not wanted:
        if usage == "require":
            raise AuthorizeError("invalid_request", "parameter organization is required for this client")
        return ""
    if usage == "deny":
        raise AuthorizeError("invalid_request", "parameter organization is not allowed for this client")
    by_name = visit.tenant.settings.get("allow_organization_name_in_authentication_api")
    for organization_id, organization in visit.tenant.organizations.items():
        if wanted == organization_id or (by_name and wanted == organization["name"]):
            return organization_id
    raise AuthorizeError("invalid_request", f"parameter organization is invalid: {wanted}")


def is_public(client: JSON) -> bool:
    """Whether the application has no secret to authenticate with."""
    return bool(client.get("token_endpoint_auth_method") == "none")


def _connection(visit: Visit, client: JSON, wanted: str | None) -> str:
    """Returns the name of the database connection that the users log in with."""
    names = databases(visit, client)
    if wanted and wanted not in names:
        raise AuthorizeError("invalid_request", "the connection was not found")
    if not names:
        # The text is that of public threads; not verified: whether a page shows it instead.
        raise AuthorizeError("invalid_request", "no connections enabled for the client")
    return wanted or names[0]


def databases(visit: Visit, client: JSON) -> list[str]:
    """Returns the names of the database connections that the application may use."""
    tenant = visit.tenant
    return [
        connection["name"]
        for key, connection in tenant.connections.items()
        if connection["strategy"] == "auth0" and client["client_id"] in tenant.enabled.get(key, ())
    ]


def _prompt(given: Mapping[str, str]) -> str:
    prompt = given.get("prompt", "")
    if prompt not in _PROMPTS:
        raise AuthorizeError("invalid_request", f"Unsupported prompt: {prompt}")
    return prompt


def _max_age(text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise AuthorizeError("invalid_request", "max_age must be a number of seconds")
    return int(text)
