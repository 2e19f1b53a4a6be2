"""The hosts and wildcards of an application's URLs, as Auth0 accepts and matches them.

Sources: auth0-url-placeholders, auth0-url-forms (docs/sources.md).
"""

import re
from urllib.parse import urlsplit

PLACEHOLDER = "{organization_name}"
"""A placeholder in URLs that Auth0 replaces with the name of the login's organization."""
_LABEL = re.compile(r"\w([\w-]{0,61}\w)?")
"""Matches a label: letters of any script, digits, hyphens, and underscores, which occur in real host names."""


def is_host(host: str) -> bool:
    """Whether a host is valid in a URL for Auth0: `*` at most once, in the leftmost label; placeholders are allowed."""
    first, dot, rest = host.partition(".")
    if first.count("*") > 1 or ("*" in first and not dot):
        return False
    plain = first.replace("*", "w").replace(PLACEHOLDER, "o") + dot + rest.replace(PLACEHOLDER, "o")
    return all(_LABEL.fullmatch(label) for label in plain.removesuffix(".").split(".")) and _is_encodable(plain)


def _is_encodable(host: str) -> bool:
    """Whether DNS can represent a host name; it encodes names in other scripts as ASCII (IDNA)."""
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return True


def never_matches(url: str) -> str | None:
    """Returns why Auth0 never matches this URL to any URL of an app, although it stores it; None if it may match."""
    parts = urlsplit(url)
    if "*" in parts.path + parts.query:
        return "Auth0 supports the wildcard * only in a subdomain, and takes it literally elsewhere"
    first, _, rest = (parts.hostname or "").partition(".")
    if "*" in first and "." not in rest and rest != "localhost":
        return f"Auth0 does not allow a wildcard for all of .{rest}"
    return None
