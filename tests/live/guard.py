"""What must hold before the live check touches a tenant, and what must be the same after it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from live.site import FAKE_SID, PREFIX, Answer, Site, UntriedError
from mfa_setup.settings.endpoints import is_loopback

MOST_USERS = 25
"""The most users of a tenant that counts as one for development."""
TENANT, ACCOUNT = "MFA_SETUP_LIVE_TENANT", "MFA_SETUP_LIVE_ACCOUNT"
"""The variables that name the tenant and the account a second time, so that nobody probes production by accident."""
NEEDED = ("AUTH0_DOMAIN", "TWILIO_ACCOUNT_SID")


class RefusedError(Exception):
    """The live check must not run here; the text says why and what to do."""


def require_consent(environment: Mapping[str, str]) -> None:
    """Checks that the tenant and the account are named twice, before the first request, unless both are a sandbox.

    Where `MFA_SETUP_SANDBOX` is set, the domain must be on loopback as well, or nothing is sent at all.

    Raises:
        RefusedError: They are not, or not the same.
    """
    if environment.get("MFA_SETUP_SANDBOX"):
        return
    for variable, named in ((TENANT, "AUTH0_DOMAIN"), (ACCOUNT, "TWILIO_ACCOUNT_SID")):
        if environment.get(variable) != environment[named]:
            raise RefusedError(
                f"{variable} must repeat the value of {named}: the live check creates and deletes things on that "
                "tenant and account. Use a tenant and an account for development."
            )


def require_safe(site: Site) -> None:
    """Checks that the tenant is one for development, on which nobody can be locked out or disturbed.

    Raises:
        RefusedError: It is not.
    """
    reasons = list(_reasons(site))
    if reasons:
        raise RefusedError(f"The live check does not touch {site.domain}: " + " ".join(reasons))


def _reasons(site: Site) -> list[str]:
    found = []
    if site.auth0.policies():
        found.append("An MFA policy is in force, so changes to the phone factor could lock users out.")
    if (users := site.auth0.user_count(every_page=False).total) > MOST_USERS:
        found.append(f"It has {users} users; at most {MOST_USERS} are expected.")
    public = [app.name for app in site.auth0.applications() if any(map(_is_public, app.callbacks or ()))]
    if public:
        found.append(f"{len(public)} of its applications have a callback URL outside of this machine.")
    if site.auth0.actions.bindings():
        found.append("Actions are bound to its post-login trigger.")
    account = site.twilio.account()
    if account is not None and account.status != "active":
        found.append(f"The Twilio account is {account.status}.")
    return found


def _is_public(url: str) -> bool:
    host = urlsplit(url).hostname
    return bool(host) and not is_loopback(str(host))


_TENANT_PARTS = {
    "MFA policies": "guardian/policies",
    "factors": "guardian/factors",
    "message types": "guardian/factors/phone/message-types",
    "tenant settings": "tenants/settings",
    "post-login bindings": "actions/triggers/post-login/bindings",
    "Actions": "actions/actions?per_page=100",
    "applications": "clients?per_page=100&fields=client_id,name,callbacks&include_fields=true",
    "connections": "connections?per_page=100&fields=id,name&include_fields=true",
    "roles": "roles?per_page=100",
    "organizations": "organizations?per_page=100",
    "APIs": "resource-servers?per_page=100",
    "users": "users?per_page=100&fields=user_id&include_fields=true",
    "phone providers": "branding/phone/providers",
    "phone templates": "branding/phone/templates",
    "legacy provider": "guardian/factors/phone/selected-provider",
    "legacy Twilio settings": "guardian/factors/phone/providers/twilio",
    "legacy templates": "guardian/factors/phone/templates",
}
_ACCOUNT_PARTS = {
    "Twilio numbers": "https://api.twilio.com/2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json?PageSize=1000",
    "Messaging Services": "https://messaging.twilio.com/v1/Services?PageSize=1000",
}


def state(site: Site) -> dict[str, str]:
    """Reads everything that the check could change, each part as a text to compare; a refusal is compared, too."""
    parts = {name: _read(site, path) for name, path in _TENANT_PARTS.items()}
    parts |= {name: site.ask_twilio("GET", url) for name, url in _ACCOUNT_PARTS.items()}
    return {name: json.dumps([answer.status, answer.body], sort_keys=True) for name, answer in parts.items()}


def unread(parts: Mapping[str, str]) -> list[str]:
    """Names the parts that the access token may not read."""
    return [name for name, text in parts.items() if "lacks a scope" in text]


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Names the parts that are not what they were."""
    return [f"{name}: {before[name]} -> {after[name]}"[:500] for name in before if before[name] != after[name]]


_PROVIDERS = "branding/phone/providers"
_LEGACY = "guardian/factors/phone/providers/twilio"
_TYPES = "guardian/factors/phone/message-types"


