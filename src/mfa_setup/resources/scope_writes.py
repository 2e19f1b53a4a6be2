"""The writes of the limits: each kind of request about our Action, how it is sent, and what it leads to."""

from collections.abc import Callable

from mfa_setup.errors import ActionChangedError, ActionUnusableError, ServiceRefusedError, UnavailableError
from mfa_setup.model.base import JsonValue
from mfa_setup.model.post_login import PostLoginAction
from mfa_setup.model.scope_code import ACTION_NAME
from mfa_setup.model.types import ResourceName
from mfa_setup.model.write import NEW_ACTION, Fields, Write, WriteAction
from mfa_setup.resources import bindings, handover, scope_effects
from mfa_setup.resources.base import Action, Execution
from mfa_setup.resources.policy_names import send_and_report
from mfa_setup.services import Services

SCOPE: ResourceName = "scope"
CODE, DEPLOYED, BOUND, NAME, DRAFT = "code", "deployed", "bound", "name", "draft"
"""The fields of the writes: the code of the draft, the deployed code, and whether the Action is bound. What is deleted
is also kept with its name, and with a draft that differs from the deployed code."""
PATIENCE = 120.0
"""Seconds to wait until Auth0 has built or deployed an Action: mostly under a second; 45 have been seen."""
PAUSES = (0.3, 0.5, 1.0, 2.0)
"""Seconds between the looks at a build; the last one repeats."""
TEST_PAYLOAD: dict[str, JsonValue] = {
    "client": {"client_id": "mfa-setup", "name": "mfa-setup"},
    "connection": {"id": "mfa-setup", "name": "mfa-setup", "strategy": "auth0"},
    "user": {"user_id": "auth0|mfa-setup"},
    "authentication": {"methods": [{"name": "pwd"}]},
    "transaction": {"protocol": "oidc-basic-profile"},
}
"""A login of nobody, in the form of the event that a post-login Action receives."""


# --- the writes, as values -----------------------------------------------------------------------------------------


def creation(code: str, name: str = ACTION_NAME) -> Write:
    """Returns the write that creates our Action; an undo creates one that was renamed under that name."""
    return Write(SCOPE, "create_action", name, {}, {CODE: code})


def update(action: PostLoginAction, code: str) -> Write:
    """Returns the write that replaces our Action's draft."""
    return Write(SCOPE, "update_action", action.id, {CODE: action.code}, {CODE: code})


def deployment(action_id: str, code: str, *, replaces: str | None = None) -> Write:
    """Returns the write that deploys the draft, which must be this code, in place of the code that runs."""
    return Write(SCOPE, "deploy_action", action_id, {DEPLOYED: replaces}, {DEPLOYED: code})


def trial(action_id: str) -> Write:
    """Returns the write that runs the draft once, and changes nothing."""
    return Write(SCOPE, "test_action", action_id)


def binding(action_id: str, *, on: bool) -> Write:
    """Returns the write that binds our Action, or unbinds it."""
    return Write(SCOPE, "bind_action" if on else "unbind_action", action_id, {BOUND: not on}, {BOUND: on})


def deletion(action: PostLoginAction) -> Write:
    """Returns the write that deletes our Action."""
    before: Fields = {CODE: action.effective, NAME: action.name}
    draft: Fields = {} if action.code == action.effective else {DRAFT: action.code}
    return Write(SCOPE, "delete_action", action.id, before | draft, {CODE: None})


# --- how they are sent ---------------------------------------------------------------------------------------------


def _waited(services: Services, action_id: str, is_ready: Callable[[PostLoginAction], bool], what: str) -> None:
    """Waits until Auth0 has built or deployed an Action.

    Raises:
        ActionUnusableError: The build failed.
        UnavailableError: It takes longer than `PATIENCE`.
    """
    clock = services.clock
    deadline, pauses = clock.now() + PATIENCE, list(PAUSES)
    while not is_ready(action := services.auth0.actions.get(action_id)):
        if action.status == "failed":
            raise ActionUnusableError(f'Auth0 could not build the Action "{action.name}".', service="auth0")
        if clock.now() >= deadline:
            raise UnavailableError(
                f'Auth0 has not {what} the Action "{action.name}" within {PATIENCE:.0f} seconds.',
                hint="Run the command again: it continues with the Action that is there.",
                service="auth0",
            )
        clock.sleep(pauses.pop(0) if len(pauses) > 1 else pauses[0])


def _is_built(action: PostLoginAction) -> bool:
    return action.status == "built"


def _create(services: Services, write: Write) -> Fields:
    return {"action_id": services.auth0.actions.create(write.target, _code(write))}


def _found(services: Services, write: Write) -> Fields | None:
    """Finds our Action by its name and code, after a lost answer."""
    same = [one for one in ours(services) if (one.name, one.code) == (write.target, _code(write))]
    return {"action_id": oldest(same).id, "recovered": True} if same else None


def ours(services: Services) -> list[PostLoginAction]:
    """Reads the Actions that are ours."""
    return [one for one in services.auth0.actions.listed() if one.is_ours]


