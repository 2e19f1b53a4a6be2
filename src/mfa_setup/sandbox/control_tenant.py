"""Control calls that set states of an Auth0 tenant that its API cannot set, or only in many steps."""

import re
from typing import Any

from starlette.routing import Route

from mfa_setup.sandbox.auth0.action_json import action_json
from mfa_setup.sandbox.auth0.action_records import deployed_state
from mfa_setup.sandbox.auth0.ids import new_id
from mfa_setup.sandbox.auth0.state import JSON
from mfa_setup.sandbox.control_route import ControlCall, control_route

FLAG = "phone_consolidated_experience"


def post_actions(call: ControlCall) -> list[JSON]:
    """POST /_sandbox/actions `[{"name", "code"}, …]`: sets the deployed Actions bound to post-login; `[]` removes all.

    They replace every Action of the tenant, and run in every login from then on.
    """
    if not isinstance(call.json, list):
        raise ValueError('expected a list of {"name", "code"}')  # noqa: TRY004 - every error is a ValueError
    call.tenant.actions = deployed_state([_name_and_code(entry) for entry in call.json])
    return [action_json(action) for action in call.tenant.actions.actions.values()]


def _name_and_code(entry: Any) -> tuple[str, str]:
    name, code = (entry.get("name"), entry.get("code")) if isinstance(entry, dict) else (None, None)
    if not isinstance(name, str) or not name or not isinstance(code, str):
        raise ValueError("each Action needs a name and its code, both strings")
    return name, code


def get_action_runs(call: ControlCall) -> list[JSON]:
    """GET /_sandbox/action-runs: the latest runs of Actions in logins, newest first."""
    return list(call.tenant.login.action_runs)[::-1]


def post_phone_stack(call: ControlCall) -> JSON:
    """POST /_sandbox/phone-stack `{"phone_stack", "flag"?}`: sets the stack in force, whatever the tenant setting says.

    `flag` is the value that `phone_consolidated_experience` then has: true, false, or null to remove the setting. If
    `flag` is omitted, the setting stays as it is. Once the API changes the setting, the stack follows it again.
    """
    tenant, body = call.tenant, call.body
    stack, flag = body.get("phone_stack"), body.get("flag")
    if stack not in ("unified", "legacy") or not (flag is None or isinstance(flag, bool)):
        raise ValueError("expected phone_stack: unified or legacy, and flag: true, false or null")
    tenant.stack = stack
    if "flag" in body:
        tenant.settings.pop(FLAG, None)
        tenant.settings |= {} if flag is None else {FLAG: flag}
    return {"phone_stack": stack, "flag": tenant.settings.get(FLAG)}


def get_notifications(call: ControlCall) -> list[JSON]:
    """GET /_sandbox/notifications: messages to custom phone providers, newest first; Twilio's are under `messages`."""
    tenants = call.world.tenants.values() if call.named is None else [call.named]
    found = [one for tenant in tenants for one in tenant.notifications]
    return [one.as_json() for one in sorted(found, key=lambda one: one.sent_at, reverse=True)]


def post_organization(call: ControlCall) -> JSON:
    """POST /_sandbox/organizations `{"name", "display_name"?}`: creates an organization open to all users."""
    name = call.body.get("name")
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,49}", name):
        raise ValueError("name must be up to 50 lower-case letters, digits, hyphens and underscores")
    if any(one["name"] == name for one in call.tenant.organizations.values()):
        raise ValueError(f"there is an organization {name} already")
    organization = {"id": new_id("org_", 16), "name": name, "display_name": call.body.get("display_name", name)}
    call.tenant.organizations[organization["id"]] = organization
    return organization


def routes() -> list[Route]:
    """Returns the routes of the control calls about a tenant."""
    return [
        control_route("/actions", "POST", post_actions),
        control_route("/action-runs", "GET", get_action_runs),
        control_route("/phone-stack", "POST", post_phone_stack),
        control_route("/organizations", "POST", post_organization),
        control_route("/notifications", "GET", get_notifications),
    ]
