"""The state of a sandbox: its tenants, and the Twilio account and history that they share."""

import ipaddress
import re
from collections.abc import Sequence
from heapq import merge
from typing import Any

from mfa_setup.sandbox import fleet
from mfa_setup.sandbox.auth0.fresh import fresh_tenant
from mfa_setup.sandbox.auth0.state import Tenant
from mfa_setup.sandbox.auth0.tokens import SigningKey
from mfa_setup.sandbox.auth0.tool import ToolClient
from mfa_setup.sandbox.config import SandboxConfig
from mfa_setup.sandbox.faults import Fault
from mfa_setup.sandbox.history import KEPT, Entry, new_history
from mfa_setup.sandbox.site import Site
from mfa_setup.sandbox.twilio.snapshot import snapshot
from mfa_setup.sandbox.twilio.state import TwilioState


class World:
    """The state behind one sandbox: Auth0 tenants, which share nothing but one Twilio account.

    Args:
        config: The options of the sandbox; the port is the one that is served.
        hosts: The host names of the tenants; by default as many as `config.tenants` says. The first tenant also answers
            under `localhost` and under every loopback address that no other tenant has.

    Attributes:
        site: The address and configuration of the sandbox.
        tenants: Tenants by domain.
        twilio: The Twilio account.
        faults: The pending faults for requests to any service; each tenant has its own as well.
        requested: The number of requests so far, from which each request gets its number.
        other_requests: The latest requests that reached no tenant: requests to Twilio, and to an unknown host.
    """

    def __init__(self, config: SandboxConfig, hosts: Sequence[str] | None = None) -> None:
        self.site = Site(config)
        self.twilio = TwilioState(config)
        names = hosts or fleet.host_names(config.tenants or 1)
        keys = [SigningKey() for _ in names] if hosts else fleet.signing_keys(len(names))
        self._domains = {_name(name): f"{name}:{config.port}" for name in names}
        self.tenants = {
            domain: fresh_tenant(domain, self.site, ToolClient(), key)
            for domain, key in zip(self._domains.values(), keys, strict=True)
        }
        self._forget()

    def _forget(self) -> None:
        self.requested = 0
        self.other_requests = new_history()
        self.faults: list[Fault] = []

    @property
    def config(self) -> SandboxConfig:
        """The options of the sandbox."""
        return self.site.config

    @property
    def first(self) -> Tenant:
        """The first tenant, which is usually the only one."""
        return next(iter(self.tenants.values()))

    @property
    def requests(self) -> list[Entry]:
        """The latest requests to all parts of the sandbox, oldest first."""
        histories = [self.other_requests, *(tenant.requests for tenant in self.tenants.values())]
        return list(merge(*histories, key=lambda entry: entry.n))[-KEPT:]

    def tenant(self, host: str | None) -> Tenant | None:
        """Returns the tenant of a Host header. The port is ignored, because a proxy may listen on another one."""
        domain = self._domains.get(_name(host or ""))
        if domain is not None:
            return self.tenants[domain]
        return self.first if is_loopback(host) else None

    def reset(self) -> None:
        """Resets the sandbox to its initial state, and keeps the credentials, SIDs and signing keys."""
        self.twilio = TwilioState(self.config, credentials=self.twilio.credentials)
        for domain in self.tenants:
            self.reset_tenant(domain)
        self._forget()

    def reset_tenant(self, domain: str) -> None:
        """Resets one tenant; the other tenants, the Twilio account and the count of requests stay as they are."""
        old = self.tenants[domain]
        self.tenants[domain] = fresh_tenant(domain, self.site, old.tool, old.key)

    def snapshot(self) -> dict[str, Any]:
        """Returns the answer of `GET /_sandbox/state`."""
        tenants = {domain: tenant.snapshot() for domain, tenant in self.tenants.items()}
        return {"tenants": tenants, "twilio": snapshot(self.twilio)}


def is_loopback(host: str | None) -> bool:
    """Whether a Host header, or the address of a peer, is this machine."""
    if host is None:
        return False
    name = _name(host)
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _name(host: str) -> str:
    """Returns the host name without its port; a peer's IPv6 address has no brackets."""
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]]+))(?::[0-9]*)?", host)
    return (found[1] or found[2]).lower() if found else host
