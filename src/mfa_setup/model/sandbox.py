"""The JSON line that `mfa-setup sandbox` prints."""

from pydantic import ConfigDict

from mfa_setup.model.base import Frozen


class SandboxReady(Frozen):
    """The line that `mfa-setup sandbox --json` prints when it is ready (docs/sandbox.md).

    Attributes:
        url: The URL at which the sandbox serves both services.
        control: The URL of its control API.
        inbox: The URL of the page with the messages.
        ca_file: The file with the certificate to trust; only with `--tls`.
        tenants: The domains of the tenants; only with `--tenants` or `--fleet-file`.
        env: The environment variables for a client of the sandbox, by name.
    """

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    url: str
    control: str
    inbox: str
    ca_file: str = ""
    tenants: tuple[str, ...] = ()
    env: dict[str, str]
