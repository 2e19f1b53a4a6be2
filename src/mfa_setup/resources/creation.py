"""Creating the application, exactly once: also without an answer, and with another machine doing the same."""

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
"""The `client_metadata` of applications that this tool created."""
RUN = "mfa_setup_run"
"""The key of `client_metadata` that names the run: a value has 255 characters at most (OpenAPI, `POST /clients`)."""
ROUNDS = 12
"""How often two machines may get in each other's way before this one gives up."""


def is_ours(application: Application, run_id: str | None = None) -> bool:
    """Whether this tool created it, and in that run where one is named."""
    marks = application.client_metadata
    return all(marks.get(key) == value for key, value in MARK.items()) and run_id in {None, marks.get(RUN)}


def create_exactly_once(
    execution: Execution, write: Write, adopt: Callable[[Application], None], *, is_first_try: bool
) -> None:
    """The one application of this name with our mark: created by this run, or by another machine at the same time.

    Applications carry no date, so a machine that sees another one next to its own yields: it removes its own, which it
    has just created, waits a random moment, and takes what is left. The other may do the same at the same moment and
    remove what is left, for its list may be older than this removal; so what is taken is looked at once more. `adopt`
    gets an application that may be another machine's, with its own URLs. A machine whose token may not delete
    applications keeps its own, and waits for the other one to yield.

    Raises:
        OutcomeUnknownError: The creation got no answer, and nothing is to be seen of it.
        ScopeMissingError: The token may not delete applications, and the other machine keeps its own as well.
        ApplicationRaceError: It never came to rest.
    """
    mine: str | None = None
    seen: str | None = None
    kept: ScopeMissingError | None = None
    for turn in range(ROUNDS):
        # Right after the snapshot there is none, or none would be made; a second one is seen once this one is made.
        listed = _ours(execution.services, write.target) if turn or not is_first_try else []
        others = [item for item in listed if item.client_id != mine]
        if mine and not others:
            return
        if mine:
            kept = kept or _remove(execution, mine)
            # Seen before the removal: it counts only when it is seen after it.
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
    """Removes an application of this run; the error where the token may not delete applications."""
    try:
        execution.send(Write("application", "delete_application", client_id))
    except ScopeMissingError as lacking:
        return lacking
    return None


def _both_stay(lacking: ScopeMissingError, name: str, mine: str, others: Sequence[Application]) -> ScopeMissingError:
    """The error that names both applications, of which only a person can tell which one is in use."""
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
    """Its client ID; None where the answer was lost: what is found then may be another's, and is never removed."""
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
    """This run's application by its mark; something of the name without that mark says only that it is not alone."""
    found = _ours(services, write.target)
    mine = [item.client_id for item in found if is_ours(item, services.journal.run_id)]
    if not found:
        return None
    return {"recovered": True, "client_id": mine[0]} if mine else {"recovered": True}
