"""All routes of the Auth0 half."""

from starlette.routing import Route

from mfa_setup.sandbox.auth0 import (
    clients,
    connections,
    discovery,
    guardian,
    oauth,
    phone_legacy,
    phone_templates,
    phone_unified,
    tenant,
)


def routes() -> list[Route]:
    """The Management API, the token endpoint and the discovery documents."""
    families = (clients, connections, phone_legacy, guardian, phone_unified, phone_templates, tenant)
    return (
        [endpoint.route() for family in families for endpoint in family.endpoints()]
        + oauth.routes()
        + discovery.routes()
    )
