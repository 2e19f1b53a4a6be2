"""Checks of URLs and origins against those that an application allows."""

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from mfa_setup.sandbox.auth0.formats import ascii_host
from mfa_setup.sandbox.auth0.state import JSON, Tenant


def origin_of(url: str) -> str:
    """Returns the origin of a URL, without a path or a trailing slash."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{ascii_host(parts.netloc)}".lower() if parts.netloc else ""


def with_query(url: str, values: dict[str, str]) -> str:
    """Returns the URL with these parameters added to its query."""
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *values.items()]
    return urlunsplit(parts._replace(query=urlencode(query)))


def allows(allowed: Iterable[str], url: str) -> bool:
    """Whether a URL is allowed, literally or by a wildcard in the first label (docs: for subdomains only)."""
    return any(url == one or _fits_wildcard(one, url) for one in allowed)


def allows_return(allowed: Iterable[str], url: str) -> bool:
    """Whether a logout URL is allowed; the query, the hash and the case of the host are ignored (docs)."""
    return allows([_bare(one) for one in allowed], _bare(url))


def _bare(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url  # not a URL, so it is compared literally
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path, "", ""))


def _fits_wildcard(pattern: str, url: str) -> bool:
    # not verified: which characters a wildcard stands for; here those of one label
    scheme, found, rest = pattern.partition("://")
    label, dot, tail = rest.partition(".")
    if not found or not dot or "*" not in label or "/" in label or "*" in tail:
        return False
    first = re.escape(label).replace(r"\*", "[A-Za-z0-9_-]+")
    return re.fullmatch(re.escape(f"{scheme}://") + first + re.escape(f".{tail}"), url) is not None


def web_origins(client: JSON) -> set[str]:
    """Returns the origins to which a `web_message` answer may be sent (docs: Allowed Web Origins)."""
    return {origin_of(url) for url in client.get("web_origins") or ()} - {""}


def origins(client: JSON) -> set[str]:
    """Returns the origins that may call the token endpoint (docs: callbacks, web origins and CORS origins)."""
    found = web_origins(client)
    for name in ("callbacks", "allowed_origins"):
        found |= {origin_of(url) for url in client.get(name) or ()}
    return found - {""}


def every_origin(tenant: Tenant) -> set[str]:
    """Returns the origins of all applications, because a preflight does not name its application."""
    return set().union(*(origins(client) for client in tenant.clients.values()))
