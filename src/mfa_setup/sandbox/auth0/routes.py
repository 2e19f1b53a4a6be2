"""All routes of the Auth0 half."""

from starlette.routing import Route

from mfa_setup.sandbox.auth0 import (
    actions,
    apis,
    clients,
    connection_clients,
    connections,
    discovery,
    enrollments,
    factor_settings,
    grants,
    guardian,
    logs,
    methods,
    oauth,
    phone_legacy,
    phone_templates,
    phone_unified,
    tenant,
    users,
)

_PHONE = (phone_legacy, phone_unified, phone_templates)
_FACTORS = (factor_settings, guardian, enrollments)
_APPLICATIONS = (clients, connection_clients, connections, grants, apis)


def routes() -> list[Route]:
    """The Management API, the token endpoint and the discovery documents."""
    families = (*_APPLICATIONS, *_PHONE, *_FACTORS, users, methods, tenant, logs, actions)
    return (
        [endpoint.route() for family in families for endpoint in family.endpoints()]
        + oauth.routes()
        + discovery.routes()
    )
