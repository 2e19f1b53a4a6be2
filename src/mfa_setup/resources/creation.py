"""Making the application, exactly once: also without an answer, and with another machine at the same work."""

from collections.abc import Mapping
from dataclasses import dataclass

from mfa_setup.errors import ApplicationRaceError
from mfa_setup.model.base import JsonValue
from mfa_setup.model.observed import Application
from mfa_setup.resources import recovery
from mfa_setup.resources.base import Services
from mfa_setup.resources.recovery import recover_outcome

MARK: dict[str, JsonValue] = {"managed_by": "mfa-setup"}
"""The `client_metadata` of applications that this tool made."""
ROUNDS = 12
"""How often two machines may get in each other's way before this one gives up."""


RUN = "mfa_setup_run"
"""The key of `client_metadata` that names the run: a value has 255 characters at most (OpenAPI, `POST /clients`)."""


def is_ours(application: Application, run_id: str | None = None) -> bool:
    """Whether this tool made it, and in that run where one is named."""
    known = application.client_metadata
    return all(known.get(key) == value for key, value in MARK.items()) and run_id in {None, known.get(RUN)}


def bears_a_run(application: Application) -> bool:
    """Whether its metadata tells the run that made it."""
    return RUN in application.client_metadata


@dataclass(frozen=True, slots=True)
class Settled:
    """The application that it came down to; `adopted` is it where it may be another machine's, with its own URLs."""

    client_id: str
    adopted: Application | None = None


def create_exactly_once(services: Services, body: Mapping[str, JsonValue]) -> Settled:
    """The one application of this name with our mark: made by this run, or by another machine at the same time.

    Applications carry no date, so whoever sees another one beside its own yields: it removes its own, which it has
    just made, waits a random moment, and takes what is left. The other may do the same at the same moment and remove
    what is left, for its list may be older than this removal; so what is taken is looked at once more.

    Raises:
        OutcomeUnknownError: The creation got no answer, and nothing is to be seen of it.
        ApplicationRaceError: It never came to rest.
    """
    mine: str | None = None
    seen: str | None = None
    for _ in range(ROUNDS):
        others = [item for item in _ours(services, str(body["name"])) if item.client_id != mine]
        if mine and not others:
            return Settled(mine)
        if mine:
            _remove(services, mine)
            mine, others = None, []  # seen before the removal: it counts only when it is seen after it
        elif len(others) == 1 and others[0].client_id == seen:
            return Settled(seen, others[0])
        elif not others:
            mine, seen = _create(services, body), None
            continue
        seen = others[0].client_id if len(others) == 1 else None
        recovery.random_moment()
    raise ApplicationRaceError(f'Another run keeps making and removing the application "{body["name"]}".')


def _ours(services: Services, name: str) -> list[Application]:
    return [item for item in services.auth0.applications() if item.name == name and is_ours(item)]


def _create(services: Services, body: Mapping[str, JsonValue]) -> str | None:
    """Its client ID; None where the answer was lost: what is found then may be another's, and is never removed."""
    name, auth0, run_id = str(body["name"]), services.auth0, services.journal.run_id
    signed: dict[str, JsonValue] = {**body, "client_metadata": {**MARK, RUN: run_id}}
    answered: list[str] = []

    def create() -> list[Application]:
        answered.append(auth0.create_application(signed))
        return []

    with services.journal.write("application", "create_application", name, {}, signed) as made:
        found = recover_outcome(create, lambda: _ours(services, name) or None)
        for client_id in answered or [item.client_id for item in found if is_ours(item, run_id)]:
            made["client_id"] = client_id
    return answered[0] if answered else None


def _remove(services: Services, client_id: str) -> None:
    with services.journal.write("application", "delete_application", client_id):
        services.auth0.delete_application(client_id)
