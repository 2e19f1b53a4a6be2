"""Runs the Actions of a trigger in their order, and reports what each of them did."""

import re
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, cast

from mfa_setup.sandbox.actions.records import DeployedAction
from mfa_setup.sandbox.actions.runs import ActionRun, ApiCall, Failure
from mfa_setup.sandbox.actions.workers import DeadlineError, WorkerError, Workers

_REQUESTS = "authentication."


def run(
    workers: Workers, actions: Sequence[DeployedAction], event: dict[str, Any], *, customize: bool = False
) -> list[ActionRun]:
    """Runs Actions one after the other on the same event, and returns what those that ran did.

    The Actions after one that failed, denied access or requested a factor do not run. All of them share one time limit.

    Args:
        workers: The processes that run the code.
        actions: The Actions, in their order.
        event: The event without its secrets, which each Action has of its own.
        customize: Whether the tenant allows the functions of `api.authentication`.
    """
    if actions:
        with suppress(WorkerError):  # the first Action then fails with the same error
            workers.prepare()
    until = time.monotonic() + workers.seconds
    runs: list[ActionRun] = []
    for action in actions:
        done = _run(workers, action, event | {"secrets": action.secrets}, until, customize=customize)
        runs.append(done)
        requests = any(call.function.startswith(_REQUESTS) for call in done.calls)
        if done.failure is not None or done.denied is not None or requests:
            break
    return runs


def trial(workers: Workers, draft: DeployedAction, payload: dict[str, Any]) -> dict[str, Any]:
    """Runs one Action on a payload, and returns what it did: `{"calls", "console", "error"?}`.

    This is for `POST /actions/actions/{id}/test`, of which no answer is recorded.
    """
    event = payload | {"secrets": draft.secrets}
    done = _run(workers, draft, event, time.monotonic() + workers.seconds, customize=True)
    shown = [{"function": call.function, "arguments": list(call.arguments)} for call in done.calls]
    answer: dict[str, Any] = {"calls": shown, "console": done.console}
    if done.failure is not None:
        answer["error"] = {
            "error_class": done.failure.error_class,
            "name": done.failure.name,
            "message": done.failure.message,
        }
    return answer


def _run(
    workers: Workers, action: DeployedAction, event: dict[str, Any], until: float, *, customize: bool
) -> ActionRun:
    began = time.monotonic()
    job = {
        "code": action.code,
        "event": event,
        "options": {"handler": _handler(action.trigger), "customize": customize},
        "seconds": max(0.01, until - began),
    }
    try:
        report = workers.run(job)
    except DeadlineError:
        return ActionRun(action, milliseconds=_since(began), failure=_too_long(workers))
    except WorkerError as error:
        # not verified: the class of an error of the engine
        failure = Failure("platform_error", "Error", str(error))
        return ActionRun(action, milliseconds=_since(began), failure=failure)
    try:
        calls = tuple(ApiCall(str(call["function"]), tuple(call["arguments"])) for call in report["calls"])
        return ActionRun(action, calls, str(report["console"]), _since(began), _failure(workers, report))
    except (KeyError, TypeError) as error:
        # The code can replace what its context has, such as `Object.prototype.toJSON`.
        failure = Failure("platform_error", "Error", f"The Action changed how JavaScript works: {error}")
        return ActionRun(action, milliseconds=_since(began), failure=failure)


def _failure(workers: Workers, report: dict[str, Any]) -> Failure | None:
    if not report["finished"]:
        # The handler waits for something that cannot happen any more; the service would find out at its time limit.
        return _too_long(workers)
    error = cast("dict[str, Any] | None", report["error"])
    if error is None:
        return None
    return Failure("action_error", error["name"], error["message"], error["stack"], error["code"])


def _too_long(workers: Workers) -> Failure:
    # not verified: name and message
    return Failure("action_timeout", "Error", f"The Actions did not finish within {workers.seconds:g} seconds.")


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _handler(trigger: str) -> str:
    """Returns the name that the code exports: `post-login` calls `onExecutePostLogin` (docs)."""
    return "onExecute" + re.sub(r"(?:^|-)(\w)", lambda found: found[1].upper(), trigger)
