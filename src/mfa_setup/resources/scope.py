"""The limits of the policy: a post-login Action of ours asks only some users, while the policy itself asks nobody.

Auth0 has no setting for it (sources: auth0-actions-mfa). The Action is created, built, deployed, tested and bound last
before the policy is lifted; where the policy concerns everyone again, it is set before the Action goes.
"""

from dataclasses import replace

from mfa_setup.errors import MfaSetupError
from mfa_setup.model.base import JsonValue
from mfa_setup.model.change import Change, FieldChange, change_of, differing
from mfa_setup.model.desired import Desired
from mfa_setup.model.outcome import Notice
from mfa_setup.model.post_login import PostLoginAction, ScopeState
from mfa_setup.model.scope import PolicyScope
from mfa_setup.model.scope_code import ScopeCode
from mfa_setup.model.types import PhoneStack
from mfa_setup.model.write import NEW_ACTION, Write
from mfa_setup.resources import scope_words
from mfa_setup.resources.base import Comparison, Resource, Scopes, Step
from mfa_setup.resources.policy_names import policy_outputs
from mfa_setup.resources.scope_revert import revert
from mfa_setup.resources.scope_target import reads, target
from mfa_setup.resources.scope_writes import (
    ACTIONS,
    SCOPE,
    binding,
    creation,
    deletion,
    deployment,
    trial,
    update,
)
from mfa_setup.snapshot.names import MINIMUM
from mfa_setup.snapshot.parts import known_or
from mfa_setup.snapshot.snapshot import Snapshot


def compare(given: Comparison) -> Step:
    """Compares the desired limits with those in force.

    Raises:
        MfaSetupError: Under the same conditions as in `scope_target.target`.
    """
    state = known_or(given.found.scope, ScopeState())
    wanted = target(given)
    outputs = policy_outputs(given.found)
    if wanted is None:
        step = _removal(state, outputs_of=given.found)
        return replace(step, notices=(*step.notices, *_unread(given)))
    salt = state.action.made_of.salt if state.action and state.action.made_of else given.found.domain
    code = ScopeCode(scope=wanted, salt=salt).text
    writes = _writes(state, code)
    fields = _fields(state, wanted, code)
    told = scope_words.limits(state, wanted, _steps(state, code), given.found.everyone)
    change = change_of(SCOPE, fields, "", told, exists=state.action is not None)
    return Step(change, writes, outputs=outputs)


def _writes(state: ScopeState, code: str) -> tuple[Write, ...]:
    """Returns the writes that make our Action run this code; the test comes before it runs at any login."""
    action = state.action
    if action is None:
        return creation(code), deployment(NEW_ACTION, code), trial(NEW_ACTION), binding(NEW_ACTION, on=True)
    is_to_deploy = action.deployed_code != code
    writes: list[Write] = [update(action, code)] if is_to_deploy and not action.can_be_deployed_as(code) else []
    is_running = action.deployed_code is not None and state.is_bound
    deploys = [deployment(action.id, code, replaces=action.deployed_code)] if is_to_deploy else []
    is_to_test = is_to_deploy or (not state.is_bound and action.can_be_deployed_as(code))
    tests = [trial(action.id)] if is_to_test else []
    writes += [*tests, *deploys] if is_running else [*deploys, *tests]
    return (*writes, *(() if state.is_bound else (binding(action.id, on=True),)))


def _unread(given: Comparison) -> tuple[Notice, ...]:
    """Returns the warning that limits may stay beside the policy Adaptive; under Never, `login.under_never` warns."""
    if given.desired.policy != "adaptive" or given.lenient or not isinstance(given.found.scope, MfaSetupError):
        return ()
    return (
        Notice(
            code="actions_unread",
            message="Whether the post-login Action that limits the policy is still there, and asks users for a code, "
            f"could not be checked: {given.found.scope.message}",
            hint="Grant the scope read:actions and run this command again, or review the post-login Actions in the "
            "Auth0 dashboard.",
        ),
    )


