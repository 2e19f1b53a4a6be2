"""The check `action_failures`: whether the Actions that run at every login failed recently."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, timedelta

from mfa_setup.checks.catalog import answer, idle, unseen
from mfa_setup.errors import MfaSetupError
from mfa_setup.model.check import Check
from mfa_setup.model.readiness import ActionFailure, BoundAction
from mfa_setup.snapshot.snapshot import Snapshot

RECENT = timedelta(days=7)
"""How long a failure of an Action is reported; Auth0 keeps log entries for 1 to 30 days, depending on the plan."""
_KINDS = {
    "action_error": "threw an error",
    "action_timeout": "ran too long",
    "rate_limited": "exceeded a rate limit",
    "platform_error": "was stopped by an error of Auth0",
}
"""For each class of error in the tenant's log, what the Action did (sources: auth0-action-failures)."""
_FIX = (
    "Fix the Action, or remove it: Auth0 dashboard, Actions > Triggers > post-login. Its errors: Monitoring > Logs, "
    "type `actions_execution_failed`."
)


def action_failures(found: Snapshot) -> Check:
    """Checks whether an Action that is bound now failed recently in the version that is deployed now."""
    if isinstance(found.actions, MfaSetupError):
        return unseen("action_failures", found.actions)
    if isinstance(found.action_failures, MfaSetupError):
        return unseen("action_failures", found.action_failures)
    if not found.actions:
        return idle("action_failures", "No Action runs at logins.")
    recent = [one for one in found.action_failures if found.now is None or found.now - one.at < RECENT]
    failed = [text for action in found.actions for text in _told(action, recent)]
    if not failed:
        return answer("action_failures", "pass", "The tenant's log shows no recent failure of a post-login Action.")
    evidence = f"Post-login Actions failed recently, and a login in which one fails is refused: {'; '.join(failed)}."
    return answer("action_failures", "warn", evidence, _FIX)


def _told(action: BoundAction, recent: list[ActionFailure]) -> Iterator[str]:
    """Yields how an Action failed and how often; nothing if it did not fail."""
    own = [one for one in recent if one.is_of(action)]
    if not own:
        return
    ways = Counter(map(_way, own))
    counted = " and ".join(f"{way} {_times(number)}" for way, number in ways.items())
    yield f"{action.name} {counted}, last at {own[0].at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _way(failure: ActionFailure) -> str:
    name = f" ({failure.error})" if failure.error and failure.error != "Error" else ""
    return f"{_KINDS.get(failure.kind, 'failed')}{name}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
