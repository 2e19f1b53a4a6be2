"""Actions, versions and bindings as the API shows them (recorded)."""

from mfa_setup.sandbox.auth0.action_model import BUILT, JSON, Action, Content, Version
from mfa_setup.sandbox.auth0.action_state import Binding


def action_json(action: Action) -> JSON:
    """Returns the Action as lists and reads show it: the draft, and the deployed version in `deployed_version`."""
    draft = {
        "code": action.content.code,
        "dependencies": action.content.dependencies,
        "runtime": action.content.runtime,
        "status": action.status,
        "secrets": _secrets(action.content),
        **_modules(action.content),
    }
    identity = _identity(action) | {"updated_at": action.drafted_at}
    return identity | draft | _deployed(action) | {"all_changes_deployed": action.is_deployed_as_drafted}


def binding_json(binding: Binding, trigger: str, action: Action) -> JSON:
    """Returns a binding, which shows nothing of the draft; `all_changes_deployed` is always false there (recorded)."""
    return {
        "id": binding.id,
        "trigger_id": trigger,
        "action": _identity(action) | _deployed(action) | {"all_changes_deployed": False},
        "created_at": binding.created_at,
        "updated_at": binding.created_at,
        "display_name": binding.display_name,
    }


def new_version_json(action: Action, version: Version) -> JSON:
    """Returns the version with its Action, as the response to a request to deploy shows it."""
    return version_json(action, version) | {"action": _identity(action) | {"all_changes_deployed": False}}


def version_json(action: Action, version: Version) -> JSON:
    """Returns a version; `built_at` is missing until its deployment has finished."""
    content = version.content
    return {
        "code": content.code,
        "dependencies": content.dependencies,
        "id": version.id,
        "deployed": version is action.deployed,
        "number": version.number,
        **({"built_at": version.built_at} if version.built_at else {}),
        "secrets": _secrets(content),
        **_modules(content),
        "status": BUILT,
        "created_at": version.created_at,
        "updated_at": version.updated_at,
        "runtime": content.runtime,
        "supported_triggers": content.triggers,
    }


def _identity(action: Action) -> JSON:
    return {
        "id": action.id,
        "name": action.name,
        "supported_triggers": action.content.triggers,
        "created_at": action.created_at,
        "updated_at": action.updated_at,
    }


def _deployed(action: Action) -> JSON:
    """Returns the deployed version under its documented key, and under an undocumented one (recorded)."""
    version = action.deployed
    if version is None:
        return {}
    current = {
        "id": version.id,
        "code": version.content.code,
        "runtime": version.content.runtime,
        "status": "BUILT",
        "number": version.number,
        "build_time": version.built_at,
        "created_at": version.created_at,
        "updated_at": version.updated_at,
    }
    return {"current_version": current, "deployed_version": version_json(action, version)}


def _secrets(content: Content) -> list[JSON]:
    return [{"name": name, "updated_at": secret.updated_at} for name, secret in content.secrets.items()]


def _modules(content: Content) -> JSON:
    return {"modules": content.modules} if content.modules else {}