def remove_leftovers(site: Site) -> list[str]:
    """Removes what an earlier run left behind, recognised by its name; returns what was removed."""
    removed: list[str] = []
    for action in _items(_read(site, "actions/actions?per_page=100"), "actions"):
        if str(action.get("name", "")).startswith(PREFIX):
            _remove(site, f"actions/actions/{action['id']}?force=true", removed)
    for path, key in (("clients", "client_id"), ("roles", "id"), ("organizations", "id"), ("resource-servers", "id")):
        for item in _items(_read(site, f"{path}?per_page=100"), path.replace("-", "_")):
            if str(item.get("name", "")).startswith(PREFIX):
                _remove(site, f"{path}/{quote(str(item[key]), safe='')}", removed)
    for user in _items(_read(site, f"users?q={quote(f'email:{PREFIX}*')}&search_engine=v3"), "users"):
        if str(user.get("email", "")).startswith(PREFIX):
            _remove(site, f"users/{quote(str(user['user_id']), safe='')}", removed)
    _phone_leftovers(site, removed)
    _twilio_leftovers(site, removed)
    return removed


def _twilio_leftovers(site: Site, removed: list[str]) -> None:
    for service in site.twilio.services():
        if service.name.startswith(PREFIX):
            _removed(
                site.ask_twilio("DELETE", f"https://messaging.twilio.com/v1/Services/{service.sid}"),
                removed,
                service.sid,
            )
    for number in site.twilio.numbers():
        if number.friendly_name.startswith(PREFIX):
            site.twilio.release(number.sid)
            removed.append(f"the number with the SID {number.sid}")


def _phone_leftovers(site: Site, removed: list[str]) -> None:
    for provider in _items(_read(site, _PROVIDERS), "providers"):
        if FAKE_SID in json.dumps(provider):
            _remove(site, f"{_PROVIDERS}/{provider['id']}", removed)
    for template in _items(_read(site, "branding/phone/templates"), "templates"):
        if PREFIX in json.dumps(template):
            _remove(site, f"branding/phone/templates/{template['id']}", removed)

    twilio = _read(site, _LEGACY)
    if twilio["sid"] == FAKE_SID:
        site.ask("PUT", _LEGACY, dict.fromkeys(("from", "messaging_service_sid", "auth_token", "sid")))
        removed.append("the legacy Twilio settings")


def remember(site: Site, file: Path) -> None:
    """Writes down what probes change on the tenant and nothing marks as theirs, for a run after one that was killed."""
    factors, types = _read(site, "guardian/factors"), _read(site, _TYPES)["message_types"]
    if not factors.ok:
        raise RefusedError("The access token needs read:guardian_factors, to restore the SMS factor afterwards.")
    sms = next(factor["enabled"] for factor in factors.body if factor["name"] == "sms")
    file.parent.mkdir(parents=True, exist_ok=True)
    empty = not _items(_read(site, _PROVIDERS), "providers")
    kept = {"domain": site.domain, "sms": sms, "message_types": types, "no_provider": empty}
    file.write_text(json.dumps(kept), encoding="utf-8")


def restore(site: Site, file: Path) -> list[str]:
    """Restores the settings that a killed run has changed; returns what was restored."""
    if not file.exists():
        return []
    kept = json.loads(file.read_text(encoding="utf-8"))
    if kept["domain"] != site.domain:
        raise RefusedError(f"{file} is of a run on {kept['domain']} that did not end. Run the check there first.")
    site.ask("PUT", "guardian/factors/sms", {"enabled": kept["sms"]})
    site.ask("PUT", _TYPES, {"message_types": kept["message_types"]})
    restored = ["the SMS factor and its message types"]
    for provider in _items(_read(site, _PROVIDERS), "providers") if kept["no_provider"] else ():
        _remove(site, f"{_PROVIDERS}/{provider['id']}", restored)
    file.unlink()
    return restored


def _read(site: Site, path: str) -> Answer:
    """Reads a part of the tenant; without its scope the answer says so, and the part cannot be compared."""
    try:
        return site.ask("GET", path)
    except UntriedError as lacking:
        return Answer(403, str(lacking), {})


def _items(answer: Answer, key: str) -> list[dict[str, Any]]:
    found = answer.body if isinstance(answer.body, list) else answer[key]
    return [item for item in found or [] if isinstance(item, dict)]


def _remove(site: Site, path: str, removed: list[str]) -> None:
    _removed(site.ask("DELETE", path), removed, path)


def _removed(answer: Answer, removed: list[str], what: str) -> None:
    if not answer.ok:
        raise RefusedError(f"{what}, which an earlier live check left behind, could not be removed: {answer.message}")
    removed.append(what)
