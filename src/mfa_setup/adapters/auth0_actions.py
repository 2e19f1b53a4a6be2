"""The Actions of one tenant: those of the post-login trigger, and the bindings that decide which of them run.

An Action runs once it is created, built, deployed and bound (sources: auth0-actions-api, auth0-actions-bindings). A
version counts as deployed only if it says so itself: the answer to a deployment does not yet, and within a binding
`all_changes_deployed` is false even after it.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mfa_setup.adapters.auth0_package  # isort: skip # noqa: F401 before the SDK
from auth0.management import Auth0
from auth0.management.core.jsonable_encoder import quote_path_param

from mfa_setup.adapters import auth0_answers as answers
from mfa_setup.adapters.auth0_answers import creating, deleting, sdk_errors
from mfa_setup.model.base import JsonValue
from mfa_setup.model.post_login import RUNTIME, TRIGGER, VERSION, PostLoginAction
from mfa_setup.model.readiness import BoundAction

PAGE = 100
"""The number of items on a page, which both lists accept (recorded)."""
_BINDINGS = f"actions/triggers/{TRIGGER}/bindings"


@dataclass(frozen=True, slots=True)
class Client:
    """What the adapter sends requests with.

    Attributes:
        get: Sends a GET request and returns the JSON of the response.
        part: Returns a part of the SDK's client, which sends the writes.
    """

    get: Callable[..., Any]
    part: Callable[[Callable[[Auth0], Any]], Any]


class Auth0Actions:
    """The Actions API of one tenant; every method may raise the errors of exit codes 4 and 5."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def _all(self, path: str, key: str, **parameters: Any) -> list[dict[str, Any]]:
        """Returns the items of a list with numbered pages; `total`, where it is given, saves the empty last page."""
        found: list[dict[str, Any]] = []
        for page in itertools.count():
            answer = answers.plain(self._client.get(path, page=page, per_page=PAGE, **parameters))
            items, total = answers.items(answer, key), answer.get("total")
            found += items
            if not items or (total and len(found) >= int(total)):
                break
        return found

    @sdk_errors()
    def listed(self) -> tuple[PostLoginAction, ...]:
        """Returns all Actions of the post-login trigger (`GET /actions/actions`)."""
        return tuple(map(_action, self._all("actions/actions", "actions", triggerId=TRIGGER)))

    @sdk_errors()
    def get(self, action_id: str) -> PostLoginAction:
        """Returns one Action (`GET /actions/actions/{id}`)."""
        return _action(answers.plain(self._client.get(f"actions/actions/{quote_path_param(action_id)}")))

    @sdk_errors()
    def bindings(self) -> tuple[BoundAction, ...]:
        """Returns the Actions that run at every login, in order (`GET /actions/triggers/post-login/bindings`)."""
        return tuple(map(answers.bound_action, self._all(_BINDINGS, "bindings")))

    @creating()
    def create(self, name: str, code: str) -> str:
        """Creates an Action and returns its ID (`POST /actions/actions`, never retried).

        Raises:
            OutcomeUnknownError: The Action may have been created.
        """
        trigger: Any = {"id": TRIGGER, "version": VERSION}
        body: dict[str, Any] = {"supported_triggers": [trigger], "runtime": RUNTIME, "dependencies": [], "secrets": []}
        created = self._client.part(lambda api: api.actions).create(name=name, code=code, **body)
        return answers.required(answers.plain(created), "id")

    @sdk_errors()
    def update(self, action_id: str, code: str) -> None:
        """Replaces the draft's code (`PATCH /actions/actions/{id}`)."""
        self._client.part(lambda api: api.actions).update(action_id, code=code)

    @creating()
    def deploy(self, action_id: str) -> str:
        """Starts to deploy the draft and returns the ID of the version (`POST …/deploy`, never retried).

        Raises:
            OutcomeUnknownError: The draft may have been deployed.
        """
        return answers.required(answers.plain(self._client.part(lambda api: api.actions).deploy(action_id)), "id")

    @creating()
    def test(self, action_id: str, payload: Mapping[str, JsonValue]) -> bool:
        """Runs the draft once and returns whether it ended without an error (`POST …/test`).

        The form of the answer is not documented, so any key that names an error counts as one if it has a
        value (not verified).
        """
        run = self._client.part(lambda api: api.actions).test(action_id, payload=dict(payload))
        return not _names_error(answers.plain(run))

    @creating()
    def bind(self, bindings: Sequence[BoundAction]) -> None:
        """Replaces the whole list of Actions that run at every login (`PATCH …/bindings`, never retried).

        Raises:
            OutcomeUnknownError: The list may have been replaced.
        """
        listed: Any = [{"ref": {"type": "action_id", "value": one.id}, "display_name": one.name} for one in bindings]
        self._client.part(lambda api: api.actions.triggers.bindings).update_many(TRIGGER, bindings=listed)

    @deleting()
    def delete(self, action_id: str) -> None:
        """Deletes an Action that is not bound (`DELETE /actions/actions/{id}`, without `force`).

        A bound one is refused with 409, which is not retried.
        """
        self._client.part(lambda api: api.actions).delete(action_id)


def _action(item: dict[str, Any]) -> PostLoginAction:
    """Converts an Action; its deployed version counts only once it is deployed."""
    version = item.get("deployed_version") or {}
    deployed = bool(answers.flag(version, "deployed"))
    return PostLoginAction(
        id=answers.required(item, "id"),
        name=answers.required(item, "name"),
        code=answers.text(item, "code") or "",
        status=answers.text(item, "status") or "",
        created_at=answers.text(item, "created_at") or "",
        deployed_code=answers.text(version, "code") if deployed else None,
        version_id=answers.text(version, "id") if deployed else None,
    )


def _names_error(value: object) -> bool:
    if isinstance(value, dict):
        return any((inner and "error" in str(key).lower()) or _names_error(inner) for key, inner in value.items())
    return isinstance(value, list) and any(map(_names_error, value))
