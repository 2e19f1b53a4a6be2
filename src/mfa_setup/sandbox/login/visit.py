"""One request to the login, with the tenant that it reached."""

from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from mfa_setup.sandbox.auth0.errors import OAuthError
from mfa_setup.sandbox.auth0.oauth import issuer_of, tenant_of
from mfa_setup.sandbox.auth0.state import JSON, Tenant
from mfa_setup.sandbox.login.state import LoginState
from mfa_setup.sandbox.payloads import is_form, read_form

_OF_THE_EVENT = ("client_id", "connection", "user_id", "user_name", "ip")


@dataclass(frozen=True, slots=True)
class Visit:
    """A request with what is behind it.

    Attributes:
        tenant: The tenant that was called.
        issuer: `{scheme}://{host}/`, as the caller reached it.
        cookies: The browser's cookies.
        form: The fields of a form that was sent.
        peer: The address of the browser.
    """

    tenant: Tenant
    issuer: str
    cookies: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)
    peer: str = ""

    @property
    def login(self) -> LoginState:
        """What the tenant's logins remember."""
        return self.tenant.login

    @property
    def now(self) -> float:
        """The time."""
        return self.login.clock()

    def client(self, client_id: str) -> JSON:
        """The application."""
        return self.tenant.clients[client_id]

    def note(self, kind: str, description: str, **details: Any) -> None:
        """Write an event into the tenant's log; the types are those of the docs."""
        # not verified: the layout of `details`
        known = {name: value for name, value in details.items() if value is not None} | {"ip": self.peer}
        about = {name: known.pop(name) for name in _OF_THE_EVENT if known.get(name)}
        if about.get("client_id") in self.tenant.clients:
            about["client_name"] = self.client(about["client_id"])["name"]
        self.tenant.log(kind, description, about, **known)


async def visit_of(request: Request) -> Visit:
    """The visit behind a request.

    Raises:
        OAuthError: 404: the host is not this machine; 400: the form cannot be read.
    """
    tenant = tenant_of(request)
    fields: dict[str, str] = {}
    if request.method == "POST":
        fields = await _form(request)
    peer = request.client.host if request.client else ""
    return Visit(tenant, issuer_of(request, tenant), dict(request.cookies), fields, peer)


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form; none where something else was sent, which a handler can still read."""
    raw = await request.body()
    try:
        return dict(read_form(raw)) if is_form(request.headers.get("content-type", "")) else {}
    except ValueError as error:
        raise OAuthError(400, "invalid_request", "Invalid request payload") from error
