"""The names of the parts of a snapshot that are read by requests, groups of them, and the scopes they need."""

from collections.abc import Collection
from typing import Literal

from mfa_setup.model.types import PhoneStack

PartName = Literal[
    "twilio", "applications", "connections", "connected", "provider", "factors", "message_types", "templates",
    "policies", "scope", "named_connections", "limiting_connections", "organizations", "roles", "everyone", "settings",
    "actions", "action_failures", "custom_domains", "sends", "profiles", "balance", "geo", "dialing", "toll_free",
    "messages", "alerts", "branding", "sms_connections",
]  # fmt: skip
"""The parts that are read by requests, in the order in which their errors are reported."""

OF_TWILIO: frozenset[PartName] = frozenset(
    {"twilio", "profiles", "balance", "geo", "dialing", "toll_free", "messages", "alerts"}
)
MINIMUM: frozenset[PartName] = frozenset({"factors", "message_types", "provider"})
"""The parts that a policy depends on at Auth0."""
Again = Literal["decides", "holds"]
"""How much of a Twilio account is read again that was read a moment ago: all that decides whether codes arrive
("decides"), or only whether the account still owns the sender and the sender is still in its pool ("holds")."""
READINESS: frozenset[PartName] = frozenset(
    {"templates", "twilio", "profiles", "balance", "geo", "dialing", "toll_free", "messages", "sends", "everyone"}
)
"""The other parts that decide whether codes arrive."""
DECISIVE: frozenset[PartName] = MINIMUM | {"templates", "twilio", "profiles", "dialing", "toll_free"}
"""The parts that are read again right before a policy is set, if everything was read a moment ago."""
CONSEQUENCES: frozenset[PartName] = frozenset({"applications"})
"""The parts that show the consequences of a policy for the tenant's applications."""

_SCOPES: dict[PartName, frozenset[str]] = {
    "applications": frozenset({"read:clients"}),
    "connections": frozenset({"read:connections"}),
    "connected": frozenset({"read:connections"}),
    "factors": frozenset({"read:guardian_factors"}),
    "message_types": frozenset({"read:guardian_factors"}),
    "policies": frozenset({"read:mfa_policies"}),
    "scope": frozenset({"read:actions"}),
    "named_connections": frozenset({"read:connections"}),
    "limiting_connections": frozenset({"read:connections"}),
    "organizations": frozenset({"read:organizations"}),
    "roles": frozenset({"read:roles"}),
    "everyone": frozenset({"read:users"}),
    "actions": frozenset({"read:actions"}),
    "action_failures": frozenset({"read:logs"}),
    "custom_domains": frozenset({"read:custom_domains"}),
    "sends": frozenset({"read:logs"}),
    "branding": frozenset({"read:phone_providers", "read:phone_templates"}),
    "sms_connections": frozenset({"read:connections"}),
}
_STACK_SCOPES: dict[tuple[PartName, PhoneStack], frozenset[str]] = {
    ("provider", "unified"): frozenset({"read:phone_providers"}),
    ("provider", "legacy"): frozenset({"read:guardian_factors"}),
    ("templates", "unified"): frozenset({"read:phone_templates"}),
}

SEND_SCOPES: dict[PhoneStack, frozenset[str]] = {
    "unified": frozenset({"create:phone_providers"}),
    "legacy": frozenset(),
}
"""The scopes that are needed to have the tenant send a test SMS (`branding/phone/providers/{id}/try`)."""


def scopes_of(parts: Collection[PartName], stack: PhoneStack | None) -> frozenset[str]:
    """Returns the scopes that reading these parts needs; those that depend on the phone stack only if it is known."""
    needed = {"read:tenant_settings"}
    for part in parts:
        needed |= _SCOPES.get(part, frozenset())
        if stack is not None:
            needed |= _STACK_SCOPES.get((part, stack), frozenset())
    return frozenset(needed)
