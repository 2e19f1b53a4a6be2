"""The single-page application: found or created, its URLs, its security settings, its database connection."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from mfa_setup.errors import ApplicationConflictError, Choice, ChoiceNeededError, NotFoundError, ServiceRefusedError
from mfa_setup.model.base import JsonValue
from mfa_setup.model.change import FieldChange, change_of, differing
from mfa_setup.model.desired import DesiredApplication
from mfa_setup.model.observed import Application, Connection
from mfa_setup.model.outcome import Notice
from mfa_setup.model.write import NEW_APPLICATION, Fields, Write
from mfa_setup.resources import configfile, creation
from mfa_setup.resources.application_revert import CONNECTION, found_in, revert
from mfa_setup.resources.base import Action, Comparison, Execution, Resource, Step
from mfa_setup.resources.creation import MARK, is_ours
from mfa_setup.resources.restore import texts
from mfa_setup.services import Services
from mfa_setup.snapshot.parts import NOT_READ, known
from mfa_setup.snapshot.reader import PartName
from mfa_setup.snapshot.snapshot import Snapshot

WRITE_SCOPES = frozenset({"create:clients", "update:clients", "update:connections"})
READS: frozenset[PartName] = frozenset({"applications", "connections"})
TRIES = 3
"""How often an application that was taken over may be gone before it is connected."""
URLS = ("callbacks", "allowed_logout_urls", "web_origins")
SECURITY: dict[str, JsonValue] = {
    "oidc_conformant": True,
    "token_endpoint_auth_method": "none",
    "grant_types": ["authorization_code", "refresh_token"],
    "jwt_configuration": {"alg": "RS256", "lifetime_in_seconds": 36000, "secret_encoded": False},
    "refresh_token": {
        "rotation_type": "rotating",
        "expiration_type": "expiring",
        "leeway": 0,
        "token_lifetime": 2592000,
        "idle_token_lifetime": 1296000,
        "infinite_token_lifetime": False,
        "infinite_idle_token_lifetime": False,
    },
}
"""What a new application is given. All of it is sent: the service's own defaults are HS256, the implicit grant,
`oidc_conformant: false` and refresh tokens that never change (recorded answers of `POST /api/v2/clients`)."""

JUDGED: dict[str, tuple[str, ...]] = {
    "jwt_configuration": ("alg",),
    "refresh_token": ("rotation_type", "expiration_type"),
}
"""Of these two objects only these keys are ours; the lifetimes are the tenant's own business after creation."""


def choose(desired: DesiredApplication, listed: Sequence[Application]) -> Application | None:
    """The application that is meant: by client ID, else by our mark and name, else by name; None is to be made.

    Raises:
        NotFoundError: There is none with the client ID.
        ChoiceNeededError: Several fit.
        ApplicationConflictError: It is not a single-page application.
    """
    if desired.client_id:
        named = [item for item in listed if item.client_id == desired.client_id]
    else:
        named = [item for item in listed if item.name == desired.name]
    fitting = [item for item in named if is_ours(item)] or named
    if desired.client_id and not fitting:
        raise NotFoundError(
            f"The tenant has no application with the client ID {desired.client_id}.",
            hint="Correct --app-client-id: Auth0 dashboard, Applications > the application > Settings.",
        )
    if len(fitting) > 1:
        shown = ", ".join(f"{item.client_id} ({_type_of(item)})" for item in fitting)
        raise ChoiceNeededError(
            f'{len(fitting)} applications are named "{desired.name}": {shown}.',
            hint=f"Pass --app-client-id, for example --app-client-id {fitting[0].client_id}.",
            choices=tuple(
                Choice("app_client_id", item.client_id, f"{item.name} ({_type_of(item)}) {item.client_id}")
                for item in fitting
            ),
        )
    if fitting and fitting[0].app_type != "spa":
        raise ApplicationConflictError(
            f'The application "{fitting[0].name}" is of {_type_of(fitting[0])}, not a single-page application.',
            hint="Pass another --name to make a new one, or --app-client-id of a single-page application.",
        )
    return fitting[0] if fitting else None


def _type_of(application: Application) -> str:
    """An application's type in words; one made without any has none."""
    return f"type {application.app_type}" if application.app_type else "no type"


def compare(given: Comparison) -> Step:
    """What differs between the application asked for and the one that is there.

    Raises:
        NotFoundError: The connection or the client ID does not exist.
        ChoiceNeededError, ApplicationConflictError: As `choose` does.
    """
    desired, config = given.desired.application, given.found.config
    if desired is None:
        raise NOT_READ
    there = choose(desired, known(given.found.applications))
    connection = _connection(given.found, desired)
    client_id = there.client_id if there else NEW_APPLICATION
    writes: tuple[Write, ...] = ()
    if there is None:
        before, body = Fields(), _creation(desired)
        writes += (Write("application", "create_application", desired.name, after=body),)
    else:
        before, body = there.model_dump(mode="json"), _missing(desired, there)
        writes += (update_write(there, body),) if body else ()
    fields = differing(before, body)
    if client_id not in connection.client_ids:
        fields += (FieldChange(path=CONNECTION, after=desired.connection),)
        writes += (
            Write("application", "connect_application", client_id, {CONNECTION: None}, {CONNECTION: connection.id}),
        )
    stale = configfile.write_of(config, client_id) if config else ()
    if config and stale:
        path = str(config.path)
        fields += (FieldChange(path="config_file", before=None if config.text is None else path, after=path),)
    return Step(
        change_of("application", fields, there.name if there else desired.name, exists=there is not None),
        (*writes, *stale),
        _notices(desired, there),
        {
            "client_id": there.client_id if there else None,
            "config_file": str(config.path) if config and not stale else None,
        },
    )


