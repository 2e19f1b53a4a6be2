"""Describes to people whom the policy is limited to, and what happens to the Action that does it."""

from collections.abc import Sequence

from mfa_setup.model.change import Words
from mfa_setup.model.observed import UserCount
from mfa_setup.model.post_login import ScopeState
from mfa_setup.model.scope import PolicyScope
from mfa_setup.resources.enrollment import clause
from mfa_setup.snapshot.parts import NOT_READ, Part


def limits(
    state: ScopeState, wanted: PolicyScope | None, steps: Sequence[str], users: Part[UserCount] = NOT_READ
) -> Words:
    """Describes the change of the limits; `steps` are what happens to the Action, in words."""
    if state.action is None and not steps:
        return Words()
    now = now_words(state)
    if not steps:
        return Words(now=(now,))
    if wanted is None:
        return Words(
            plan="drop the limits: unbind and delete the post-login Action",
            done="Dropped the limits of the MFA policy",
            now=(now,),
        )
    who = wanted.who
    return Words(
        plan=f"ask only {who}: {', '.join(steps)}{clause(users, limited=True)}",
        doing="Setting up the post-login Action, which asks for MFA",
        done=f"Limited the MFA policy to {who}",
        now=(now,),
        affects=_affects(wanted),
    )


def _affects(scope: PolicyScope) -> str:
    return f"{scope.who[0].upper()}{scope.who[1:]} will be asked for a code at login; nobody else will be."


def now_words(state: ScopeState) -> str:
    """Describes the limits in force."""
    action = state.action
    if action is None:
        return "none"
    who = state.scope.who if state.scope else "not known, because its code was changed"
    if not state.is_bound:
        return f"{who} (the post-login Action is not bound, so it asks nobody)"
    if state.running is None:
        return f"{who} (the post-login Action is not deployed, so it asks nobody)"
    return who if state.in_force else f"{who} (the code of the post-login Action asks nobody)"


def limits_restored(scope: PolicyScope | None) -> Words:
    """Describes how an undo restores the limits, or removes the Action."""
    if scope is None:
        return Words(plan="delete the post-login Action", done="Deleted the post-login Action")
    return Words(
        plan=f"restore the limits: {scope.who}",
        done=f"Restored the limits of the MFA policy: {scope.who}",
        affects=_affects(scope),
    )
