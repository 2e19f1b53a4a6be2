"""Whom the MFA policy asks for a code if it does not ask everyone."""

from pydantic import Field

from mfa_setup.model.base import Frozen


class ScopedApplication(Frozen):
    """An application that the policy is limited to."""

    name: str
    client_id: str


class ScopedName(Frozen):
    """A connection or an organization that the policy is limited to."""

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
