"""Message types and delivery methods of both phone stacks, and whether a provider supports them."""

from collections.abc import Collection, Sequence

from mfa_setup.model.observed import Provider
from mfa_setup.model.types import Delivery

TYPES: dict[Delivery, tuple[str, ...]] = {"sms": ("sms",), "voice": ("voice",), "both": ("sms", "voice")}
"""The message types for each `--delivery`."""
METHOD_OF_TYPE = {"sms": "text", "voice": "voice"}
"""The delivery method of the unified stack that each message type needs."""


def kept_or_ordered(found: tuple[str, ...], wanted: Collection[str]) -> tuple[str, ...]:
    """The message types or delivery methods that are wanted; as they were found where those are the same.

    Words that this tool does not know stay: they are somebody's, and mean something to the service.
    """
    if set(wanted) == set(found):
        return found
    known = ("sms", "text", "voice")
    return (*(word for word in known if word in wanted), *(word for word in found if word not in known))


def with_both(there: Provider, wanted: Provider) -> Provider:
    """The wanted provider with the delivery methods of both, so that nothing stops while one replaces the other."""
    both = tuple(dict.fromkeys((*there.delivery_methods, *wanted.delivery_methods)))
    return wanted.model_copy(update={"delivery_methods": both})


def carries(there: Provider, message_types: Sequence[str]) -> bool:
    """Whether every message type can go out by the provider's delivery methods; the legacy stack has none to match."""
    if there.stack == "legacy" or there.kind != "twilio":
        return True
    carried = [METHOD_OF_TYPE[kind] in there.delivery_methods for kind in message_types if kind in METHOD_OF_TYPE]
    return all(carried) and bool(carried) == bool(message_types)  # of a type that is not known nothing else is, either
