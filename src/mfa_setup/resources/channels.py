"""Message types and delivery methods of both phone stacks, and whether a provider supports them."""

from collections.abc import Collection, Sequence

from mfa_setup.model.observed import Provider
from mfa_setup.model.types import Delivery

TYPES: dict[Delivery, tuple[str, ...]] = {"sms": ("sms",), "voice": ("voice",), "both": ("sms", "voice")}
"""The message types for each `--delivery`."""
METHOD_OF_TYPE = {"sms": "text", "voice": "voice"}
"""The delivery method of the unified stack that each message type needs."""


def kept_or_ordered(found: tuple[str, ...], wanted: Collection[str]) -> tuple[str, ...]:
    """Returns the desired message types or delivery methods in a fixed order; in the existing order if none differs.

    Values that mfa-setup does not know are kept, because the service knows them and somebody has set them.
    """
    if set(wanted) == set(found):
        return found
    known = ("sms", "text", "voice")
    return (*(word for word in known if word in wanted), *(word for word in found if word not in known))


def with_both(there: Provider, wanted: Provider) -> Provider:
    """Returns the desired provider with the delivery methods of both, so that delivery continues during the change."""
    both = tuple(dict.fromkeys((*there.delivery_methods, *wanted.delivery_methods)))
    return wanted.model_copy(update={"delivery_methods": both})


def carries(there: Provider, message_types: Sequence[str]) -> bool:
    """Whether the provider's delivery methods cover every message type.

    True on the legacy stack, which has no delivery methods, and for providers other than Twilio.
    """
    if there.stack == "legacy" or there.kind != "twilio":
        return True
    carried = [METHOD_OF_TYPE[kind] in there.delivery_methods for kind in message_types if kind in METHOD_OF_TYPE]
    return all(carried) and bool(carried) == bool(message_types)  # unknown message types alone are not covered
