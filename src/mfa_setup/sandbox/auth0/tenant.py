"""Tenant settings: `/api/v2/tenants/settings`."""

from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint, pick
from mfa_setup.sandbox.auth0.schemas import BOOLEAN, STRING
from mfa_setup.sandbox.auth0.state import JSON, Tenant
from mfa_setup.sandbox.auth0.validation import Schema

_FIELDS: dict[str, Schema] = {"fields": STRING, "include_fields": BOOLEAN}
_FLAGS_OF_CHANGES = {
    "cannot_change_enforce_client_authentication_on_passwordless_start": True,
    "enforce_client_authentication_on_passwordless_start": True,
}


def get_settings(call: Call) -> JSON:
    """GET /tenants/settings (recorded)."""
    return pick(call.tenant.settings, call.query)


def update_settings(call: Call) -> JSON:
    """PATCH /tenants/settings: merges, flag by flag; null and an empty redirection URI clear (recorded)."""
    # not verified: whether every tenant may change `phone_consolidated_experience`, in both directions
    settings = call.tenant.settings
    if "phone_consolidated_experience" in call.body:
        call.tenant.stack = None  # the setting decides again, whatever stack a control call has set
    for name, value in call.body.items():
        if value is None or (name == "default_redirection_uri" and not value):
            settings.pop(name, None)
        elif name == "flags":
            settings[name] = settings[name] | value
        elif name.endswith("_in_minutes"):
            hours = value / 60
            settings[name.removesuffix("_in_minutes")] = int(hours) if hours.is_integer() else hours
        else:
            settings[name] = value
    return _as_changed(call.tenant)


def _as_changed(tenant: Tenant) -> JSON:
    """Returns the answer to an update, which differs from the answer to a read (recorded).

    It lacks the list of Node versions and has two more flags; with the newer login experience, `universal_login`
    shows how the login pages are configured.
    """
    shown = {name: value for name, value in tenant.settings.items() if name != "sandbox_versions_available"}
    shown["flags"] = _FLAGS_OF_CHANGES | shown["flags"]
    if shown["flags"].get("new_universal_login_experience_enabled") and isinstance(shown.get("universal_login"), dict):
        shown["universal_login"] = shown["universal_login"] | tenant.login_page
    return shown


def endpoints() -> list[Endpoint]:
    """Returns the endpoints of the tenant settings."""
    read, update = ("read:tenant_settings",), ("update:tenant_settings",)
    return [
        Endpoint("GET", "/tenants/settings", read, get_settings, query=_FIELDS),
        Endpoint("PATCH", "/tenants/settings", update, update_settings),
    ]
