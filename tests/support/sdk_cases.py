"""What the tests of auth0-python call, and the tenant that they call it on."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from support import scene
from support.lab import Lab

SENDER, PHONE = "+14155550100", "+14155550123"
BOTH, LEGACY, UNIFIED = ("unified", "legacy"), ("legacy",), ("unified",)
TEMPLATE = {"content": {"body": {"text": "{{ code }} is it", "voice": "{{ code }} is it"}}}
TWILIO = {"sid": "AC1", "default_from": SENDER, "delivery_methods": ["text"]}


class Tenant:
    """What the calls work on; each thing is created manually when a call first needs it."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    @cached_property
    def app(self) -> str:
        """An application."""
        return scene.application(self.lab, callbacks=["http://localhost:3000"])

    @cached_property
    def connection(self) -> str:
        """The database connection."""
        return str(self.lab.auth0("GET", "connections")[0]["id"])

    @cached_property
    def user(self) -> str:
        """A user with a phone."""
        body = {"connection": scene.CONNECTION, "email": "a@example.com", "password": "Correct-horse-9"}
        return str(self.lab.auth0("POST", "users", body)["user_id"])

    @cached_property
    def phone(self) -> str:
        """The user's phone: an authentication method."""
        body = {"type": "phone", "phone_number": PHONE, "preferred_authentication_method": "sms"}
        return str(self.lab.auth0("POST", f"users/{self.user}/authentication-methods", body)["id"])

    @cached_property
    def action(self) -> str:
        """An Action that is bound to post-login."""
        return str(self.lab.control("actions", [{"name": "mfa", "code": ""}])[0]["id"])

    @cached_property
    def version(self) -> str:
        """The version of that Action that runs."""
        return str(self.lab.auth0("GET", f"actions/actions/{self.action}")["deployed_version"]["id"])

    @cached_property
    def execution(self) -> str:
        """A run of that Action."""
        found = {"id": "exec_1", "trigger_id": "post-login", "status": "final", "results": []}
        self.lab.sandbox.world.first.actions.executions["exec_1"] = found
        return "exec_1"

    @cached_property
    def role(self) -> str:
        """A role that the user has."""
        role = self.lab.auth0("POST", "roles", {"name": "admin", "description": "May do anything"})["id"]
        self.lab.auth0("POST", f"users/{self.user}/roles", {"roles": [role]})
        return str(role)

    @cached_property
    def organization(self) -> str:
        """An organization in which the user is a member with that role."""
        made = self.lab.auth0("POST", "organizations", {"name": "acme", "display_name": "Acme Inc."})["id"]
        members = f"organizations/{made}/members"
        self.lab.auth0("POST", members, {"members": [self.user]})
        self.lab.auth0("POST", f"{members}/{self.user}/roles", {"roles": [self.role]})
        return str(made)

    @cached_property
    def domain(self) -> str:
        """A custom domain that is not verified."""
        body = {"domain": "login.example.com", "type": "auth0_managed_certs"}
        return str(self.lab.auth0("POST", "custom-domains", body)["custom_domain_id"])

    @cached_property
    def api(self) -> str:
        """An API."""
        body = {"identifier": "https://api.example.com/", "scopes": [{"value": "read:all"}]}
        return str(self.lab.auth0("POST", "resource-servers", body)["id"])

    @cached_property
    def grant(self) -> str:
        """A client grant for that API."""
        machine = self.lab.auth0("POST", "clients", {"name": "machine", "app_type": "non_interactive"})["client_id"]
        body = {"client_id": machine, "audience": "https://api.example.com/", "scope": [], "subject_type": "client"}
        return str(self.api and self.lab.auth0("POST", "client-grants", body)["id"])

    @cached_property
    def provider(self) -> str:
        """A phone provider of the Unified Phone Experience that can send."""
        self.lab.control("twilio/numbers", {"phone_number": SENDER})
        account, token = self.lab.env["TWILIO_ACCOUNT_SID"], self.lab.env["TWILIO_AUTH_TOKEN"]
        body = {"name": "twilio", "configuration": TWILIO | {"sid": account}, "credentials": {"auth_token": token}}
        return str(self.lab.auth0("POST", "branding/phone/providers", body)["id"])

    @cached_property
    def template(self) -> str:
        """A phone template."""
        body = {"type": "otp_verify", "disabled": False} | TEMPLATE
        return str(self.lab.auth0("POST", "branding/phone/templates", body)["id"])

    @cached_property
    def log_id(self) -> str:
        """An event of the log: an SMS that was sent."""
        self.lab.auth0("POST", f"branding/phone/providers/{self.provider}/try", {"to": PHONE})
        return str(self.lab.auth0("GET", "logs")[0]["log_id"])


@dataclass(frozen=True)
class Case:
    """One call of the SDK.

    Attributes:
        route: Method and path of the endpoint, as the sandbox names it.
        call: The call, on the SDK's client.
        holds: What is true of the answer.
        first: What is to be there before.
        stacks: The phone stacks to try it on.
    """

    route: str
    call: Callable[[Any, Tenant], Any]
    holds: Callable[[Any, Tenant], Any] = lambda found, _: found is not None
    first: Callable[[Tenant], Any] = lambda _: None
    stacks: tuple[str, ...] = UNIFIED


def gone(found: Any, _: Tenant) -> bool:
    """The SDK answers nothing."""
    return found is None


def one(name: str) -> Callable[[Any, Tenant], Any]:
    """The list holds what the tenant has under this name."""
    return lambda found, tenant: getattr(tenant, name) in {getattr(item, "id", None) for item in found}


def same(name: str, field: str = "id") -> Callable[[Any, Tenant], Any]:
    """The answer is what the tenant has under this name."""
    return lambda found, tenant: getattr(found, field) == getattr(tenant, name)


def first(name: str) -> Callable[[Tenant], Any]:
    """Makes what the tenant has under this name."""
    return lambda tenant: getattr(tenant, name)
