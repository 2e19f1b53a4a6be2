"""The Actions that a recorded exchange assumes, and how far the service was with them by then."""

import re
from collections.abc import Callable
from typing import Any

from mfa_setup.sandbox.auth0.action_model import Action, Content, Progress, Secret, Version
from mfa_setup.sandbox.auth0.action_state import Binding
from mfa_setup.sandbox.auth0.state import Tenant

_FINAL = ("built", "failed")
_ACTION = re.compile(r"actions/actions/([^/]+)")


def time(tenant: Tenant, path: str, answer: dict[str, Any]) -> None:
    """Lets as much time pass as had passed when the service answered: polls were taken out of the recordings."""
    state, body = tenant.actions, answer["body"]
    if answer["status"] >= 400:
        return
    if path.endswith(("/deploy", "/bindings")):
        for action in state.actions.values():
            action.settle(float("inf"))
    for shown in body.get("actions", [body]) if isinstance(body, dict) else []:
        known = state.actions.get(shown.get("id"))
        if known is not None and "deployed_version" in shown:
            known.finish_deployment()
        if known is not None and known.status not in _FINAL and "status" in shown:
            rest = [] if shown["status"] in _FINAL else known.build.steps[-1:]
            known.build.steps = [shown["status"], *rest]


def gone(tenant: Tenant, path: str) -> None:
    """The Action that an exchange does not find: it was deleted in an exchange that the recorder has left out."""
    found = _ACTION.fullmatch(path)
    action = tenant.actions.actions.get(found[1]) if found else None
    if action is not None:
        tenant.actions.remove(action)


def _list(tenant: Tenant, asked: dict[str, Any], body: dict[str, Any]) -> None:
    if asked["method"] == "GET":
        for shown in body["actions"]:
            _add(tenant, shown)
    else:
        _offer(tenant, asked, body)


def _one(tenant: Tenant, asked: dict[str, Any], body: dict[str, Any] | None, action_id: str) -> None:
    if asked["method"] == "DELETE":
        _add(tenant, {"id": action_id, "name": "Assumed"})
    if body is None:
        return
    action = _add(tenant, body)
    if asked["method"] == "PATCH":
        _offer(tenant, asked, body)
        if action is not None:
            action.content = action.deployed.content if body["all_changes_deployed"] and action.deployed else _other()
            named = {one["name"]: one for one in body["secrets"]}
            kept = [one["name"] for one in asked["body"].get("secrets", ()) if "value" not in one]
            action.content.secrets.update({name: Secret("", named[name]["updated_at"]) for name in kept})


def _other() -> Content:
    return Content("another code", "node22", [])


def _deploy(tenant: Tenant, asked: dict[str, Any], body: dict[str, Any], action_id: str) -> None:
    del asked, action_id
    action = _add(tenant, body | body["action"])
    if action is not None:
        action.status, action.numbered = "built", body["number"] - 1
        action.build.steps = []


def _bindings(tenant: Tenant, asked: dict[str, Any], body: dict[str, Any], trigger: str) -> None:
    new = [_add(tenant, one["action"]) for one in body["bindings"]]
    if asked["method"] == "GET" and any(new):
        tenant.actions.bindings[trigger] = [
            Binding(one["id"], one["action"]["id"], one["display_name"], one["created_at"]) for one in body["bindings"]
        ]


def _add(tenant: Tenant, shown: dict[str, Any]) -> Action | None:
    """Puts an Action into the tenant that it does not have; returns it."""
    if shown["id"] in tenant.actions.actions:
        return None
    version = shown.get("deployed_version")
    content = _content({"code": "", "runtime": "node22", "supported_triggers": []} | (version or {}) | shown)
    made, changed = shown.get("created_at", ""), shown.get("updated_at", "")
    progress = Progress(float("inf"), [shown.get("status", "built")])
    action = Action(shown["id"], shown["name"], made, changed, content, changed, progress, progress.steps[0])
    if version:
        action.deployed = Version(
            version["id"], version["number"], _content(version), version["created_at"], version["built_at"]
        )
        action.deployed.updated_at = version["updated_at"]
        action.versions, action.numbered = [action.deployed], version["number"]
    tenant.actions.actions[action.id] = action
    return action


def _content(shown: dict[str, Any]) -> Content:
    return Content(
        shown["code"],
        shown["runtime"],
        shown["supported_triggers"],
        shown.get("dependencies", []),
        {one["name"]: Secret("", one["updated_at"]) for one in shown.get("secrets", ())},
        shown.get("modules", []),
    )


def _offer(tenant: Tenant, asked: dict[str, Any], body: dict[str, Any]) -> None:
    """What the trigger offered then: runtimes come and go, and with them the one that an Action gets by itself."""
    (wanted,) = body["supported_triggers"]
    offered = {(one["id"], one["version"]): one for one in tenant.actions.triggers}
    key = (wanted["id"], wanted["version"])
    trigger = offered.get(key, {"id": key[0], "version": key[1], "status": "CURRENT", "runtimes": []})
    offered[key] = trigger | {"runtimes": [*trigger["runtimes"], body["runtime"]]}
    if "runtime" not in asked["body"]:
        offered[key]["default_runtime"] = body["runtime"]
    tenant.actions.triggers = list(offered.values())


PREPARATIONS: tuple[tuple[str, Callable[..., None]], ...] = (
    ("actions/actions", _list),
    ("actions/actions/([^/]+)", _one),
    ("actions/actions/([^/]+)/deploy", _deploy),
    ("actions/triggers/([^/]+)/bindings", _bindings),
)
