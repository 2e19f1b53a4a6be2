"""What `status` tells about the limits of the policy: warnings from the same checks that `doctor` makes."""

from collections.abc import Iterator
from dataclasses import replace

from mfa_setup.checks.action_failures import action_failures
from mfa_setup.checks.login import mfa_in_action
from mfa_setup.checks.scope_action import scope_action
from mfa_setup.model.check import Check
from mfa_setup.model.outcome import Notice
from mfa_setup.model.post_login import ScopeState
from mfa_setup.snapshot.parts import known_or
from mfa_setup.snapshot.snapshot import Snapshot


def noticed(found: Snapshot) -> tuple[Notice, ...]:
    """Returns a warning for each check of the Actions that does not pass; empty if no Action of ours is there."""
    return tuple(
        Notice(code=check.id, message=check.evidence, hint=check.fix)
        for check in _checks(found)
        if check.status in {"warn", "fail"}
    )


def _checks(found: Snapshot) -> Iterator[Check]:
    state = known_or(found.scope, ScopeState())
    if state.action is None:
        return
    bound = replace(found, actions=state.bound)
    yield scope_action(bound, state)
    yield action_failures(bound)
    if bound.enforcing:
        yield mfa_in_action(bound)
