"""Brings a sandbox into the state that a recorded exchange assumes.

A recording is a sample of a tenant that existed before it. What an exchange shows of things that no earlier exchange
of the file has made or read is put into the sandbox first; whatever the file itself has written is left as it is.
"""

import re
from collections.abc import Callable
from typing import Any

from mfa_setup.sandbox.auth0.action_triggers import triggers
from mfa_setup.sandbox.auth0.custom_domains import custom_domain
from mfa_setup.sandbox.auth0.defaults import connection
from mfa_setup.sandbox.auth0.legacy import LegacyPhone
from mfa_setup.sandbox.auth0.state import Tenant
from mfa_setup.sandbox.auth0.tokens import mint
from mfa_setup.sandbox.ratelimit import TokenBucket
from mfa_setup.sandbox.world import World
from support import assumed_actions, assumed_groups

_ANSWERS_TO_CHANGES = (
    "cannot_change_enforce_client_authentication_on_passwordless_start",
    "enforce_client_authentication_on_passwordless_start",
)
_LOGIN_PAGE = (
    "identifier_first",
    "is_custom_theme_set",
    "is_custom_template_set",
    "webauthn_platform_first_factor",
)
_VERSIONS = "sandbox_versions_available"  # answers to changes lack it, so it comes from a later read
_LEGACY = re.compile(r"/guardian/factors/(phone|sms)/(selected-provider|providers|templates)")


class Assumed:
    """What has been assumed of a sandbox so far, for the exchanges of one file."""

    def __init__(self, world: World, exchanges: list[dict[str, Any]]) -> None:
        bodies = [exchange["response"]["body"] for exchange in exchanges]
        found = (body[_VERSIONS] for body in bodies if isinstance(body, dict) and _VERSIONS in body)
        self._versions: list[str] = next(found, [])
        self._tenant = world.first
        self._settled: set[str] = set()
        self._tenant.settings[_VERSIONS] = self._versions
        self._bucket = self._tenant.bucket

    def before(self, exchange: dict[str, Any], made: set[str]) -> dict[str, str]:
        """Prepare the sandbox; returns the headers that the request needs besides.

        Args:
            exchange: The exchange that comes next.
            made: Ids of what the file itself has made.
        """
        asked, answer = exchange["request"], exchange["response"]
        path = asked["path"].removeprefix("/api/v2/")
        assumed_actions.time(self._tenant, path, answer)
        if answer["status"] >= 400:
            return self._mistake(answer, path)
        if _LEGACY.search(asked["path"]):
            self._tenant.settings.pop("phone_consolidated_experience", None)
        place = f"{path}?{asked['query'].get('is_global', '')}" if asked["method"] != "POST" else ""
        for pattern, prepare in _PREPARATIONS:
            found = re.fullmatch(pattern, path)
            if found is not None and place not in self._settled and not made & set(found.groups()):
                prepare(self._tenant, asked, answer["body"], *found.groups())
        if path == "tenants/settings" and asked["method"] == "PATCH":
            _login_page(self._tenant, answer["body"])
        self._settled.add(place)
        self._settled.discard("")
        return {}

    def after(self, exchange: dict[str, Any]) -> None:
        """Take back what held for one exchange only."""
        del exchange
        self._tenant.bucket = self._bucket
        self._tenant.custom_domains = {}
        self._tenant.actions.triggers = triggers()

    def _mistake(self, answer: dict[str, Any], path: str) -> dict[str, str]:
        """A mistake that is not in the request as recorded: its token, its haste, the tenant's domains."""
        body, headers = answer["body"], {}
        code = body.get("errorCode")
        destroyed = "scrubbing" in answer.get("note", "")
        if code == "Bearer" or (destroyed and answer["status"] == 400 and path.startswith("clients/")):
            headers["authorization"] = "Bearer none"
        if code == "insufficient_scope":
            headers["authorization"] = f"Bearer {self._powerless()}"
        if answer["status"] == 429:
            self._tenant.bucket = TokenBucket(burst=0, rate=1e-9)
        if code == "custom_domain_conflict":
            names = ("login.example.com", "id.example.com")
            self._tenant.custom_domains = {name: custom_domain(name, ready=True) for name in names}
        if path.startswith("connections/") and answer["status"] == 400:
            _connection(self._tenant, path.split("/")[1])
        if answer["status"] == 404:
            assumed_actions.gone(self._tenant, path)
        return headers

    def _powerless(self) -> str:
        tenant = self._tenant
        audience = tenant.audiences[0]
        return mint(tenant.key, issuer=f"{tenant.url}/", client_id="none", audience=audience, scope="read:nothing")


def _clients(tenant: Tenant, asked: dict[str, Any], body: dict[str, Any]) -> None:
    """The list is the whole tenant: what it does not show is not there, unless the recorder has cut it."""
    if asked["method"] != "GET":
        return
    shown = {client["client_id"]: {"tenant": tenant.name, "global": False} | client for client in body["clients"]}
    of_all = [client for client in shown.values() if client["global"] or asked["query"].get("is_global") == "true"]
    for client in of_all:
        tenant.global_client |= client | {"global": True}
        del shown[client["client_id"]]
    if asked["query"].get("is_global") != "true":
        tenant.clients = {key: tenant.clients.get(key, client) for key, client in shown.items()}


