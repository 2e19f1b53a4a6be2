"""Where the two services are reached: their real hosts, or one sandbox on loopback."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from mfa_setup.errors import InvalidValueError, SandboxMixedError


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The tenant's base URL (`https://acme.eu.auth0.com`), and the sandbox's for Twilio (None: the real hosts)."""

    auth0: str
    twilio: str | None
    local: bool = False

    @property
    def twilio_fits(self) -> bool:
        """Whether Twilio may be asked at all: a tenant on loopback goes with a sandbox only."""
        return self.twilio is not None or not self.local


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine, by its letters alone: a DNS answer proves nothing."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


_SANDBOX_HINT = "A sandbox runs on loopback: use http://localhost:PORT, or unset MFA_SETUP_SANDBOX."


def sandbox_url(text: str) -> SplitResult:
    """The URL of the sandbox.

    Raises:
        InvalidValueError: It is not an http or https URL.
        SandboxMixedError: It is not on this machine.
    """
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None:
        raise InvalidValueError("MFA_SETUP_SANDBOX is not an http or https URL.", hint=_SANDBOX_HINT)
    if not is_loopback(host):
        raise SandboxMixedError(f"MFA_SETUP_SANDBOX is at {host}, which is not on this machine.", hint=_SANDBOX_HINT)
    return parts


def resolve(domain: str, sandbox: SplitResult | None, *, twilio_needed: bool) -> Endpoints:
    """Both services on loopback, or neither.

    Raises:
        SandboxMixedError: One is on loopback and the other is not.
    """
    local = is_loopback(urlsplit(f"//{domain}").hostname or "")
    if sandbox and not local:
        raise SandboxMixedError(
            f"MFA_SETUP_SANDBOX is set, but the tenant {domain} is a real one.",
            hint="Set AUTH0_DOMAIN to the sandbox's own, or unset MFA_SETUP_SANDBOX.",
        )
    if local and not sandbox and twilio_needed:
        raise SandboxMixedError(
            f"The tenant {domain} is on this machine, but Twilio would be the real one.",
            hint="Set MFA_SETUP_SANDBOX to the sandbox's URL; `mfa-setup sandbox` prints it.",
        )
    if not local:
        return Endpoints(f"https://{domain}", None)
    scheme = sandbox.scheme if sandbox else "http"
    base = f"{sandbox.scheme}://{sandbox.netloc}" if sandbox else None
    return Endpoints(f"{scheme}://{domain}", base, local=True)