def _removal(state: ScopeState, outputs_of: Snapshot) -> Step:
    """Returns the step that removes our Actions and unbinds copies of them; what may be another's is not deleted."""
    removed = _surely_ours(state)
    bound = {one.id for one in state.bound}
    writes: list[Write] = []
    for one in (*removed, *(one for one in state.ours if one.is_marked and one not in removed)):
        writes += [binding(one.id, on=False)] if one.id in bound else []
        writes += [deletion(one)] if one in removed else []
    told = scope_words.limits(state, None, ["remove"] if writes else [])
    change = Change(resource=SCOPE, summary=" ".join(told.now[:1]), words=told)
    if writes:
        before = _values(state.scope)
        fields = tuple(FieldChange(path=path, before=value) for path, value in before.items() if value)
        change = Change(resource=SCOPE, action="delete", status="pending", fields=fields, summary=told.plan, words=told)
    notices = tuple(_left(state, one) for one in state.ours if one not in removed)
    return Step(change, tuple(writes), notices, policy_outputs(outputs_of))


def _surely_ours(state: ScopeState) -> list[PostLoginAction]:
    """Returns the Actions with our name and our marker, or else one that runs with our marker: somebody renamed it.

    Any other one may be a copy. The one that runs comes first, because an undo restores that one.
    """
    bound = {one.id for one in state.bound}
    named = [one for one in state.ours if one.is_marked and one.is_named_as_ours]
    renamed = [state.action] if state.action and state.action.is_marked else []
    return sorted(named or renamed, key=lambda one: (one.id not in bound, one.created_at, one.id))


def _left(state: ScopeState, action: PostLoginAction) -> Notice:
    """Returns the notice that an Action is not deleted, and whether it can go on asking users for a code."""
    place = next((one for one in state.bound if one.id == action.id), None)
    if action.is_marked:
        done = "unbound, so that it asks nobody, and is not deleted" if place else "left as it is"
        why = f"begins like mfa-setup's own and has another name, so it is {done}."
    else:
        asks = " It runs at every login, and can still ask users for a code." if place and place.calls else ""
        why = f"has the name of mfa-setup's own, but not its code, so it is left as it is.{asks}"
    return Notice(
        code="action_left",
        message=f'The post-login Action "{action.name}" {why}',
        hint="If nobody needs it, unbind and delete it: Auth0 dashboard, Actions > Triggers and Actions > Library.",
    )


def _values(scope: PolicyScope | None) -> dict[str, JsonValue]:
    return {} if scope is None else scope.model_dump(mode="json")


def _fields(state: ScopeState, wanted: PolicyScope, code: str) -> tuple[FieldChange, ...]:
    """Returns the limits that differ, and what else differs from an Action that runs as mfa-setup wrote it."""
    action = state.action
    fields = differing(_values(state.scope), _values(wanted))
    fields = tuple(field for field in fields if field.before or field.after)
    if action is None:
        return fields
    changed = action.effective != code
    if changed and not fields:
        fields = (FieldChange(path="code", before="changed", after="as mfa-setup writes it"),)
    running = differing(
        {"deployed": action.deployed_code is not None, "bound": state.is_bound}, {"deployed": True, "bound": True}
    )
    return (*fields, *running)


def _steps(state: ScopeState, code: str) -> list[str]:
    """Returns what happens to the Action, in words."""
    action = state.action
    if action is None:
        return ["create, deploy, test and bind a post-login Action"]
    steps = ["update the post-login Action"] if action.effective != code else []
    steps += ["deploy it"] if action.deployed_code is None else []
    return steps + ([] if state.is_bound else ["bind it after all others"])


def _write_scopes(desired: Desired, stack: PhoneStack) -> Scopes:
    del stack
    if desired.policy == "always" and desired.only.is_given:
        return frozenset({"create:actions", "update:actions"})
    return frozenset({"update:actions", "delete:actions"}) if desired.everyone else frozenset()


LIMITS = Resource(
    name=SCOPE,
    actions=ACTIONS,
    reads=reads,
    write_scopes=_write_scopes,
    compare=compare,
    revert=revert,
    revert_reads=lambda _: MINIMUM | {"policies", "scope"},
    is_optional=True,
)
