"""Running Actions for the API: the test of a draft, and the record of what ran in a login."""

from datetime import datetime, timedelta
from typing import Any

from mfa_setup.sandbox.actions.records import DeployedAction
from mfa_setup.sandbox.actions.runner import trial
from mfa_setup.sandbox.actions.runs import ActionRun
from mfa_setup.sandbox.auth0.ids import timestamp
from mfa_setup.sandbox.auth0.state import JSON, Tenant

_KEPT = 1000
"""The number of executions that a tenant of the sandbox keeps; Auth0 keeps those of ten days (docs)."""


def run_draft(tenant: Tenant, draft: DeployedAction, payload: dict[str, Any]) -> dict[str, Any]:
    """Runs a draft with `payload` as its event and returns the answer of `POST /actions/actions/{id}/test`."""
    # not verified: everything in `payload`, of which the OpenAPI document says only that it is an object
    return {"payload": trial(tenant.site.workers, draft, payload)}


def record_run(tenant: Tenant, execution_id: str, run: ActionRun) -> None:
    """Adds what an Action did to its execution, which `GET /actions/executions/{id}` shows (OpenAPI)."""
    executions, now = tenant.actions.executions, timestamp()
    if execution_id not in executions:
        # not verified: when an execution is `partial`
        executions[execution_id] = {"id": execution_id, "trigger_id": run.action.trigger, "status": "final"}
        executions[execution_id] |= {"results": [], "created_at": now}
    began = datetime.fromisoformat(now) - timedelta(milliseconds=run.milliseconds)
    result: JSON = {
        "action_name": run.action.name,
        "started_at": began.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "ended_at": now,
        # not verified: `id`, which the document describes as a code of the error
        "error": {"id": run.failure.error_class, "msg": run.failure.message} if run.failure else None,
    }
    executions[execution_id]["results"].append({name: value for name, value in result.items() if value is not None})
    executions[execution_id]["updated_at"] = now
    while len(executions) > _KEPT:
        del executions[next(iter(executions))]