def oldest(actions: list[PostLoginAction]) -> PostLoginAction:
    """Returns the Action that was created first, on which all machines agree."""
    return min(actions, key=lambda one: (one.created_at, one.id))


def _create_once(execution: Execution, write: Write) -> None:
    """Creates our Action; if another machine was first, deletes the one just created and uses the other.

    The machine that was first sees only its own, or the later one, which its maker deletes.
    """
    made = execution.send(write)
    action_id = str(made["action_id"])
    there = oldest([one for one in ours(execution.services) if one.name == write.target])
    if there.id != action_id:
        if "recovered" not in made:
            execution.send(Write(SCOPE, "delete_action", action_id, {CODE: _code(write)}, {CODE: None}))
            execution.reached = scope_effects.created(execution.reached, write)  # the other one, which this run uses
        if there.code != _code(write):
            execution.send(update(there, _code(write)))
    execution.replace(NEW_ACTION, there.id)


def _update(services: Services, write: Write) -> None:
    services.auth0.actions.update(write.target, _code(write))


def _deploy(services: Services, write: Write) -> None:
    """Deploys the draft, and waits until its code counts as deployed, no matter who deployed it.

    Raises:
        ActionChangedError: Somebody changed the draft, or deployed other code, at the same time.
        MfaSetupError: The draft could not be built or deployed.
    """
    actions, code = services.auth0.actions, str(write.after[DEPLOYED])
    _waited(services, write.target, _is_built, "built")
    found = actions.get(write.target)
    if found.code != code:
        raise _swapped(found.name, "so it was not deployed")
    actions.deploy(write.target)
    old = found.version_id

    def is_deployed(action: PostLoginAction) -> bool:
        return action.deployed_code == code or action.version_id not in {None, old}

    _waited(services, write.target, is_deployed, "deployed")
    if actions.get(write.target).deployed_code != code:
        raise _swapped(found.name, "and other code than this run's is deployed")


def _swapped(name: str, outcome: str) -> ActionChangedError:
    return ActionChangedError(
        f'Somebody changed the code of the Action "{name}" while this run deployed it, {outcome}.',
        hint="Review the code (Auth0 dashboard: Actions > Library), then run this command again.",
    )


def _deployed(services: Services, write: Write) -> Fields | None:
    """Finds out whether a deployment without an answer took effect."""
    deployed = services.auth0.actions.get(write.target).deployed_code
    return {"recovered": True} if deployed == write.after[DEPLOYED] else None


def _test(services: Services, write: Write) -> Fields:
    """Runs the draft at Auth0.

    Raises:
        ActionUnusableError: It ended with an error.
    """
    _waited(services, write.target, _is_built, "built")
    if not services.auth0.actions.test(write.target, TEST_PAYLOAD):
        raise ActionUnusableError("Auth0 ran the Action that limits the policy as a test, and it failed.")
    return {}


def _bind(services: Services, write: Write) -> None:
    bindings.change(services, write.target, ACTION_NAME, on=bool(write.after[BOUND]))


TRIES = 3
"""How often an Action is unbound again that somebody bound before it could be deleted."""


def _delete(services: Services, write: Write) -> None:
    """Deletes our Action; a bound one is refused with 409, so one that was bound again meanwhile is unbound again."""
    for turn in range(TRIES):
        try:
            services.auth0.actions.delete(write.target)
            break
        except ServiceRefusedError as refused:
            if refused.status != 409 or turn == TRIES - 1:  # noqa: PLR2004 HTTP
                raise
            bindings.change(services, write.target, ACTION_NAME, on=False)


def _code(write: Write) -> str:
    return str(write.after[CODE])


LIMIT_SCOPES = frozenset({"create:actions", "update:actions", "delete:actions", "read:organizations", "read:roles"})
"""The scopes that only limits and their undo need. A client that has them can run any code at every login."""
_UPDATING, _CREATING, _DELETING = (frozenset({f"{verb}:actions"}) for verb in ("update", "create", "delete"))
ACTIONS: dict[WriteAction, Action] = {
    "create_action": Action(
        _create,
        _CREATING,
        scope_effects.created,
        find=_found,
        perform=_create_once,
        undo_scopes={"delete:actions": "delete the Action that limits the policy"},
    ),
    "update_action": Action(_update, _UPDATING, scope_effects.updated),
    "deploy_action": Action(_deploy, _CREATING, scope_effects.now_deployed, find=_deployed, perform=send_and_report),
    "test_action": Action(_test, _CREATING, find=_test),
    "bind_action": Action(_bind, _UPDATING, scope_effects.now_bound, perform=send_and_report),
    "unbind_action": Action(_bind, _UPDATING, scope_effects.now_bound, perform=handover.unbind),
    "delete_action": Action(_delete, _DELETING, scope_effects.now_gone, perform=send_and_report),
}
"""Each kind of write; deploying and testing need create:actions (OpenAPI)."""
