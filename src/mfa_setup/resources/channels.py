"""The words of both phone stacks for how a code goes out, and whether a provider carries it."""

from collections.abc import Sequence

from mfa_setup.model.observed import Provider
from mfa_setup.model.types import Delivery

METHODS: dict[Delivery, tuple[str, ...]] = {"sms": ("text",), "voice": ("voice",), "both": ("text", "voice")}
"""The delivery methods of the unified stack for each `--delivery`."""
TYPES: dict[Delivery, tuple[str, ...]] = {"sms": ("sms",), "voice": ("voice",), "both": ("sms", "voice")}
"""The message types for each `--delivery`."""
METHOD_OF_TYPE = {"sms": "text", "voice": "voice"}
"""The delivery method that each message type needs."""


def carries(there: Provider, message_types: Sequence[str]) -> bool:
    """Whether every message type can go out by the provider's delivery methods; the legacy stack has none to match."""
    if there.stack == "legacy" or there.kind != "twilio":
        return True
    return all(METHOD_OF_TYPE.get(kind) in there.delivery_methods for kind in message_types)
