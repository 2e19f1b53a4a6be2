"""Rules and limits of Actions that the schemas do not express, and reading the content from a payload.

The limits are documented (sources: auth0-actions-limits); no response beyond a limit was recorded.
"""

from http import HTTPStatus

from mfa_setup.sandbox.auth0.action_model import JSON, Content, Secret
from mfa_setup.sandbox.auth0.action_state import ActionState
from mfa_setup.sandbox.auth0.action_triggers import TRIGGER_IDS
from mfa_setup.sandbox.auth0.errors import ManagementError, invalid_body
from mfa_setup.sandbox.auth0.ids import moment
from mfa_setup.sandbox.auth0.schemas import one_of

_ACTIONS, _OF_A_TRIGGER = 100, 20
_CODE_BYTES, _DEPENDENCIES, _SECRETS, _NAME_LENGTH, _VALUE_LENGTH = 100_000, 10, 30, 128, 4096

TRIGGER = {"triggerId": one_of(*TRIGGER_IDS)}
"""The schema of the parameter that names a trigger; `mcp-tool` is recorded, but not in the OpenAPI document."""


def check_room(state: ActionState, trigger: str) -> None:
    """Rejects an Action beyond the limits of the tenant and of its trigger; those that are not deployed count.

    Raises:
        ManagementError: 403.
    """
    same = [one for one in state.actions.values() if one.content.triggers[0]["id"] == trigger]
    if len(state.actions) >= _ACTIONS or len(same) >= _OF_A_TRIGGER:
        # not verified: status, text and errorCode
        message = "You reached the limit of entities of this type for this tenant."
        raise ManagementError(HTTPStatus.FORBIDDEN, message, "too_many_entities")


def content_of(state: ActionState, body: JSON, before: Content | None) -> Content:
    """Returns the draft after an update with this payload; keys that it omits keep their values (recorded).

    Raises:
        ManagementError: 400, or 403 if it names modules, which the sandbox does not support.
    """
    if body.get("modules"):
        # Recorded for the API of modules; not verified for an Action that names some.
        message = "This feature is not enabled for this tenant."
        raise ManagementError(HTTPStatus.FORBIDDEN, message, "feature_not_enabled")
    old = before or Content("", "", [])
    triggers = [_trigger(state, body["supported_triggers"])] if "supported_triggers" in body else old.triggers
    content = Content(
        code=body.get("code", old.code),
        runtime=_runtime(state, triggers[0], body.get("runtime") or old.runtime),
        triggers=triggers,
        dependencies=body.get("dependencies", old.dependencies),
        secrets=_secrets(body["secrets"], old.secrets) if "secrets" in body else old.secrets,
        modules=[] if "modules" in body else old.modules,
    )
    _check_size(content)
    return content


def _trigger(state: ActionState, wanted: list[JSON]) -> JSON:
    """Returns the Action's one trigger (OpenAPI), in the current version unless the payload names another."""
    if len(wanted) > 1:
        # not verified: the text
        raise invalid_body("An action can only target a single trigger.")
    found = [one for one in state.triggers if one["id"] == wanted[0]["id"]]
    current = [one["version"] for one in found if one["status"] == "CURRENT"]
    # not verified: that the current version is the default
    version = wanted[0].get("version") or "".join(current)
    if version not in [one["version"] for one in found]:
        # not verified: the text
        raise invalid_body("trigger is not supported")
    return {"id": wanted[0]["id"], "version": version}


def _runtime(state: ActionState, trigger: JSON, wanted: str) -> str:
    found = next(one for one in state.triggers if (one["id"], one["version"]) == (trigger["id"], trigger["version"]))
    if not wanted:
        # not verified: the default where the trigger's default runtime has been retired
        default: str = found["default_runtime"]
        return default if default in found["runtimes"] else str(found["runtimes"][-1])
    if wanted not in found["runtimes"]:
        # The text is that of public threads; not verified: the errorCode.
        raise invalid_body("runtime is not supported")
    return wanted


def _secrets(given: list[JSON], before: dict[str, Secret]) -> dict[str, Secret]:
    """Returns the new set of secrets; a secret that is sent without a value keeps its value (recorded)."""
    now, values = moment(), {one.get("name", ""): one.get("value") for one in given}
    for name, value in values.items():
        if not name or (value is None and name not in before):
            # not verified: the text
            raise invalid_body("Each secret needs a name and a value.")
        if len(name) > _NAME_LENGTH or len(value or "") > _VALUE_LENGTH:
            raise _too_much(f"A secret has up to {_NAME_LENGTH} characters of name and {_VALUE_LENGTH} of value.")
    new = {name: before[name] if value is None else Secret(value, now) for name, value in values.items()}
    # The recorded order differs from that of the request; not verified: that existing secrets come first.
    return {name: new[name] for name in sorted(new, key=lambda name: name not in before)}


def _check_size(content: Content) -> None:
    # not verified: that the limit is 100,000 bytes and not 102,400
    if len(content.code.encode()) > _CODE_BYTES:
        raise _too_much(f"The code has up to {_CODE_BYTES} bytes.")
    if len(content.dependencies) > _DEPENDENCIES:
        raise _too_much(f"An action has up to {_DEPENDENCIES} dependencies.")
    if len(content.secrets) > _SECRETS:
        raise _too_much(f"An action has up to {_SECRETS} secrets.")


def _too_much(message: str) -> ManagementError:
    return invalid_body(message)  # not verified: status and text beyond a limit
