"""Everything that a sandbox remembers: the tenants, the Twilio account, the requests and the faults."""

import ipaddress
import re
from collections import deque
from typing import Any

from mfa_setup.sandbox.auth0.fresh import fresh_tenant
from mfa_setup.sandbox.auth0.state import Tenant
from mfa_setup.sandbox.auth0.tokens import SigningKey
from mfa_setup.sandbox.auth0.tool import ToolClient
from mfa_setup.sandbox.config import SandboxConfig
from mfa_setup.sandbox.faults import Fault
from mfa_setup.sandbox.login.state import LoginState
from mfa_setup.sandbox.requestlog import KEPT, Entry
from mfa_setup.sandbox.twilio.state import TwilioState


class World:
    """The state behind one sandbox; handlers find it as `request.app.state.world`.

    Attributes:
        config: How the sandbox was set up; its port is the one that is served.
        tool: The credentials of the tool's client; they survive a reset.
        key: What signs the tenant's tokens; it survives a reset.
        tenants: Tenants by domain.
        twilio: The Twilio account.
        requests: The API requests so far, oldest first; only the latest are kept.
        requested: How many there were, for their numbers.
        faults: Failures that wait for a matching request.
        logins: What the logins of each tenant remember, by domain.
        ca_file: The certificate of this run's authority, under `--tls`.
    """

    def __init__(self, config: SandboxConfig) -> None:
        self.config = config
        self.tool = ToolClient()
        self.key = SigningKey()
        self.twilio = TwilioState(config)
        self.ca_file: str | None = None
        self.tenants: dict[str, Tenant] = {}
        self.requests: deque[Entry] = deque(maxlen=KEPT)
        self.requested = 0
        self.faults: list[Fault] = []
        self.logins: dict[str, LoginState] = {}
        self._start()

    def _start(self) -> None:
        self.tenants = {self.domain: fresh_tenant(self.domain, self.config, self.tool)}
        self.requests = deque(maxlen=KEPT)
        self.requested = 0
        self.faults = []
        self.logins = {}

    @property
    def scheme(self) -> str:
        """`https` under `--tls`, else `http`."""
        return "https" if self.config.tls else "http"

    @property
    def domain(self) -> str:
        """The domain of the one tenant."""
        return f"localhost:{self.config.port}"

    @property
    def url(self) -> str:
        """Where the sandbox answers."""
        return f"{self.scheme}://{self.domain}"

    def tenant(self, host: str | None) -> Tenant | None:
        """The tenant behind a Host header: any loopback name, as behind a proxy on another port."""
        return self.tenants[self.domain] if is_loopback(host) else None

    def login_of(self, tenant: Tenant) -> LoginState:
        """What the logins of a tenant remember."""
        if tenant.domain not in self.logins:
            self.logins[tenant.domain] = LoginState()
        return self.logins[tenant.domain]

    def reset(self) -> None:
        """Back to the start, with the same credentials, SIDs and signing key."""
        self.twilio = TwilioState(self.config, credentials=self.twilio.credentials)
        self._start()

    def snapshot(self) -> dict[str, Any]:
        """The answer of `GET /_sandbox/state`."""
        tenants = {domain: tenant.snapshot() for domain, tenant in self.tenants.items()}
        return {"tenants": tenants, "twilio": self.twilio.snapshot()}


def is_loopback(host: str | None) -> bool:
    """Whether a Host header (or the address of a peer) is this machine."""
    if host is None:
        return False
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]]+))(?::[0-9]*)?", host)
    name = (found[1] or found[2]).lower() if found else host  # the address of a peer has no brackets
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
