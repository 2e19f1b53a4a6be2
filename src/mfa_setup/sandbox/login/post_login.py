"""The step at which post-login Actions run: once the user is known, before the MFA policy is looked at (docs)."""

import asyncio

from mfa_setup.sandbox.actions.demand import Demand
from mfa_setup.sandbox.actions.execution import Execution
from mfa_setup.sandbox.actions.records import POST_LOGIN
from mfa_setup.sandbox.actions.runner import run
from mfa_setup.sandbox.actions.runs import ActionRun
from mfa_setup.sandbox.auth0.action_records import deployed_actions
from mfa_setup.sandbox.auth0.action_run import record_run
from mfa_setup.sandbox.auth0.errors import OAuthError
from mfa_setup.sandbox.auth0.ids import timestamp
from mfa_setup.sandbox.auth0.state import JSON
from mfa_setup.sandbox.login.action_event import event_of
from mfa_setup.sandbox.login.errors import AuthorizeError
from mfa_setup.sandbox.login.occasion import Occasion
from mfa_setup.sandbox.login.visit import Visit

_MOST_REQUESTS = 4  # docs: of challengeWith, enrollWith and their kin, in one login


def begin(visit: Visit) -> Execution:
    """Returns the execution of the Actions that are bound now, none of which has run yet."""
    return Execution(deployed_actions(visit.tenant, POST_LOGIN))


async def proceed(visit: Visit, execution: Execution, occasion: Occasion) -> Demand:
    """Runs the Actions that have not run yet, up to one that requests a factor, and returns what they ask for.

    Raises:
        AuthorizeError: An Action denied access or failed, or the Actions requested too many factors.
    """
    async with execution.lock:
        if execution.waiting and not execution.demand.pending:
            await _run_waiting(visit, execution, occasion)
    return execution.demand


async def _run_waiting(visit: Visit, execution: Execution, occasion: Occasion) -> None:
    allowed = visit.tenant.settings.get("customize_mfa_in_postlogin_action") is True
    event, workers = event_of(visit, occasion), visit.tenant.site.workers
    runs = await asyncio.to_thread(run, workers, execution.waiting, event, customize=allowed)
    execution.waiting = execution.waiting[len(runs) :]
    for done in runs:
        _keep(visit, execution, occasion, done)
        if done.failure is not None:
            # not verified: the `error_description`; the `error` is that of public threads
            raise _ended(execution, done.failure.message)
        if done.denied is not None:
            raise _ended(execution, done.denied)
        for call in done.calls:
            execution.demand.add(call)
    if execution.demand.requested > _MOST_REQUESTS:
        # not verified: text and code
        raise _ended(execution, f"Actions requested more than {_MOST_REQUESTS} factors in one login")


async def run_for_tokens(visit: Visit, occasion: Occasion, failed: str) -> Demand:
    """Runs all Actions in an exchange at the token endpoint; `failed` is the log event of an exchange that fails.

    Raises:
        OAuthError: An Action denied access or failed.
    """
    try:
        return await proceed(visit, begin(visit), occasion)
    except AuthorizeError as error:
        about = {"client_id": occasion.client_id, "user_id": occasion.user_id}
        visit.note(failed, error.description, **about, **error.details)
        # not verified: the status
        raise OAuthError(403, error.error, error.description) from error


def _ended(execution: Execution, reason: str) -> AuthorizeError:
    return AuthorizeError("access_denied", reason, {"actions": execution.logged})


def _keep(visit: Visit, execution: Execution, occasion: Occasion, done: ActionRun) -> None:
    """Keeps a run for `GET /_sandbox/action-runs`, and logs it if it failed."""
    visit.login.action_runs.append(_shown(execution, occasion, done))
    record_run(visit.tenant, execution.id, done)
    if done.failure is None:
        return
    error = done.failure
    code = {} if error.code is None else {"code": error.code}
    # not verified: the description; the details are those of the docs
    visit.note(
        "actions_execution_failed",
        f"The Action {done.action.name} failed: {error.message}",
        client_id=occasion.client_id,
        user_id=occasion.user_id,
        action_id=done.action.action_id,
        action_name=done.action.name,
        trigger_id=done.action.trigger,
        version_id=done.action.version_id,
        binding_id=done.action.binding_id,
        execution_id=execution.id,
        error_class=error.error_class,
        action_error={"name": error.name, "message": error.message, "stack": error.stack} | code,
    )


def _shown(execution: Execution, occasion: Occasion, done: ActionRun) -> JSON:
    error = done.failure
    return {
        "date": timestamp(),
        "execution_id": execution.id,
        "action": done.action.name,
        "action_id": done.action.action_id,
        "user_id": occasion.user_id,
        "client_id": occasion.client_id,
        "protocol": occasion.transaction["protocol"],
        "outcome": "failed" if error else "completed" if done.denied is None else "denied",
        "error": f"{error.name}: {error.message}" if error else None,
        "calls": [{"function": call.function, "arguments": list(call.arguments)} for call in done.calls],
        "console": done.console,
        "milliseconds": done.milliseconds,
    }
