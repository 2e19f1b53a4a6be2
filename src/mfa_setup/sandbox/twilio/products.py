"""Twilio's products: each has its own host in production, and all of them share one here.

A path names its product by its first segment (`/messaging/v1/Services` is `https://messaging.twilio.com/v1/Services`),
or by what follows the version: `OWNERS` says whose that is. Where two products have the same path, the table settles
for one, and the other is reached by its name.
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
"""The product that a path is for where it does not say so itself."""

_VERSIONS = {(product, path.split("/")[1]) for path, product in OWNERS.items()}
_SHARED = "/v1"


def prefix_of(path: str) -> str:
    """What a path begins with to name its product, such as `/messaging`; empty where it names none."""
    first, _, rest = path[1:].partition("/")
    # `/api/v2` is Auth0's: a product's name counts only before a version of that product.
    return f"/{first}" if (first, rest.partition("/")[0]) in _VERSIONS else ""


def product_of(path: str) -> str | None:
    """The product that a path is for; None where it is nobody's."""
    named = prefix_of(path)
    return named[1:] or next((product for owned, product in OWNERS.items() if _is_under(path, owned)), None)


def is_twilio(path: str) -> bool:
    """Whether a path is one of Twilio's, also where no product has it."""
    return product_of(path) is not None or _is_under(path, _SHARED)


def _is_under(path: str, root: str) -> bool:
    return path == root or path.startswith(f"{root}/")
