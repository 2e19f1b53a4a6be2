"""The application whose credentials the sandbox hands out."""

from dataclasses import dataclass, field

from mfa_setup.sandbox.auth0.ids import new_id


@dataclass(frozen=True, slots=True)
class ToolClient:
    """The machine-to-machine client whose credentials the sandbox hands out; it survives a reset.

    Attributes:
        client_id: The client ID.
        client_secret: The client secret.
        global_id: The ID of the tenant's hidden global client.
        connection_id: The ID of the default database connection.
    """

    client_id: str = field(default_factory=lambda: new_id(length=32))
    client_secret: str = field(default_factory=lambda: new_id(length=64))
    global_id: str = field(default_factory=lambda: new_id(length=32))
    connection_id: str = field(default_factory=lambda: new_id("con_", 16))
