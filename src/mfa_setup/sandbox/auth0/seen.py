"""A request as Actions see it: `event.request` (docs)."""

from starlette.requests import Request

from mfa_setup.sandbox.auth0.state import JSON

_SECRET = ("password", "client_secret", "client_assertion", "refresh_token", "code", "code_verifier", "mfa_token")


def seen_by_actions(request: Request, fields: dict[str, str]) -> JSON:
    """Returns `event.request` of a request with these form fields; fields that hold secrets are left out.

    A request from this machine has no place, so `geoip` is empty.
    """
    # not verified: which fields of the body the service leaves out
    headers = request.headers
    optional = {
        "ip": request.client.host if request.client else None,
        "user_agent": headers.get("user-agent"),
        "language": headers.get("accept-language"),
    }
    return {
        "method": request.method,
        "hostname": request.url.hostname,
        "geoip": {},
        "query": dict(request.query_params),
        "body": {name: value for name, value in fields.items() if name not in _SECRET},
    } | {name: value for name, value in optional.items() if value}