def _connection(found: Snapshot, desired: DesiredApplication) -> Connection:
    connections = known(found.connections)
    if connections.found is None:
        raise NotFoundError(
            f"The tenant has no database connection {desired.connection}.",
            hint=f"Pass --connection with one of: {', '.join(connections.names) or '(there is none)'}.",
        )
    return connections.found


def update_write(there: Application, body: Fields) -> Write:
    """The write that changes some fields of an application."""
    return Write("application", "update_application", there.client_id, found_in(there, body), body)


def _creation(desired: DesiredApplication) -> Fields:
    return {
        "name": desired.name,
        "app_type": "spa",
        **_desired_urls(desired),
        **SECURITY,
        "client_metadata": dict(MARK),
    }


def _desired_urls(desired: DesiredApplication) -> Fields:
    lists = (desired.callbacks, desired.logout_urls, desired.web_origins)
    return {field: list(urls) for field, urls in zip(URLS, lists, strict=True)}


def _missing(desired: DesiredApplication, there: Application) -> Fields:
    """Only what differs: URLs of any application, security settings of our own or with --harden."""
    body = _missing_urls(_desired_urls(desired), there, prune=desired.prune_urls)
    return body | _weaknesses(there) if is_ours(there) or desired.harden else body


def _missing_urls(desired: Mapping[str, JsonValue], there: Application, *, prune: bool) -> Fields:
    body: Fields = {}
    for field in URLS:
        before: tuple[str, ...] = getattr(there, field)
        asked = texts(desired[field])
        present, wanted = _normal(field, before), _normal(field, asked)
        added = [url for url, normal in zip(asked, wanted, strict=True) if normal not in present]
        kept = [url for url, normal in zip(before, present, strict=True) if not prune or normal in wanted]
        if added or len(kept) != len(before):
            body[field] = [*kept, *added]
    return body


def _normal(field: str, urls: Iterable[str]) -> list[str]:
    """URLs as they are compared: web origins whatever their last slash, the others to the letter."""
    return [url.rstrip("/").lower() if field == "web_origins" else url for url in urls]


def _weaknesses(there: Application) -> Fields:
    """The security settings that are not as they should be, as a body that mends them.

    A nested object is replaced whole by the service, so what is ours is laid over what is there.
    """
    body: Fields = {}
    for field, wanted in SECURITY.items():
        before = getattr(there, field)
        if isinstance(wanted, dict):
            keys = JUDGED[field]
            if any(before.get(key) != wanted[key] for key in keys):
                body[field] = {**wanted, **before, **{key: wanted[key] for key in keys}}
        elif isinstance(wanted, list):
            if set(before) != set(wanted):
                body[field] = wanted
        elif before != wanted:
            body[field] = wanted
    return body


def _notices(desired: DesiredApplication, there: Application | None) -> tuple[Notice, ...]:
    if there is None or is_ours(there) or desired.harden or not (weak := _weaknesses(there)):
        return ()
    return (
        Notice(
            code="application_not_hardened",
            message=f'The application "{there.name}" was not made by mfa-setup, and its security settings differ '
            f"from what a single-page application should have: {', '.join(weak)}.",
            hint="Pass --harden to set them, when its app is ready for it.",
        ),
    )


def _create(execution: Execution, write: Write, tries: int = TRIES) -> None:
    """Creates the application, or takes that of another machine and completes it; that one may be gone by then."""

    def complete(there: Application) -> None:
        body = _missing_urls(write.after, there, prune=False) | _weaknesses(there)
        if body:
            execution.send(update_write(there, body))

    try:
        creation.create_exactly_once(execution, write, complete)
    except (NotFoundError, ServiceRefusedError):
        if tries == 1 or not _vanished(execution):
            raise
        _create(execution, write, tries - 1)


def _vanished(execution: Execution) -> bool:
    """Whether an application that was taken over is gone; the list tells, for which error says so is not verified."""
    present = {item.client_id for item in execution.services.auth0.applications()}
    return bool(execution.adopted) and not present & execution.adopted.keys()


def _connect_once(execution: Execution, write: Write, tries: int = TRIES) -> None:
    """Connects the application; where one that was taken over is gone by then, another is created and connected."""
    creation_write = execution.adopted.get(write.target)
    try:
        execution.send(write)
    except (NotFoundError, ServiceRefusedError):
        if tries == 1 or creation_write is None or not _vanished(execution):
            raise
        del execution.adopted[write.target]
        _create(execution, creation_write)
        _connect_once(execution, replace(write, target=execution.real(NEW_APPLICATION)), tries - 1)


def _update(services: Services, write: Write) -> None:
    services.auth0.update_application(write.target, write.after)


def _connect(services: Services, write: Write) -> None:
    connection = write.after[CONNECTION] or write.before[CONNECTION]
    services.auth0.connect(str(connection), write.target, on=write.after[CONNECTION] is not None)


APPLICATION = Resource(
    name="application",
    actions={
        "create_application": Action(creation.send, frozenset({"create:clients"}), find=creation.find, perform=_create),
        "update_application": Action(_update, frozenset({"update:clients"})),
        "connect_application": Action(_connect, frozenset({"update:connections"}), perform=_connect_once),
        "delete_application": Action(
            lambda services, write: services.auth0.delete_application(write.target), frozenset({"delete:clients"})
        ),
        "write_config": configfile.WRITE_CONFIG,
    },
    reads=lambda _: READS,
    write_scopes=lambda _, __: WRITE_SCOPES,
    compare=compare,
    revert=revert,
    revert_reads=lambda _: frozenset({"applications", "connected"}),
)
