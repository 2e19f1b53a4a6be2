"""Whether a login is within the limits of the policy, as far as its ID token shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mfa_setup.model.observed import Application
from mfa_setup.model.scope import PolicyScope
from mfa_setup.model.scope_code import ScopeCode


@dataclass(frozen=True, slots=True)
class Comparison:
    """One part of the limits, compared with a login.

    Attributes:
        fits: Whether the login matches this part; None if an ID token does not show that.
        words: The result as a clause, such as `the user is within the 10 %`.
    """

    fits: bool | None
    words: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a login is: inside or outside the limits.

    Attributes:
        scope: The limits.
        compared: Each part of the limits, compared with the login.
    """

    scope: PolicyScope
    compared: tuple[Comparison, ...]

    @property
    def inside(self) -> bool | None:
        """Whether the login is within the limits; None if that cannot be determined."""
        results = [one.fits for one in self.compared]
        if False in results:
            return False
        return None if None in results else True

    @property
    def why(self) -> str:
        """The clauses that decide: those that leave the login out, otherwise all of them."""
        out = [one.words for one in self.compared if one.fits is False]
        return " and ".join(out or [one.words for one in self.compared if one.fits])

    @property
    def hidden(self) -> str:
        """What the limits also depend on, but an ID token does not show."""
        return " and ".join(one.words for one in self.compared if one.fits is None)


def place_of(limits: ScopeCode, app: Application, claims: dict[str, Any]) -> Place:
    """Compares a login to an application with the limits.

    Args:
        limits: The limits, with the salt of the percentage.
        app: The application.
        claims: The claims of the ID token; `sub` is the user's ID.
    """
    return Place(limits.scope, tuple(_compared(limits, app, claims)))


def _compared(limits: ScopeCode, app: Application, claims: dict[str, Any]) -> Iterator[Comparison]:
    scope = limits.scope
    named = not scope.applications or app.client_id in {one.client_id for one in scope.applications}
    yield Comparison(named, f'the application "{app.name}" is {_not(named)}within the limits')
    if scope.organizations:  # a login to an organization has its ID in the token (sources: auth0-organization)
        named = claims.get("org_id") in {one.id for one in scope.organizations}
        yield Comparison(named, f"the login is {_not(named)}to an organization within the limits")
    if scope.percent is not None:
        named = limits.share_of(str(claims["sub"])) < scope.percent
        yield Comparison(named, f"the user is {_not(named)}within the {scope.percent} %")
    if scope.connections:
        yield Comparison(None, "the user's connection")
    if scope.roles:
        yield Comparison(None, "the user's roles")


def _not(fits: bool) -> str:  # noqa: FBT001 the one value that it words
    return "" if fits else "not "
