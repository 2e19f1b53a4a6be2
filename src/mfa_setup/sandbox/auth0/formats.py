"""Checks for the string formats that the OpenAPI document names without defining them exactly."""

import ipaddress
import re
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

# not verified: that control characters are rejected; a URL that contains them would split a header
_BLANK = re.compile(r"[\x00-\x20\x7f]")


def _is_absolute(value: str, *schemes: str) -> bool:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - reading `port` validates it
        ascii_host(parts.netloc)
    except ValueError:
        return False
    return bool(parts.netloc and parts.hostname) and (not schemes or parts.scheme in schemes)


def ascii_host(netloc: str) -> str:
    """Returns the host of a URL as headers and browsers write it: in ASCII, encoded with IDNA if necessary.

    Raises:
        ValueError: The host cannot be encoded.
    """
    return netloc if netloc.isascii() else netloc.encode("idna").decode()


def _is_placeholder_url(value: str) -> bool:
    return not _BLANK.search(value) and _is_absolute(value.replace("*", "star").replace("{", "").replace("}", ""))


def _is_callback(value: str) -> bool:
    # Native schemes (`myapp://callback`) are callbacks too; a bare host with a wildcard is not (thread).
    scheme, found, rest = value.partition(":")
    is_url = bool(found and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme) and rest) and not _BLANK.search(value)
    return is_url and _passes(lambda text: ascii_host(urlsplit(text).netloc))(value)


def _passes(read: Callable[[str], object]) -> Callable[[str], bool]:
    """Returns a check for values that `read` accepts without a ValueError."""

    def check(value: str) -> bool:
        try:
            read(value)
        except ValueError:
            return False
        return True

    return check


def _id(prefix: str) -> Callable[[str], bool]:
    return lambda value: re.fullmatch(prefix + r"_[A-Za-z0-9]+", value) is not None


def _is_moment(value: str) -> bool:
    return "T" in value and _passes(datetime.fromisoformat)(value)


def _or_empty(check: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda value: not value or check(value)


FORMATS: dict[str, Callable[[str], bool]] = {
    "callback-url": _is_callback,
    "url-with-placeholders": _is_placeholder_url,
    "absolute-uri-or-empty": _or_empty(_is_absolute),
    "absolute-https-uri-with-placeholders-or-empty": _or_empty(
        lambda value: value.startswith("https://") and _is_placeholder_url(value)
    ),
    "absolute-https-uri-or-empty": _or_empty(lambda value: _is_absolute(value, "https")),
    "url": _is_absolute,
    "url-or-null": _is_absolute,
    "email-or-empty": _or_empty(lambda value: re.fullmatch(r"[^@\s]+@[^@\s]+", value) is not None),
    "email": lambda value: re.fullmatch(r"[^@\s]+@[^@\s]+", value) is not None,
    "strict-uri": _is_absolute,
    "user-id": lambda value: re.fullmatch(r"[^\s|]+\|\S.*", value) is not None,
    "user-id-with-max-length": lambda value: re.fullmatch(r"[^\s|]+\|\S.*", value) is not None,
    "organization-name": lambda value: re.fullmatch(r"[a-z0-9][a-z0-9_-]*", value) is not None,
    "html-color": lambda value: re.fullmatch(r"#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?", value) is not None,
    "strict-https-uri-or-null": lambda value: _is_absolute(value, "https"),
    "uuid": lambda value: re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value) is not None,
    "hostname": lambda value: re.fullmatch(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*", value) is not None,
    "date-time": _is_moment,
    "ipv4": _passes(ipaddress.IPv4Address),
    "ipv6": _passes(ipaddress.IPv6Address),
    "cidr": _passes(ipaddress.IPv4Network),
    "ipv6_cidr": _passes(ipaddress.IPv6Network),
    "organization-id": _id("org"),
    "credential-id": _id("cred"),
    "user-attribute-profile-id": _id("uap"),
    "connection-profile-id": _id("cop"),
    "client-id": lambda value: re.fullmatch(r"[A-Za-z0-9_-]{1,64}", value) is not None,
}
