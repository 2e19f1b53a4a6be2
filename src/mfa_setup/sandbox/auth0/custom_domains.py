"""Custom domains: `/api/v2/custom-domains`. The sandbox stores them but does not answer under their names.

One error response is recorded. The OpenAPI extracts do not include custom domains, so the other forms follow the types
of auth0-python and are not verified.
"""

from typing import Any

from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint
from mfa_setup.sandbox.auth0.errors import ManagementError, invalid_body, not_found
from mfa_setup.sandbox.auth0.ids import new_id
from mfa_setup.sandbox.auth0.paging import PAGING, paged
from mfa_setup.sandbox.auth0.schemas import OBJECT, STRING, closed, nullable, one_of
from mfa_setup.sandbox.auth0.state import JSON, Tenant
from mfa_setup.sandbox.auth0.validation import Schema

_CERTIFICATES = one_of("auth0_managed_certs", "self_managed_certs")
_CHANGEABLE: dict[str, Schema] = {
    "tls_policy": one_of("recommended"),
    "custom_client_ip_header": nullable(STRING),
    "domain_metadata": OBJECT,
    "relying_party_identifier": nullable(STRING),
}
_NEW = closed(
    _CHANGEABLE
    | {
        "domain": {"type": "string", "format": "hostname", "maxLength": 255},
        "type": _CERTIFICATES,
        "verification_method": one_of("txt"),
    },
    "domain",
    "type",
)


def custom_domain(name: str, kind: str = "auth0_managed_certs", *, ready: bool = False) -> JSON:
    """Builds a custom domain; one that is not ready waits for its DNS record."""
    domain_id = new_id("cd_", 16)
    record = {"name": "cname", "record": f"{domain_id}.edge.tenants.example.auth0.com", "domain": name}
    return {
        "custom_domain_id": domain_id,
        "domain": name,
        "primary": True,
        "is_default": False,
        "status": "ready" if ready else "pending_verification",
        "type": kind,
        "tls_policy": "recommended",
        "verification": {"methods": [record], "status": "verified" if ready else "pending"},
    }


def verified(tenant: Tenant) -> list[JSON]:
    """Returns the tenant's verified domains."""
    return [domain for domain in tenant.custom_domains.values() if domain["status"] == "ready"]


def _find(call: Call) -> JSON:
    if call.path["id"] not in call.tenant.custom_domains:
        raise not_found("The custom domain does not exist.", "inexistent_custom_domain")
    return call.tenant.custom_domains[call.path["id"]]


def list_domains(call: Call) -> Any:
    """GET /custom-domains: a bare array, or checkpoint pages if `take` is given."""
    return paged(list(call.tenant.custom_domains.values()), {"per_page": 100} | call.query, "custom_domains")


def create_domain(call: Call) -> JSON:
    """POST /custom-domains: creates a domain that waits for its verification."""
    body = call.body
    if any(domain["domain"] == body["domain"] for domain in call.tenant.custom_domains.values()):
        raise ManagementError(409, "A custom domain with this name already exists.", "custom_domain_conflict")
    given = {name: value for name, value in body.items() if name in _CHANGEABLE}
    domain = custom_domain(body["domain"], body["type"]) | given
    call.tenant.custom_domains[domain["custom_domain_id"]] = domain
    return domain


def get_domain(call: Call) -> JSON:
    """GET /custom-domains/{id}."""
    return _find(call)


def update_domain(call: Call) -> JSON:
    """PATCH /custom-domains/{id}."""
    domain = _find(call)
    domain.update(call.body)
    return domain


def set_default(call: Call) -> JSON:
    """PATCH /custom-domains/default: rejects a domain that is not verified (recorded)."""
    found = next((domain for domain in verified(call.tenant) if domain["domain"] == call.body["domain"]), None)
    if found is None:
        raise invalid_body("The domain must be verified before it can be set as default.")
    for domain in call.tenant.custom_domains.values():
        domain["is_default"] = domain is found
    return found


def verify_domain(call: Call) -> JSON:
    """POST /custom-domains/{id}/verify: verifies the domain at once, without a DNS lookup."""
    domain = _find(call)
    domain.update(status="ready", verification=domain["verification"] | {"status": "verified"})
    return domain


def delete_domain(call: Call) -> None:
    """DELETE /custom-domains/{id}: 204, even if the domain does not exist."""
    call.tenant.custom_domains.pop(call.path["id"], None)


def endpoints() -> list[Endpoint]:
    """Returns the endpoints under `/api/v2/custom-domains`."""
    base, one, scope = "/custom-domains", "/custom-domains/{id}", "custom_domains"
    query = {name: PAGING[name] for name in ("from", "take")} | {"q": STRING, "fields": STRING, "sort": STRING}
    query |= {"include_fields": {"type": "boolean"}}
    return [
        Endpoint("GET", base, (f"read:{scope}",), list_domains, query=query),
        Endpoint("POST", base, (f"create:{scope}",), create_domain, _NEW, status=201),
        Endpoint("PATCH", base + "/default", (f"update:{scope}",), set_default, closed({"domain": STRING}, "domain")),
        Endpoint("GET", one, (f"read:{scope}",), get_domain),
        Endpoint("PATCH", one, (f"update:{scope}",), update_domain, closed(_CHANGEABLE)),
        Endpoint("DELETE", one, (f"delete:{scope}",), delete_domain),
        Endpoint("POST", one + "/verify", (f"create:{scope}",), verify_domain),
    ]
