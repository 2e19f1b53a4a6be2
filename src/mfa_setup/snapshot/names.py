"""The parts of a snapshot that are read by requests, which of them go together, and the scopes that reading takes."""

from collections.abc import Collection
from typing import Literal

from mfa_setup.model.types import PhoneStack

PartName = Literal[
    "twilio", "applications", "connections", "connected", "provider", "factors", "message_types", "templates",
    "policies", "everyone", "settings", "actions", "custom_domains", "sends", "profiles", "balance", "geo", "dialing",
    "toll_free", "messages", "alerts",
]  # fmt: skip
"""The parts that are read by requests, in the order in which an error of theirs is reported."""

OF_TWILIO: frozenset[PartName] = frozenset(
    {"twilio", "profiles", "balance", "geo", "dialing", "toll_free", "messages", "alerts"}
)
MINIMUM: frozenset[PartName] = frozenset({"factors", "message_types", "provider"})
"""What a policy stands on at Auth0."""
Again = Literal["decides", "holds"]
"""What of a Twilio account is read that was read a moment ago: what decides whether codes arrive, or only whether the
sender is still the account's and in its place."""
READINESS: frozenset[PartName] = frozenset(
    {"templates", "twilio", "profiles", "balance", "geo", "dialing", "toll_free", "messages", "sends", "everyone"}
)
"""What else decides whether codes arrive."""
DECISIVE: frozenset[PartName] = MINIMUM | {"templates", "twilio", "profiles", "dialing", "toll_free"}
"""What is read again right before a policy is set, where the rest was read a moment ago."""
CONSEQUENCES: frozenset[PartName] = frozenset({"applications"})
"""Who else is concerned by a policy, besides the users."""

_SCOPES: dict[PartName, frozenset[str]] = {
    "applications": frozenset({"read:clients"}),
    "connections": frozenset({"read:connections"}),
    "connected": frozenset({"read:connections"}),
    "factors": frozenset({"read:guardian_factors"}),
    "message_types": frozenset({"read:guardian_factors"}),
    "policies": frozenset({"read:mfa_policies"}),
    "everyone": frozenset({"read:users"}),
    "actions": frozenset({"read:actions"}),
    "custom_domains": frozenset({"read:custom_domains"}),
    "sends": frozenset({"read:logs"}),
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
"""What letting the tenant send a test SMS needs (`branding/phone/providers/{id}/try`)."""


def scopes_of(parts: Collection[PartName], stack: PhoneStack | None) -> frozenset[str]:
    """The scopes of the access token that reading needs; those of one stack only, once it is known which."""
    needed = {"read:tenant_settings"}
    for part in parts:
        needed |= _SCOPES.get(part, frozenset())
        if stack is not None:
            needed |= _STACK_SCOPES.get((part, stack), frozenset())
    return frozenset(needed)
