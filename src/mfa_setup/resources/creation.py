"""Creates the application exactly once, even if an answer is lost or another machine creates it at the same time."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from mfa_setup.errors import ApplicationRaceError, ScopeMissingError
from mfa_setup.model.base import JsonValue
from mfa_setup.model.observed import Application
from mfa_setup.model.write import NEW_APPLICATION, Fields, Write
from mfa_setup.resources import recovery
from mfa_setup.resources.base import Execution
from mfa_setup.services import Services

MARK: dict[str, JsonValue] = {"managed_by": "mfa-setup"}
"""The `client_metadata` of applications that mfa-setup created."""
RUN = "mfa_setup_run"
"""The key of `client_metadata` for the run ID; a value has at most 255 characters (OpenAPI, `POST /clients`)."""
ROUNDS = 12
"""How often two machines may collide before this one gives up."""


def is_ours(application: Application, run_id: str | None = None) -> bool:
    """Whether mfa-setup created the application and, if `run_id` is given, in that run."""
    marks = application.client_metadata
    return all(marks.get(key) == value for key, value in MARK.items()) and run_id in {None, marks.get(RUN)}


def create_exactly_once(
    execution: Execution, write: Write, adopt: Callable[[Application], None], *, is_first_try: bool
) -> None:
    """Ensures that one application of this name has our mark: this run's own, or one that another machine created.

    Applications carry no creation date. So a machine that sees a second application yields: it deletes the one that it
    has just created, waits for a random time, and uses the remaining one. The other machine may do the same at the same
    moment, based on an older list, and delete the remaining one; therefore an application is used only once two lists
    in a row contain it. `adopt` receives that application, which may be another machine's, with other URLs. A machine
    whose token may not delete applications keeps its own, and waits for the other machine to yield.

    Raises:
        OutcomeUnknownError: The answer to the creation was lost, and no application was found.
        ScopeMissingError: The token may not delete applications, and the other machine keeps its application, too.
        ApplicationRaceError: The machines still collide after `ROUNDS` rounds.
    """
    mine: str | None = None
    seen: str | None = None
    kept: ScopeMissingError | None = None
    for turn in range(ROUNDS):
        # The first round needs no list: the snapshot, just read, has no such application. Later rounds list again.
        listed = _ours(execution.services, write.target) if turn or not is_first_try else []
        others = [item for item in listed if item.client_id != mine]
        if mine and not others:
            return
        if mine:
            kept = kept or _remove(execution, mine)
            # This list is older than the removal, so only a list that is read after it counts.
            mine, others = (mine, others) if kept else (None, [])
        elif len(others) == 1 and others[0].client_id == seen:
            execution.adopted[seen] = write
            _report(execution, seen)
            adopt(others[0])
            return
        elif not others:
            mine, seen = _create(execution, write), None
            continue
        seen = others[0].client_id if len(others) == 1 else None
        recovery.random_moment()
    if kept and mine:
        raise _both_stay(kept, write.target, mine, others)
    raise ApplicationRaceError(
        f'Another run keeps creating and deleting the application "{write.target}" at the same time.'
    )


def _remove(execution: Execution, client_id: str) -> ScopeMissingError | None:
    """Deletes an application of this run; returns the error if the token may not delete applications."""
    try:
        execution.send(Write("application", "delete_application", client_id))
    except ScopeMissingError as lacking:
        return lacking
    return None


def _both_stay(lacking: ScopeMissingError, name: str, mine: str, others: Sequence[Application]) -> ScopeMissingError:
    """Returns the error that names both applications; only a person can tell which one is in use."""
    theirs = ", ".join(item.client_id for item in others)
    return ScopeMissingError(
        f'Two runs created the application "{name}" at the same time: this run {mine}, another run {theirs}. The '
        "access token lacks the scope delete:clients to delete one of them.",
        hint="Delete the application whose client ID no app uses (Auth0 dashboard: Applications), then run this "
        "command again to use the other one. If runs may collide again, grant delete:clients.",
        service=lacking.service,
        status=lacking.status,
        request_id=lacking.request_id,
    )


def _report(execution: Execution, client_id: str) -> None:
    execution.replace(NEW_APPLICATION, client_id)
    execution.report(client_id=client_id)


def _create(execution: Execution, write: Write) -> str | None:
    """Creates the application and returns its client ID.

    Returns None if the answer was lost: an application that is found then may be another machine's, so this run must
    never delete it.
    """
    marks = write.after.get("client_metadata")
    marks = marks if isinstance(marks, dict) else MARK
    metadata: Fields = {"client_metadata": {**marks, RUN: execution.services.journal.run_id}}
    made = execution.send(replace(write, after=write.after | metadata))
    if "recovered" in made:
        return None
    _report(execution, str(made["client_id"]))
    return str(made["client_id"])


def _ours(services: Services, name: str) -> list[Application]:
    return [item for item in services.auth0.applications() if item.name == name and is_ours(item)]


def send(services: Services, write: Write) -> Fields:
    """Creates an application; returns its client ID."""
    return {"client_id": services.auth0.create_application(write.after)}


def find(services: Services, write: Write) -> Fields | None:
    """Finds this run's application by its mark, after a lost answer; None if no application has this name and our mark.

    An application of another run is reported without its client ID: it does not show whether this run created one.
    """
    found = _ours(services, write.target)
    mine = [item.client_id for item in found if is_ours(item, services.journal.run_id)]
    if not found:
        return None
    return {"recovered": True, "client_id": mine[0]} if mine else {"recovered": True}
