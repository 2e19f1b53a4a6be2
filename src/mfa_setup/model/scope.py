"""Whom the MFA policy asks for a code if it does not ask everyone."""

import shlex
from collections.abc import Iterable

from pydantic import Field

from mfa_setup.model.base import Frozen


class ScopedApplication(Frozen):
    """An application that the policy is limited to.

    Attributes:
        name: The name of the application.
        client_id: The client ID of the application.
    """

    name: str
    client_id: str


class ScopedName(Frozen):
    """A connection or an organization that the policy is limited to.

    Attributes:
        name: The name of the connection or organization.
        id: The ID of the connection or organization.
    """

    name: str
    id: str


class PolicyScope(Frozen):
    """The logins that are asked for a code: those that match one value of every kind given, within the percentage.

    Attributes:
        applications: The applications; empty for every application.
        connections: The connections; empty for every connection.
        organizations: The organizations; empty for every login, with or without an organization.
        roles: The names of the roles; empty for every user.
        percent: The share of the users, from 1 to 99; None for all of them.
    """

    applications: tuple[ScopedApplication, ...] = ()
    connections: tuple[ScopedName, ...] = ()
    organizations: tuple[ScopedName, ...] = ()
    roles: tuple[str, ...] = ()
    percent: int | None = Field(default=None, ge=1, le=99)

    @property
    def who(self) -> str:
        """The users in words, such as `users of Acme Portal, 10 %`."""
        parts = [
            f"users of {_either(one.name for one in self.applications)}" if self.applications else "users",
            f"of the connection {_either(one.name for one in self.connections)}" if self.connections else "",
            f"in the organization {_either(one.name for one in self.organizations)}" if self.organizations else "",
            f"with the role {_either(self.roles)}" if self.roles else "",
        ]
        users = " ".join(filter(None, parts))
        if self.percent is None:
            return users
        return f"{self.percent} % of all users" if users == "users" else f"{users}, {self.percent} %"

    @property
    def may_depend_on_user(self) -> bool:
        """Whether two users of the same application and organization may be treated differently."""
        return bool(self.connections or self.roles or self.percent)

    def proving_command(self, own: str | None) -> str:
        """Returns the command whose login is within the limits, as far as options of the command decide that.

        Args:
            own: The client ID of the application to prefer if it is within the limits.
        """
        ids = [one.client_id for one in self.applications]
        chosen = ["--app-client-id", own if own in ids and own else ids[0]] if ids else []
        if self.organizations:
            chosen += ["--organization", self.organizations[0].id]
        return shlex.join(["mfa-setup", "test", "login", *chosen])


def _either(names: Iterable[str]) -> str:
    listed = list(names)
    return " or ".join(filter(None, [", ".join(listed[:-1]), listed[-1]]))
