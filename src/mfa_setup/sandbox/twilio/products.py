"""Twilio's products: each has its own host in production, but all of them share one host in the sandbox.

A path names its product by its first segment (`/messaging/v1/Services` is `https://messaging.twilio.com/v1/Services`).
Without that segment, `OWNERS` maps the path to a product. If two products have the same path, the table names one of
them, and the other can only be reached through the first segment.
"""

from typing import Final

OWNERS: Final[dict[str, str]] = {
    "/2010-04-01": "api",
    "/v1/Messaging/GeoPermissions": "accounts",
    "/v1/SafeList": "accounts",
    "/v2/PhoneNumbers": "lookups",
    "/v1/Services": "messaging",
    "/v1/Tollfree": "messaging",
    "/v1/a2p": "messaging",
    "/v1/Alerts": "monitor",
    "/v1/Messaging/Countries": "pricing",
    "/v1/PhoneNumbers": "pricing",
    "/v1/CustomerProfiles": "trusthub",
    "/v1/Policies": "trusthub",
    "/v1/DialingPermissions": "voice",
}
"""The product of each path that does not name its product."""

_VERSIONS = {(product, path.split("/")[1]) for path, product in OWNERS.items()}
_SHARED = "/v1"


def prefix_of(path: str) -> str:
    """Return the prefix that names the product, such as `/messaging`; empty if the path names none."""
    first, _, rest = path[1:].partition("/")
    # `/api/v2` belongs to Auth0: a product's name counts only before a version of that product.
    return f"/{first}" if (first, rest.partition("/")[0]) in _VERSIONS else ""


def product_of(path: str) -> str | None:
    """Return the product that a path is for, or None."""
    named = prefix_of(path)
    return named[1:] or next((product for owned, product in OWNERS.items() if _is_under(path, owned)), None)


def is_twilio(path: str) -> bool:
    """Whether a path belongs to Twilio, even if no product serves it."""
    return product_of(path) is not None or _is_under(path, _SHARED)


def _is_under(path: str, root: str) -> bool:
    return path == root or path.startswith(f"{root}/")
