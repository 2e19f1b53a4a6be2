"""The tenant that a request is for; the outermost middleware finds it by the Host header."""

from starlette.types import Scope

from mfa_setup.sandbox.auth0.state import Tenant

_KEY = "mfa_setup.tenant"


def reach(scope: Scope, tenant: Tenant | None) -> None:
    """Note the tenant of a request; None where the host is not this machine."""
    scope[_KEY] = tenant


def reached(scope: Scope) -> Tenant | None:
    """The tenant of a request; None where the host is not this machine."""
    tenant: Tenant | None = scope.get(_KEY)
    return tenant
