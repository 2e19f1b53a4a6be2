"""The initial state of a tenant."""

from mfa_setup.sandbox.auth0 import defaults, tenant_defaults
from mfa_setup.sandbox.auth0.apis import management_api
from mfa_setup.sandbox.auth0.ids import new_id
from mfa_setup.sandbox.auth0.scopes import ALL_SCOPES
from mfa_setup.sandbox.auth0.state import JSON, Tenant
from mfa_setup.sandbox.auth0.tokens import SigningKey
from mfa_setup.sandbox.auth0.tool import ToolClient
from mfa_setup.sandbox.ratelimit import TokenBucket
from mfa_setup.sandbox.site import Site


def fresh_tenant(domain: str, site: Site, tool: ToolClient, key: SigningKey) -> Tenant:
    """Builds a tenant in its initial state: the sandbox's own client and the default database connection."""
    tenant = Tenant(
        domain=domain,
        name=domain.partition(":")[0],
        site=site,
        tool=tool,
        key=key,
        bucket=TokenBucket.for_plan(site.config.auth0_plan, site.config.rate_limit),
        token_bucket=TokenBucket.for_tokens(site.config.auth0_plan, site.config.rate_limit),
        global_client=defaults.global_client(tool),
        settings=tenant_defaults.tenant_settings(unified=site.config.phone_stack == "unified"),
    )
    tenant.clients[tool.client_id] = defaults.tool_client(tool)
    tenant.connections[tool.connection_id] = defaults.database_connection(tool)
    tenant.enabled[tool.connection_id] = []
    api = management_api(tenant)
    tenant.apis[api["id"]] = api
    grant = management_grant(tenant, tool.client_id)
    tenant.grants[grant["id"]] = grant
    return tenant


def management_grant(tenant: Tenant, client_id: str) -> JSON:
    """Builds a client grant for the Management API with every scope, in the recorded form."""
    return {
        "id": new_id("cgr_", 16),
        "client_id": client_id,
        "audience": tenant.audiences[0],
        "scope": ALL_SCOPES,
        "subject_type": "client",
    }
