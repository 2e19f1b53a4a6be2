"""Describes to people whom the policy is limited to, and what happens to the Action that does it."""

from collections.abc import Iterable, Sequence

from mfa_setup.model.change import Words
from mfa_setup.model.observed import UserCount
from mfa_setup.model.post_login import ScopeState
from mfa_setup.model.scope import PolicyScope
from mfa_setup.resources.enrollment import clause
from mfa_setup.snapshot.parts import NOT_READ, Part


def scope_words(scope: PolicyScope) -> str:
    """Returns the scope in words, such as `users of Acme Portal, 10 %`."""
    parts = [
        f"users of {_either(one.name for one in scope.applications)}" if scope.applications else "users",
        f"of the connection {_either(one.name for one in scope.connections)}" if scope.connections else "",
        f"in the organization {_either(one.name for one in scope.organizations)}" if scope.organizations else "",
        f"with the role {_either(scope.roles)}" if scope.roles else "",
    ]
    who = " ".join(filter(None, parts))
    if scope.percent is None:
        return who
    return f"{scope.percent} % of all users" if who == "users" else f"{who}, {scope.percent} %"


def _either(names: Iterable[str]) -> str:
    listed = list(names)
    return " or ".join(filter(None, [", ".join(listed[:-1]), listed[-1]]))


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
    who = scope_words(wanted)
    return Words(
        plan=f"ask only {who}: {', '.join(steps)}{clause(users, limited=True)}",
        doing="Setting up the post-login Action, which asks for MFA",
        done=f"Limited the MFA policy to {who}",
        now=(now,),
        affects=f"{who[0].upper()}{who[1:]} will be asked for a code at login; nobody else will be.",
    )


def now_words(state: ScopeState) -> str:
    """Describes the limits in force."""
    action = state.action
    if action is None:
        return "none"
    who = scope_words(state.scope) if state.scope else "not known, because its code was changed"
    if not state.is_bound:
        return f"{who} (the post-login Action is not bound, so it asks nobody)"
    return who if state.in_force else f"{who} (the post-login Action is not deployed, so it asks nobody)"


def limits_restored(scope: PolicyScope | None) -> Words:
    """Describes how an undo restores the limits, or removes the Action."""
    if scope is None:
        return Words(plan="delete the post-login Action", done="Deleted the post-login Action")
    who = scope_words(scope)
    return Words(plan=f"restore the limits: {who}", done=f"Restored the limits of the MFA policy: {who}")
