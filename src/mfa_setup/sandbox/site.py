"""The address and configuration of a sandbox, which its tenants share."""

from dataclasses import dataclass, field

from mfa_setup.sandbox.actions.workers import Workers
from mfa_setup.sandbox.config import SandboxConfig


@dataclass(slots=True)
class Site:
    """The server behind all tenants.

    Attributes:
        config: The options of the sandbox; the port is the one that is served.
        ca_file: The path of the certificate of this run's authority; None without `--tls`.
        workers: The processes that run Actions.
    """

    config: SandboxConfig
    ca_file: str | None = None
    workers: Workers = field(init=False)

    def __post_init__(self) -> None:
        self.workers = Workers(self.config.action_seconds)

    @property
    def scheme(self) -> str:
        """`https` under `--tls`, else `http`."""
        return "https" if self.config.tls else "http"

    @property
    def url(self) -> str:
        """The URL of the sandbox, which is the same for all tenants."""
        return f"{self.scheme}://localhost:{self.config.port}"
