"""A request to the login, with the tenant that it reached."""

from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from mfa_setup.sandbox.auth0.errors import OAuthError
from mfa_setup.sandbox.auth0.oauth import issuer_of, tenant_of
from mfa_setup.sandbox.auth0.seen import seen_by_actions
from mfa_setup.sandbox.auth0.state import JSON, Tenant
from mfa_setup.sandbox.login.state import LoginState
from mfa_setup.sandbox.payloads import is_form, read_form

_OF_THE_EVENT = ("client_id", "connection", "user_id", "user_name", "ip")


@dataclass(frozen=True, slots=True)
class Visit:
    """A request to the login, with its tenant and the data read from the request.

    Attributes:
        tenant: The tenant that received the request.
        issuer: The issuer of the tokens: `{scheme}://{host}/`, with the host that the caller used.
        cookies: The browser's cookies.
        form: The fields of a submitted form.
        peer: The IP address of the browser.
        request: The request as Actions see it.
    """

    tenant: Tenant
    issuer: str
    cookies: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)
    peer: str = ""
    request: JSON = field(default_factory=dict)

    @property
    def login(self) -> LoginState:
        """The state of the tenant's logins."""
        return self.tenant.login

    @property
    def now(self) -> float:
        """The time of the login's clock, in seconds since the epoch."""
        return self.login.clock()

    def client(self, client_id: str) -> JSON:
        """Returns the application with this client ID."""
        return self.tenant.clients[client_id]

    def note(self, kind: str, description: str, **details: Any) -> None:
        """Writes an event into the tenant's log; the types are those of the docs."""
        # not verified: the layout of `details`
        known = {name: value for name, value in details.items() if value is not None} | {"ip": self.peer}
        about = {name: known.pop(name) for name in _OF_THE_EVENT if known.get(name)}
        if about.get("client_id") in self.tenant.clients:
            about["client_name"] = self.client(about["client_id"])["name"]
        self.tenant.log(kind, description, about, **known)


async def visit_of(request: Request) -> Visit:
    """Returns the visit of a request.

    Raises:
        OAuthError: 404: no tenant has this host name; 400: the form cannot be parsed.
    """
    tenant = tenant_of(request)
    fields: dict[str, str] = {}
    if request.method == "POST":
        fields = await _form(request)
    peer = request.client.host if request.client else ""
    seen = seen_by_actions(request, fields)
    return Visit(tenant, issuer_of(request, tenant), dict(request.cookies), fields, peer, seen)


async def _form(request: Request) -> dict[str, str]:
    """Returns the fields of a form; empty for any other body, which a handler can still read."""
    raw = await request.body()
    try:
        return dict(read_form(raw)) if is_form(request.headers.get("content-type", "")) else {}
    except ValueError as error:
        raise OAuthError(400, "invalid_request", "Invalid request payload") from error
