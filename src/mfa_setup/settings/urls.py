"""The hosts and wildcards of an application's URLs, as Auth0 takes and matches them.

Sources: auth0-url-placeholders, auth0-url-forms (docs/sources.md).
"""

import re
from urllib.parse import urlsplit

PLACEHOLDER = "{organization_name}"
"""Auth0 puts the name of the login's organization in its place."""
_LABEL = re.compile(r"\w([\w-]{0,61}\w)?")
"""Letters of any script, digits, hyphens, and underscores, which host names in use have."""


def is_host(host: str) -> bool:
    """Whether it is the host of a URL that Auth0 takes: `*` once, in the label furthest left, and the placeholder."""
    first, dot, rest = host.partition(".")
    if first.count("*") > 1 or ("*" in first and not dot):
        return False
    plain = first.replace("*", "w").replace(PLACEHOLDER, "o") + dot + rest.replace(PLACEHOLDER, "o")
    return all(_LABEL.fullmatch(label) for label in plain.removesuffix(".").split(".")) and _is_encodable(plain)


def _is_encodable(host: str) -> bool:
    """Whether DNS can have it: names in other scripts are written in ASCII there (IDNA)."""
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return True


def never_matches(url: str) -> str | None:
    """Why no URL of an app ever matches this one, although Auth0 stores it; None where one may."""
    parts = urlsplit(url)
    if "*" in parts.path + parts.query:
        return "Auth0 supports the wildcard * only in a subdomain, and takes it literally elsewhere"
    first, _, rest = (parts.hostname or "").partition(".")
    if "*" in first and "." not in rest and rest != "localhost":
        return f"Auth0 does not allow a wildcard for all of .{rest}"
    return None