def _client(tenant: Tenant, asked: dict[str, Any], body: Any, client_id: str) -> None:
    if client_id == tenant.global_client["client_id"] or (isinstance(body, dict) and body.get("name") == _GLOBAL):
        if asked["method"] == "PATCH":
            tenant.global_client = {"global": True} | body
    elif client_id not in tenant.clients and isinstance(body, dict):
        tenant.clients[client_id] = {"tenant": tenant.name, "global": False} | body


def _connection(tenant: Tenant, connection_id: str) -> None:
    if connection_id not in tenant.connections:
        made = connection(connection_id, f"Assumed-{len(tenant.connections)}", "auth0", {})
        tenant.connections[connection_id] = made
        tenant.enabled[connection_id] = []


def _enabled(tenant: Tenant, asked: dict[str, Any], body: Any, connection_id: str) -> None:
    _connection(tenant, connection_id)
    for change in asked["body"] or []:
        _some_client(tenant, change["client_id"])
    if asked["method"] == "GET":
        tenant.enabled[connection_id] = [client["client_id"] for client in body["clients"]]


def _some_client(tenant: Tenant, client_id: str) -> None:
    if client_id not in tenant.clients:
        tenant.clients[client_id] = {"tenant": tenant.name, "global": False, "name": "Assumed", "client_id": client_id}


def _grants(tenant: Tenant, asked: dict[str, Any], body: Any) -> None:
    if asked["method"] == "GET" and not asked["query"].keys() & {"audience", "client_id"}:
        tenant.grants = {grant["id"]: dict(grant) for grant in body["client_grants"]}
    elif asked["method"] == "POST":
        made = {"id": asked["body"]["audience"], "identifier": asked["body"]["audience"], "is_system": False}
        tenant.apis.setdefault(made["id"], made)


def _settings(tenant: Tenant, asked: dict[str, Any], body: dict[str, Any]) -> None:
    settings = dict(body)
    if asked["method"] == "PATCH":
        settings[_VERSIONS] = tenant.settings[_VERSIONS]
        settings["flags"] = {name: on for name, on in body["flags"].items() if name not in _ANSWERS_TO_CHANGES}
        login = body.get("universal_login", {})
        settings["universal_login"] = {name: value for name, value in login.items() if name not in _LOGIN_PAGE}
    tenant.settings = settings


def _login_page(tenant: Tenant, body: dict[str, Any]) -> None:
    login = body.get("universal_login", {})
    tenant.login_page = {name: login[name] for name in _LOGIN_PAGE if name in login}


def _factors(tenant: Tenant, asked: dict[str, Any], body: list[dict[str, Any]]) -> None:
    del asked
    tenant.factors = {factor["name"]: factor["enabled"] for factor in body}


def _twilio(tenant: Tenant, asked: dict[str, Any], body: dict[str, Any], _factor: str) -> None:
    if asked["method"] == "GET":
        tenant.legacy.twilio = dict(body)


def _templates(tenant: Tenant, asked: dict[str, Any], body: dict[str, Any] | None, _factor: str) -> None:
    if asked["method"] == "GET":
        tenant.legacy.templates = body


def _provider(tenant: Tenant, asked: dict[str, Any], body: dict[str, Any], _factor: str) -> None:
    del asked
    tenant.legacy = LegacyPhone(body["provider"], tenant.legacy.twilio, tenant.legacy.templates)


def _phone_providers(tenant: Tenant, asked: dict[str, Any], body: dict[str, Any]) -> None:
    if asked["method"] == "GET":
        hidden = ("credentials",)
        tenant.providers = {
            item["id"]: {name: value for name, value in item.items() if name not in hidden}
            for item in body["providers"]
        }


def _phone_templates(tenant: Tenant, asked: dict[str, Any], body: dict[str, Any]) -> None:
    if asked["method"] == "GET":
        tenant.templates = {item["id"]: dict(item) for item in body["templates"]}


def _held(name: str) -> Callable[..., None]:
    """A document that the tenant keeps under this attribute."""

    def prepare(tenant: Tenant, asked: dict[str, Any], body: Any) -> None:
        if asked["method"] == "GET":
            setattr(tenant, name, body["message_types"] if name == "message_types" else body)

    return prepare


def _factor_settings(tenant: Tenant, asked: dict[str, Any], body: dict[str, Any], path: str) -> None:
    if asked["method"] == "GET" and body != {}:
        tenant.factor_settings[path] = body


_GLOBAL = "All Applications"
_FACTOR = "guardian/factors"
_PREPARATIONS: tuple[tuple[str, Callable[..., None]], ...] = (
    ("clients", _clients),
    ("clients/([^/]+)", _client),
    ("connections/([^/]+)/clients", _enabled),
    ("client-grants", _grants),
    ("tenants/settings", _settings),
    (_FACTOR, _factors),
    (f"{_FACTOR}/phone/message-types", _held("message_types")),
    (f"{_FACTOR}/phone/settings", _held("phone_settings")),
    ("guardian/settings", _held("guardian_settings")),
    ("guardian/policies", _held("policies")),
    (f"{_FACTOR}/(phone|sms)/providers/twilio", _twilio),
    (f"{_FACTOR}/(phone|sms)/templates", _templates),
    (f"{_FACTOR}/(phone|sms)/selected-provider", _provider),
    (f"{_FACTOR}/((?:email|push-notification|webauthn-\\w+|duo)/.+)", _factor_settings),
    ("branding/phone/providers", _phone_providers),
    ("branding/phone/templates", _phone_templates),
    *assumed_actions.PREPARATIONS,
    *assumed_groups.PREPARATIONS,
)
