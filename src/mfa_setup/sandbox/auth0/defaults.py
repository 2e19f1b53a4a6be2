"""The default values of new applications and connections, as recorded."""

from mfa_setup.sandbox.auth0.state import JSON
from mfa_setup.sandbox.auth0.tool import ToolClient

_CODE_GRANTS = ["authorization_code", "implicit", "refresh_token"]


def refresh_token(*, confidential: bool, expiring: bool = False) -> JSON:
    """Returns the refresh-token defaults; tokens of a client with a secret live longer (recorded)."""
    return {
        "expiration_type": "expiring" if expiring else "non-expiring",
        "leeway": 0,
        # not verified: false for tokens that expire; OpenAPI: true would take precedence over the lifetimes
        "infinite_token_lifetime": not expiring,
        "infinite_idle_token_lifetime": not expiring,
        "token_lifetime": 31557600 if confidential else 2592000,
        "idle_token_lifetime": 2592000 if confidential else 1296000,
        "rotation_type": "non-rotating",
    }


def completed_refresh_token(client: JSON, given: JSON) -> JSON:
    """Returns the client's `refresh_token` settings over the defaults for its kind of client and of expiry."""
    confidential = client.get("token_endpoint_auth_method") in ("client_secret_post", "client_secret_basic")
    return refresh_token(confidential=confidential, expiring=given.get("expiration_type") == "expiring") | given


def jwt_configuration() -> JSON:
    """Returns the ID-token defaults: without `alg`, which means HS256 (recorded)."""
    return {"secret_encoded": False, "lifetime_in_seconds": 36000}


def client_defaults(body: JSON) -> JSON:
    """Returns the fields that `POST /clients` adds (recorded); callbacks, logout URLs and origins stay absent."""
    method = body.get("token_endpoint_auth_method")
    third_party = body.get("is_first_party") is False
    given = {"rotation_type": "rotating", "expiration_type": "expiring"} if third_party else {}
    defaults: JSON = {
        "is_first_party": True,
        "is_token_endpoint_ip_header_trusted": False,
        "oidc_conformant": third_party,
        "sso_disabled": False,
        "cross_origin_authentication": False,
        "cross_origin_auth": False,
        "custom_login_page_on": True,
        "callback_url_template": False,
        "jwt_configuration": jwt_configuration(),
        "refresh_token": completed_refresh_token(body, given),
        "grant_types": _CODE_GRANTS + ([] if method == "none" else ["client_credentials"]),
    }
    return defaults | ({"third_party_security_mode": "permissive"} if third_party else {})


def tool_client(tool: ToolClient) -> JSON:
    """Builds the application whose credentials the sandbox hands out, in the form of the recorded "Deploy CLI"."""
    return {
        "tenant": "localhost",
        "global": False,
        "is_token_endpoint_ip_header_trusted": False,
        "name": "mfa-setup",
        "is_first_party": True,
        "oidc_conformant": True,
        "sso_disabled": False,
        "cross_origin_auth": False,
        "refresh_token": refresh_token(confidential=True),
        "cross_origin_authentication": False,
        "allowed_clients": [],
        "callbacks": [],
        "native_social_login": {"apple": {"enabled": False}, "facebook": {"enabled": False}},
        "client_id": tool.client_id,
        "callback_url_template": False,
        "client_secret": tool.client_secret,
        "jwt_configuration": jwt_configuration() | {"alg": "RS256"},
        "client_aliases": [],
        "token_endpoint_auth_method": "client_secret_post",
        "app_type": "non_interactive",
        "grant_types": ["client_credentials"],
        "custom_login_page_on": True,
    }


def global_client(tool: ToolClient) -> JSON:
    """Builds the hidden "All Applications" client that the list shows unless `is_global=false` (recorded)."""
    return {
        "tenant": "localhost",
        "global": True,
        "callbacks": [],
        "is_first_party": True,
        "name": "All Applications",
        "refresh_token": refresh_token(confidential=False),
        "cross_origin_authentication": True,
        "client_id": tool.global_id,
        "client_secret": tool.client_secret[::-1],
        "custom_login_page_on": True,
    }


def database_connection(tool: ToolClient) -> JSON:
    """Builds the default database connection, with the options that a plain `POST /connections` answers."""
    return connection(tool.connection_id, "Username-Password-Authentication", "auth0", {})


def connection(connection_id: str, name: str, strategy: str, options: JSON) -> JSON:
    """Builds a connection as recorded; only database connections have default options."""
    defaults: JSON = {
        "mfa": {"active": True, "return_enroll_settings": True},
        "passwordPolicy": "good",
        "strategy_version": 2,
        "authentication_methods": {
            "password": {"enabled": True, "api_behavior": "required"},
            "passkey": {"enabled": False},
        },
        "passkey_options": {
            "challenge_ui": "both",
            "progressive_enrollment_enabled": True,
            "local_enrollment_enabled": True,
        },
        "brute_force_protection": True,
    }
    return {
        "id": connection_id,
        "options": (defaults if strategy == "auth0" else {}) | options,
        "strategy": strategy,
        "name": name,
        "is_domain_connection": False,
        "authentication": {"active": True},
        "connected_accounts": {"active": False},
        "realms": [name],
    }
