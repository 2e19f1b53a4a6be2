"""All routes of the Auth0 half of the sandbox."""

from starlette.routing import Route

from mfa_setup.sandbox.auth0 import (
    action_bindings,
    action_versions,
    actions,
    apis,
    clients,
    connection_clients,
    connections,
    custom_domains,
    discovery,
    enrollments,
    factor_settings,
    grants,
    guardian,
    logs,
    methods,
    oauth,
    organization_members,
    organizations,
    phone_legacy,
    phone_templates,
    phone_unified,
    roles,
    tenant,
    users,
)
from mfa_setup.sandbox.auth0.endpoint import Endpoint

_PHONE = (phone_legacy, phone_unified, phone_templates)
_FACTORS = (factor_settings, guardian, enrollments)
_GROUPS = (roles, organizations, organization_members)
_ACTIONS = (actions, action_versions, action_bindings)
_APPLICATIONS = (clients, connection_clients, connections, grants, apis)


def endpoints() -> list[Endpoint]:
    """Returns all endpoints of the Management API."""
    families = (*_APPLICATIONS, *_PHONE, *_FACTORS, users, methods, tenant, custom_domains, logs, *_ACTIONS, *_GROUPS)
    return [endpoint for family in families for endpoint in family.endpoints()]


def routes() -> list[Route]:
    """Returns the routes of the Management API, the token endpoint and the discovery documents."""
    return [endpoint.route() for endpoint in endpoints()] + oauth.routes() + discovery.routes()
