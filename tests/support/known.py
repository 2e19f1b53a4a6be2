"""A sandbox that has one of everything, and what is in it: the ids that a valid request can name."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from mfa_setup.sandbox.auth0.state import Tenant
from mfa_setup.sandbox.server import Sandbox
from mfa_setup.sandbox.twilio.ids import fixed_sid
from mfa_setup.sandbox.twilio.numbers import OwnedNumber
from mfa_setup.sandbox.twilio.state import TwilioState
from mfa_setup.sandbox.twilio.stock import catalogue
from support.specification import Operation, Parameter

_DATABASE = "Username-Password-Authentication"
_PHONE = "+14155550123"


def furnish(sandbox: Sandbox, api: httpx.Client, twilio: httpx.Client) -> None:
    """Brings the sandbox into a state in which every kind of thing exists once.

    Args:
        sandbox: A sandbox as on its first day.
        api: A client of its Management API.
        twilio: A client of its Twilio account.
    """
    _create(api, "clients", {"name": "Seed", "app_type": "spa", "token_endpoint_auth_method": "none"})
    user = _create(api, "users", {"connection": _DATABASE, "email": "jane@example.com", "password": "s3cret-Word!"})
    phone = {"type": "phone", "phone_number": _PHONE}
    _create(api, f"users/{user['user_id']}/authentication-methods", phone)
    if sandbox.config.phone_stack == "unified":
        settings = {"sid": "AC" + "0" * 32, "default_from": _PHONE, "delivery_methods": ["text", "voice"]}
        provider = {"name": "twilio", "configuration": settings, "credentials": {"auth_token": "0" * 32}}
        _create(api, "branding/phone/providers", provider)
    content = {"body": {"text": "{{ code }}", "voice": "{{ code }}"}}
    _create(api, "branding/phone/templates", {"type": "otp_enroll", "content": content})
    _furnish_flow(sandbox, api, user["user_id"])
    furnish_twilio(sandbox, twilio)


def _furnish_flow(sandbox: Sandbox, api: httpx.Client, user_id: str) -> None:
    """An Action with a version and a binding, an execution of it, and a user with a role in an organization."""
    state = sandbox.world.first.actions
    trigger = {"id": "post-login", "version": "v3"}
    action = _create(api, "actions/actions", {"name": "Seed", "supported_triggers": [trigger], "deploy": True})
    for _ in range(2):
        api.get(f"actions/actions/{action['id']}")
    state.bind("post-login", [(one, one.name) for one in state.actions.values()])
    state.executions["1"] = {"id": "1", "trigger_id": "post-login", "status": "final", "results": []}
    role = _create(api, "roles", {"name": "seed", "description": "A role"})
    api.post(f"users/{user_id}/roles", json={"roles": [role["id"]]})
    organization = _create(api, "organizations", {"name": "seed"})
    api.post(f"organizations/{organization['id']}/members", json={"members": [user_id]})


def furnish_twilio(sandbox: Sandbox, twilio: httpx.Client) -> None:
    """The same for the Twilio account alone."""
    state = sandbox.world.twilio
    service = next(iter(state.services.values()))
    for number in (catalogue()[0].phone_number, "+18335550123"):
        state.add_number(number)
    state.add_to_pool(service, next(iter(state.numbers.values())))
    state.verify_recipient(_PHONE)
    messages = f"/2010-04-01/Accounts/{state.account_sid}/Messages.json"
    for to in (_PHONE, "x"):
        twilio.post(messages, data={"To": to, "From": catalogue()[0].phone_number, "Body": "123456 is your code"})


def _create(api: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = api.post(path, json=body)
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


@dataclass(frozen=True, slots=True)
class Seed:
    """A state to come back to."""

    tenants: dict[str, Tenant]
    twilio: TwilioState

    @classmethod
    def of(cls, sandbox: Sandbox) -> "Seed":
        """The state of now."""
        return cls(_copied(sandbox.world.tenants), copy.deepcopy(sandbox.world.twilio))

    def plant(self, sandbox: Sandbox) -> None:
        """Brings the sandbox back."""
        sandbox.world.tenants = _copied(self.tenants)
        sandbox.world.twilio = copy.deepcopy(self.twilio)

    @property
    def tenant(self) -> Tenant:
        """The one tenant."""
        return next(iter(self.tenants.values()))

    def ids(self, operation: Operation, parameter: Parameter) -> list[str]:
        """What a parameter of the path can name; nothing where the schema says it all."""
        if operation.service == "management":
            before = operation.path.partition(f"/{{{parameter.name}}}")[0]
            return next((of(self.tenant) for path, of in _AUTH0 if before == f"/api/v2/{path}"), [])
        if parameter.name in _COUNTRY:
            return ["GB"]  # it has numbers of every kind
        prefix = parameter.schema.get("pattern", "")[1:3]
        names = [name for name in _TWILIO if name in (prefix, f"{operation.path.rpartition('/')[0]} {prefix}")]
        return _TWILIO[names[0]](self.twilio) if names else []


def _copied(tenants: dict[str, Tenant]) -> dict[str, Tenant]:
    """Tenants of their own, with the same keys and on the same server."""
    shared = [part for tenant in tenants.values() for part in (tenant.site, tenant.key)]
    return copy.deepcopy(tenants, {id(part): part for part in shared})


def _devices(tenant: Tenant) -> list[str]:
    return [method["id"].rpartition("|")[2] for methods in tenant.people.methods.values() for method in methods]


def _toll_free(state: TwilioState) -> list[OwnedNumber]:
    return [one for one in state.numbers.values() if one.stock.kind == "tollfree"]


def _versions(tenant: Tenant) -> list[str]:
    return [version.id for action in tenant.actions.actions.values() for version in action.versions]


_AUTH0: list[tuple[str, Callable[[Tenant], list[str]]]] = [
    ("actions/actions", lambda tenant: list(tenant.actions.actions)),
    ("actions/actions/{actionId}/versions", _versions),
    ("actions/executions", lambda tenant: list(tenant.actions.executions)),
    ("actions/triggers", lambda tenant: list(tenant.actions.bindings)),
    ("branding/phone/providers", lambda tenant: list(tenant.providers)),
    ("branding/phone/templates", lambda tenant: list(tenant.templates)),
    ("clients", lambda tenant: list(tenant.clients)),
    ("connections", lambda tenant: list(tenant.connections)),
    ("guardian/enrollments", _devices),
    ("organizations", lambda tenant: list(tenant.organizations)),
    ("roles", lambda tenant: list(tenant.roles)),
    ("users", lambda tenant: list(tenant.people.users)),
]
_ACCOUNT = "/2010-04-01/Accounts/{AccountSid}"
_COUNTRY = ("CountryCode", "IsoCountry")
_TWILIO: dict[str, Callable[[TwilioState], list[str]]] = {
    "AC": lambda state: [state.account_sid],
    "MG": lambda state: list(state.services),
    "BN": lambda state: [state.brand_sid],
    "QE": lambda state: [one.campaign.sid for one in state.services.values() if one.campaign],
    f"{_ACCOUNT}/IncomingPhoneNumbers PN": lambda state: list(state.numbers),
    f"{_ACCOUNT}/OutgoingCallerIds PN": lambda state: list(state.caller_ids),
    "HH": lambda state: [fixed_sid("HH", state.account_sid, one.sid) for one in _toll_free(state)],
    "/v1/Services/{ServiceSid}/PhoneNumbers ": lambda state: [
        sid for one in state.services.values() for sid in one.pool
    ],
    "BU": lambda state: [fixed_sid("BU", state.account_sid, "profile")],
    "NO": lambda state: [one.sid for one in state.alerts],
    "(S": lambda state: list(state.messages),
}
