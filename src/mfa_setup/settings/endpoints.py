"""The URLs of both services: their real hosts, or one sandbox on loopback."""

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from mfa_setup.errors import InvalidValueError, SandboxMixedError


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The base URLs of the tenant (`https://acme.eu.auth0.com`) and of the sandbox's Twilio (None: the real hosts)."""

    auth0: str
    twilio: str | None
    local: bool = False

    @property
    def twilio_fits(self) -> bool:
        """Whether Twilio requests are allowed: a tenant on loopback may only be combined with a sandbox."""
        return self.twilio is not None or not self.local


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine, judged by its text alone: a DNS answer proves nothing.

    Only `localhost`, names under it and addresses in their usual form count. Other notations for this machine (`127.1`,
    `0x7f000001`, `::ffff:127.0.0.1`, `localhost.`) mean another host to some URL parsers.
    """
    name = host.lower()
    if name == "localhost" or is_subdomain_of_localhost(host):
        return True
    try:
        address = ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    plain = isinstance(address, ipaddress.IPv4Address) or (address.ipv4_mapped is None and address.scope_id is None)
    return plain and address.is_loopback


_LONGEST_NAME = 253
_SUBDOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+localhost", re.ASCII | re.IGNORECASE)

LOOPBACK_ADDRESSES = ("127.0.0.1", "::1")
"""The addresses of names under `localhost`. They are not looked up, because most resolvers do not know such names."""


def is_subdomain_of_localhost(host: str) -> bool:
    """Whether a host name is a name below `localhost`, such as `t0002.tenants.localhost`, in its usual form.

    Source: RFC 6761, section 6.3: such a name belongs to this machine, and is never looked up on a DNS server.
    """
    return host.isascii() and len(host) <= _LONGEST_NAME and _SUBDOMAIN.fullmatch(host) is not None


def is_number(host: str) -> bool:
    """Whether a host is an IP address in any notation, even one that only some parsers accept (`127.1`, `0x7f000001`).

    Source: the URL Standard, "ends in a number checker": such a host is either an IP address or invalid.
    """
    last = host.strip("[]").rstrip(".").rpartition(".")[2].lower()
    return ":" in host or last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last) is not None


def is_under_localhost(host: str) -> bool:
    """Whether a name is reserved for this machine (RFC 6761, section 6.3: `.localhost`; `localhost.localdomain`)."""
    name = host.lower().rstrip(".")
    return name.endswith((".localhost", ".localdomain")) or name == "localhost"


def require_this_machine(places: Endpoints) -> None:
    """Refuses a `localhost` that resolves to another machine; checked before the first request.

    Raises:
        SandboxMixedError: The host name of the sandbox resolves to an address outside this machine.
    """
    for url in filter(None, (places.auth0, places.twilio)) if places.local else ():
        host = urlsplit(url).hostname or ""
        if is_subdomain_of_localhost(host):
            continue  # such a name is never resolved
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            continue  # the first request will fail in the same way and report the error
        if not all(is_loopback(str(entry[4][0])) for entry in found):
            raise SandboxMixedError(
                f"{host} resolves to another machine.",
                hint="Fix this machine's hosts file or resolver: localhost must resolve to 127.0.0.1 and ::1 only.",
            )


_SANDBOX_HINT = "A sandbox runs on this machine: set MFA_SETUP_SANDBOX to http://localhost:PORT, or unset it."


def sandbox_url(text: str) -> SplitResult:
    """Parses and checks the URL of the sandbox.

    Raises:
        InvalidValueError: The text is not an http or https URL.
        SandboxMixedError: The URL is not on this machine.
    """
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None:
        raise InvalidValueError(
            "MFA_SETUP_SANDBOX is not a URL that starts with http:// or https://.", hint=_SANDBOX_HINT
        )
    if not is_loopback(host):
        raise SandboxMixedError(f"MFA_SETUP_SANDBOX is at {host}, which is not on this machine.", hint=_SANDBOX_HINT)
    return parts


def require_sandbox_of(domain: str, sandbox: SplitResult) -> None:
    """Refuses to send a tenant's credentials to a sandbox other than the one that runs the tenant.

    Raises:
        SandboxMixedError: The domain is not that of the sandbox.
    """
    tenant = urlsplit(f"//{domain}")
    if not is_loopback(tenant.hostname or "") or tenant.port != sandbox.port:
        raise SandboxMixedError(
            f"MFA_SETUP_SANDBOX is {sandbox.netloc}, but the credentials of the profile are for {domain}.",
            hint="Unset MFA_SETUP_SANDBOX, or use the variables that `mfa-setup sandbox` prints instead of a profile.",
        )


def resolve(domain: str, sandbox: SplitResult | None, *, twilio_needed: bool) -> Endpoints:
    """Resolves the URLs of both services, which are both on loopback or both real.

    Raises:
        SandboxMixedError: One service is on loopback and the other is not.
    """
    local = is_loopback(urlsplit(f"//{domain}").hostname or "")
    if sandbox and not local:
        raise SandboxMixedError(
            f"MFA_SETUP_SANDBOX is set, but {domain} is a real tenant.",
            hint="Set AUTH0_DOMAIN to the sandbox's domain, or unset MFA_SETUP_SANDBOX.",
        )
    if local and not sandbox and twilio_needed:
        raise SandboxMixedError(
            f"The tenant {domain} is a sandbox, but the run would use the real Twilio.",
            hint="Set MFA_SETUP_SANDBOX to the URL that `mfa-setup sandbox` prints.",
        )
    if not local:
        return Endpoints(f"https://{domain}", None)
    scheme = sandbox.scheme if sandbox else "http"
    base = f"{sandbox.scheme}://{sandbox.netloc}" if sandbox else None
    return Endpoints(f"{scheme}://{domain}", base, local=True)
