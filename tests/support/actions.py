"""Hands for the post-login Actions of a sandbox, and what the tests ask about them."""

from collections.abc import Sequence
from typing import Any

from mfa_setup.model.scope import PolicyScope
from mfa_setup.model.scope_code import ACTION_NAME, read_code
from support.lab import Lab

BINDINGS = "actions/triggers/post-login/bindings"
HARMLESS = "exports.onExecutePostLogin = async (event, api) => {};\n"
ASKING = "exports.onExecutePostLogin = async (event, api) => { api.multifactor.enable('any'); };\n"


def listed(lab: Lab) -> list[dict[str, Any]]:
    """The post-login Actions."""
    return list(lab.auth0("GET", "actions/actions?triggerId=post-login&per_page=100")["actions"])


def ours(lab: Lab) -> dict[str, Any]:
    """The one Action that is ours."""
    (found,) = [one for one in listed(lab) if one["name"] == ACTION_NAME]
    return found


def bound(lab: Lab) -> list[str]:
    """The names of the Actions that run at every login, in order."""
    found = lab.auth0("GET", f"{BINDINGS}?per_page=100")["bindings"]
    return [one["action"]["name"] for one in found]


def make(lab: Lab, name: str, code: str = HARMLESS, *, deployed: bool = True) -> str:
    """An Action that somebody else made; its ID."""
    trigger = {"id": "post-login", "version": "v3"}
    body = {"name": name, "supported_triggers": [trigger], "code": code, "runtime": "node22"}
    action_id = str(lab.auth0("POST", "actions/actions", body)["id"])
    if deployed:
        deploy(lab, action_id)
    return action_id


def deploy(lab: Lab, action_id: str) -> None:
    """Deploys an Action, as the dashboard does: once it is built, and until it is deployed."""
    while lab.auth0("GET", f"actions/actions/{action_id}")["status"] != "built":
        pass
    lab.auth0("POST", f"actions/actions/{action_id}/deploy")
    while not lab.auth0("GET", f"actions/actions/{action_id}")["deployed_version"]["deployed"]:
        pass


def bind(lab: Lab, action_ids: Sequence[str]) -> None:
    """Sets the whole list of bindings."""
    refs = [{"ref": {"type": "action_id", "value": one}} for one in action_ids]
    names = {one["id"]: one["name"] for one in listed(lab)}
    for ref, action_id in zip(refs, action_ids, strict=True):
        ref["display_name"] = names[action_id]
    lab.auth0("PATCH", BINDINGS, {"bindings": refs})


def edit(lab: Lab, code: str) -> None:
    """Changes the code of our Action manually, and deploys it."""
    action_id = ours(lab)["id"]
    lab.auth0("PATCH", f"actions/actions/{action_id}", {"code": code})
    deploy(lab, action_id)


def running(lab: Lab) -> PolicyScope | None:
    """Whom our Action asks at every login; None if it does not run."""
    for one in lab.auth0("GET", f"{BINDINGS}?per_page=100")["bindings"]:
        if one["action"]["name"] == ACTION_NAME:
            made = read_code(one["action"]["deployed_version"]["code"])
            return made.scope if made else None
    return None
