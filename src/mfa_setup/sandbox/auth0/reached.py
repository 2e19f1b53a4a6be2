"""Stores the tenant that a request is for in its scope; the outermost middleware finds it by the Host header."""

from starlette.types import Scope

from mfa_setup.sandbox.auth0.state import Tenant

_KEY = "mfa_setup.tenant"


def reach(scope: Scope, tenant: Tenant | None) -> None:
    """Stores the tenant of a request; None if no tenant has the host name."""
    scope[_KEY] = tenant


def reached(scope: Scope) -> Tenant | None:
    """Returns the tenant of a request; None if no tenant has the host name."""
    tenant: Tenant | None = scope.get(_KEY)
    return tenant
