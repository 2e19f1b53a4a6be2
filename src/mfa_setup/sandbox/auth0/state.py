"""The state of one Auth0 tenant of the sandbox."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from mfa_setup.sandbox.auth0.action_json import action_json, binding_json
from mfa_setup.sandbox.auth0.action_state import ActionState
from mfa_setup.sandbox.auth0.ids import timestamp
from mfa_setup.sandbox.auth0.legacy import LegacyPhone
from mfa_setup.sandbox.auth0.notifications import Notification
from mfa_setup.sandbox.auth0.people import People
from mfa_setup.sandbox.auth0.tokens import SigningKey
from mfa_setup.sandbox.auth0.tool import ToolClient
from mfa_setup.sandbox.faults import Fault
from mfa_setup.sandbox.history import History, new_history
from mfa_setup.sandbox.login.state import LoginState
from mfa_setup.sandbox.ratelimit import TokenBucket
from mfa_setup.sandbox.site import Site

JSON: TypeAlias = dict[str, Any]

FACTORS = (
    "sms",
    "push-notification",
    "otp",
    "email",
    "duo",
    "webauthn-roaming",
    "webauthn-platform",
    "recovery-code",
)
"""The factors in the order of every recorded `GET /guardian/factors`."""

_LOGS_KEPT = 1000
# not verified: the values before anybody sets them; all four are required in the SDK's model of the answer
_GUARDIAN_SETTINGS = {
    "display_remember_me_checkbox": True,
    "remember_me_default_value": False,
    "mfa_session_inactivity_timeout": 604800,
    "mfa_session_overall_timeout": 2592000,
}


def without_nulls(metadata: JSON) -> JSON:
    """Returns metadata as the service stores it: without the keys that are null."""
    # not verified: that this applies to a new entity too, as it does to an update
    return {name: value for name, value in metadata.items() if value is not None}


@dataclass(slots=True)
class Tenant:
    """One tenant with all of its own state, including the parts that its Management API never shows.

    Attributes:
        domain: The host and port of the tenant: `HOST:PORT`.
        name: The tenant's short name, in the `tenant` key of answers.
        site: The server that serves the tenant, with the options of the sandbox.
        tool: The client whose credentials the sandbox hands out.
        key: The key that signs the tenant's tokens; like `tool`, it survives a reset.
        bucket: The rate limit of the tenant's Management API.
        token_bucket: The rate limit of the tenant's token endpoint.
        clients: Applications by ID, in order of creation, without the hidden global client.
        global_client: The hidden global client.
        public_keys: Keys for private-key JWT, by client ID.
        credentials: The credentials that were created with an application, by client ID, as they are listed.
        assertions: The `jti` of each client assertion that has been used; each can be used once.
        grants: Client grants by id.
        connections: Connections by id.
        enabled: IDs of the clients that may use a connection, by connection ID.
        factors: Whether each Guardian factor is enabled, by name.
        message_types: The enabled channels of the phone factor.
        policies: The MFA policies; an empty list means never.
        legacy: The legacy phone stack.
        providers: Phone providers of the Unified Phone Experience; at most one.
        provider_tokens: The auth tokens of the phone providers, by provider ID; no answer shows them.
        templates: Phone templates by id.
        settings: The tenant settings.
        phone_settings: The length and lifetime of the code.
        guardian_settings: The settings of the MFA pages' "remember me" and of MFA sessions.
        logs: The tenant's log, oldest first; only the latest events are kept.
        logged: The number of events so far, from which each event gets its ID.
        people: The users, with their passwords and second factors.
        apis: APIs (resource servers) by id; the Management API is the first.
        factor_settings: The settings stored for a factor, by path under `/guardian/factors`.
        custom_domains: Custom domains by ID; if several are verified, creating a user requires choosing one.
        organizations: Organizations by id.
        roles: Roles by id.
        actions: The Actions with their versions, bindings and executions.
        notifications: The latest messages that a custom phone provider accepted, oldest first.
        stack: The phone stack that a control call has set; None if the tenant settings decide.
        login: The state of the tenant's logins.
        requests: The latest requests to the tenant, oldest first.
        faults: The pending faults for requests to the tenant.
        login_page: Keys of `universal_login` that appear only in answers to an update of the settings.
    """

    domain: str
    name: str
    site: Site
    tool: ToolClient
    key: SigningKey
    bucket: TokenBucket
    token_bucket: TokenBucket
    global_client: JSON
    settings: JSON
    clients: dict[str, JSON] = field(default_factory=dict)
    public_keys: dict[str, list[str]] = field(default_factory=dict)
    credentials: dict[str, list[JSON]] = field(default_factory=dict)
    assertions: set[str] = field(default_factory=set)
    grants: dict[str, JSON] = field(default_factory=dict)
    connections: dict[str, JSON] = field(default_factory=dict)
    enabled: dict[str, list[str]] = field(default_factory=dict)
    factors: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(FACTORS, False))
    message_types: list[str] = field(default_factory=list)
    policies: list[str] = field(default_factory=list)
    legacy: LegacyPhone = field(default_factory=LegacyPhone)
    providers: dict[str, JSON] = field(default_factory=dict)
    provider_tokens: dict[str, str] = field(default_factory=dict)
    templates: dict[str, JSON] = field(default_factory=dict)
    phone_settings: JSON = field(default_factory=lambda: {"otp_length": 6, "otp_expiration_time": 300})
    guardian_settings: JSON = field(default_factory=lambda: dict(_GUARDIAN_SETTINGS))
    logs: deque[JSON] = field(default_factory=lambda: deque(maxlen=_LOGS_KEPT))
    logged: int = 0
    people: People = field(default_factory=People)
    apis: dict[str, JSON] = field(default_factory=dict)
    factor_settings: dict[str, JSON] = field(default_factory=dict)
    custom_domains: dict[str, JSON] = field(default_factory=dict)
    organizations: dict[str, JSON] = field(default_factory=dict)
    roles: dict[str, JSON] = field(default_factory=dict)
    actions: ActionState = field(default_factory=ActionState)
    notifications: deque[Notification] = field(default_factory=lambda: deque(maxlen=_LOGS_KEPT))
    stack: Literal["unified", "legacy"] | None = None
    login: LoginState = field(default_factory=LoginState)
    requests: History = field(default_factory=new_history)
    faults: list[Fault] = field(default_factory=list)
    login_page: JSON = field(default_factory=lambda: {"identifier_first": True})

    @property
    def unified(self) -> bool:
        """Whether the tenant uses the Unified Phone Experience; it does not if the key is absent."""
        if self.stack is not None:
            return self.stack == "unified"
        return self.settings.get("phone_consolidated_experience") is True

    @property
    def url(self) -> str:
        """The URL of the tenant."""
        return f"{self.site.scheme}://{self.domain}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host names of the tenant; a tenant on localhost also answers under 127.0.0.1."""
        name, _, port = self.domain.rpartition(":")
        return (self.domain, f"127.0.0.1:{port}") if name == "localhost" else (self.domain,)

    @property
    def audiences(self) -> tuple[str, ...]:
        """The audiences of the Management API, one per host name: always https, with a trailing slash."""
        return tuple(f"https://{host}/api/v2/" for host in self.hosts)

    def grant_of(self, client_id: str) -> JSON | None:
        """Returns the client's grant for the Management API, or None."""
        own = (g for g in self.grants.values() if g["client_id"] == client_id)
        return next((g for g in own if g["audience"] in self.audiences), None)

    def log(self, kind: str, description: str, about: JSON | None = None, **details: Any) -> None:
        """Append an event to the tenant's log (`GET /api/v2/logs`).

        Args:
            kind: The code of the event type, such as `gd_send_sms`.
            description: The text of the event.
            about: Further keys of the event, such as `client_id`.
            details: The values of the event's `details` key.
        """
        self.logged += 1
        now = timestamp()
        # not verified: the form of the IDs; verified: they are digits and increase
        log_id = f"900{''.join(filter(str.isdigit, now))}{self.logged:024d}"
        event = {"date": now, "type": kind, "description": description, "isMobile": False}
        self.logs.append(event | (about or {}) | {"details": details, "log_id": log_id, "_id": log_id})

    def snapshot(self) -> JSON:
        """Returns the tenant as `GET /_sandbox/state` shows it."""
        unified = next(iter(self.providers.values()), None)
        return {
            "clients": list(self.clients.values()),
            "connections": [c | {"enabled_clients": self.enabled[i]} for i, c in self.connections.items()],
            "factors": self.factors,
            "message_types": self.message_types,
            "policies": self.policies,
            "phone_stack": "unified" if self.unified else "legacy",
            "phone_provider": unified if self.unified else self.legacy.snapshot(),
            "phone_templates": list(self.templates.values()) if self.unified else self.legacy.templates,
            "phone_settings": self.phone_settings,
            "tenant_settings": self.settings,
            "grants": list(self.grants.values()),
            "users": list(self.people.users.values()),
            "authentication_methods": self.people.methods,
            "roles": list(self.roles.values()),
            "role_assignments": self.people.roles,
            "organizations": list(self.organizations.values()),
            "members": self.people.members,
            "member_roles": self.people.member_roles,
            **self._actions(),
        }

    def _actions(self) -> JSON:
        state = self.actions
        state.settle()
        return {
            "actions": [action_json(one) for one in state.actions.values()],
            "bindings": {
                trigger: [binding_json(one, trigger, state.actions[one.action_id]) for one in bound]
                for trigger, bound in state.bindings.items()
            },
        }
