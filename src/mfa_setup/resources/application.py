"""The single-page application: selecting or creating it, its URLs, security settings and database connection."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from mfa_setup.appconfig import ConfigFile
from mfa_setup.errors import ApplicationConflictError, Choice, ChoiceNeededError, NotFoundError, ServiceRefusedError
from mfa_setup.model.change import FieldChange, change_of, differing
from mfa_setup.model.desired import DesiredApplication
from mfa_setup.model.observed import Application, Connection
from mfa_setup.model.outcome import Notice
from mfa_setup.model.readiness import TenantSettings
from mfa_setup.model.write import NEW_APPLICATION, Fields, Write
from mfa_setup.resources import configfile, creation, customdomain, words
from mfa_setup.resources.application_fields import completion, concerns, creation_of, missing, weaknesses
from mfa_setup.resources.application_revert import CONNECTION, found_in, revert
from mfa_setup.resources.base import Action, Comparison, Execution, Resource, Step
from mfa_setup.resources.creation import is_ours
from mfa_setup.services import Services
from mfa_setup.snapshot.names import PartName
from mfa_setup.snapshot.parts import NOT_READ, known, known_or
from mfa_setup.snapshot.snapshot import Snapshot

WRITE_SCOPES = frozenset({"create:clients", "update:clients", "update:connections"})
READS: frozenset[PartName] = frozenset({"applications", "connections", "settings"})
TRIES = 3
"""How many attempts there are to create and connect an application while other runs keep deleting theirs."""


def choose(
    desired: DesiredApplication, listed: Sequence[Application], config: ConfigFile | None = None
) -> Application | None:
    """Returns the application to configure: by client ID, else by our mark and name, else by name; None if none exists.

    A client ID in the app's config file counts like one in the settings, unless the settings also name the application.

    Raises:
        NotFoundError: No application has the client ID.
        ChoiceNeededError: Several applications fit.
        ApplicationConflictError: The application is not a single-page application.
    """
    in_file = next((item for item in listed if config and item.client_id == config.said["client_id"]), None)
    if in_file and not desired.client_id and in_file.name != desired.name and "name" not in desired.defaults:
        raise _named_otherwise(desired, in_file, listed)
    if desired.client_id:
        named = [item for item in listed if item.client_id == desired.client_id]
    else:
        named = [in_file] if in_file else [item for item in listed if item.name == desired.name]
    fitting = [item for item in named if is_ours(item)] or named
    if desired.client_id and not fitting:
        raise NotFoundError(
            f"The tenant has no application with the client ID {desired.client_id}.",
            hint="Correct --app-client-id: Auth0 dashboard, Applications > the application > Settings.",
        )
    if len(fitting) > 1:
        shown = ", ".join(f"{item.client_id} ({_type_of(item)})" for item in fitting)
        raise ChoiceNeededError(
            f'The tenant has {len(fitting)} applications named "{desired.name}": {shown}.',
            hint=f"Pass --app-client-id, for example --app-client-id {fitting[0].client_id}.",
            choices=_choices(fitting),
        )
    if fitting and fitting[0].app_type != "spa":
        raise ApplicationConflictError(
            (
                f'The application "{fitting[0].name}" has {_type_of(fitting[0])}, so it is not a single-page '
                "application."
            ),
            hint=(
                "Pass --app-client-id with a single-page application, or remove that client ID from the app's "
                "config file."
            )
            if in_file
            else (
                "Pass another --name to create a new application, or --app-client-id with a single-page application."
            ),
        )
    return fitting[0] if fitting else None


def _named_otherwise(
    desired: DesiredApplication, in_file: Application, listed: Sequence[Application]
) -> ChoiceNeededError:
    """Returns the error that asks which application to use, if the app's config file and `--name` differ."""
    meant = (in_file, *(item for item in listed if item.name == desired.name))
    return ChoiceNeededError(
        (
            f'The app\'s config file has the client ID of the application "{in_file.name}", but --name names another '
            "one."
        ),
        hint=(
            f"Pass --app-client-id {in_file.client_id} to use the application in the file, or remove that client "
            "ID from the file."
        ),
        choices=_choices(meant),
    )


def _choices(listed: Iterable[Application]) -> tuple[Choice, ...]:
    labels = ((item.client_id, f"{item.name} ({_type_of(item)}) {item.client_id}") for item in listed)
    return tuple(Choice("app_client_id", client_id, label) for client_id, label in labels)


def _type_of(application: Application) -> str:
    """Returns an application's type in words; an application that was created without a type has none."""
    return f"type {application.app_type}" if application.app_type else "no type"


def compare(given: Comparison) -> Step:
    """Compares the desired application with the existing one.

    Raises:
        NotFoundError: The connection or the client ID does not exist.
        ChoiceNeededError, ApplicationConflictError: Under the same conditions as in `choose`.
    """
    desired, config = given.desired.application, given.found.config
    if desired is None:
        raise NOT_READ
    existing = choose(desired, known(given.found.applications), config)
    given_config, config = config, config and customdomain.kept(config, existing)
    client_id = existing.client_id if existing else NEW_APPLICATION
    fields, writes = _differences(desired, existing)
    if existing is None or concerns("connection", desired, existing):
        connecting = _connecting(_connection(given.found, desired), client_id)
        fields += differing({}, {CONNECTION: desired.connection} if connecting else {})
        writes += connecting
    stale = configfile.write_of(config, client_id) if config else ()
    if config and stale:
        fields += configfile.fields_of(config, stale[0])
    name = existing.name if existing else desired.name
    told = words.application(name, existing, fields, config)
    return Step(
        change_of("application", fields, name, told, exists=existing is not None),
        (*writes, *stale),
        (
            *_notices(desired, existing, known_or(given.found.settings, TenantSettings())),
            *(configfile.outranked(config, client_id) if config else ()),
            *(customdomain.unlisted(config, given.found) if config and config is not given_config else ()),
        ),
        {
            "url": next(iter(existing.callbacks if existing else desired.callbacks), None),
            "client_id": existing.client_id if existing else None,
            "config_file": str(config.path) if config and config.text is not None else None,
        },
    )


def _differences(
    desired: DesiredApplication, existing: Application | None
) -> tuple[tuple[FieldChange, ...], tuple[Write, ...]]:
    """Returns the application's own fields that differ, and the write that sets them."""
    if existing is None:
        body = creation_of(desired)
        return differing({}, body), (Write("application", "create_application", desired.name, after=body),)
    body = missing(desired, existing)
    return differing(existing.model_dump(mode="json"), body), (update_write(existing, body),) if body else ()


def _connecting(connection: Connection, client_id: str) -> tuple[Write, ...]:
    """Returns the write that lets an application use a connection; none if the application already may."""
    if client_id in connection.client_ids:
        return ()
    return (Write("application", "connect_application", client_id, {CONNECTION: None}, {CONNECTION: connection.id}),)


def _connection(found: Snapshot, desired: DesiredApplication) -> Connection:
    connections = known(found.connections)
    if connections.found is not None:
        return connections.found
    if connections.names:
        raise NotFoundError(
            f"The tenant has no database connection {desired.connection}.",
            hint=f"Pass --connection with one of: {', '.join(connections.names)}.",
        )
    raise NotFoundError(
        (
            f"The tenant has no database connection, but the application requires one: {desired.connection} does not "
            "exist."
        ),
        hint=f"Create the database connection {desired.connection} (Auth0 dashboard: Authentication > Database > "
        "Create DB Connection), or pass --no-app to leave applications unchanged.",
    )


def update_write(there: Application, body: Fields) -> Write:
    """Returns the write that changes some fields of an application."""
    return Write("application", "update_application", there.client_id, found_in(there, body), body)


def _notices(desired: DesiredApplication, existing: Application | None, flags: TenantSettings) -> tuple[Notice, ...]:
    if existing is None:
        return (_every_connection(desired),) if flags.all_connections else ()
    if is_ours(existing) or desired.harden or not (weak := weaknesses(existing)):
        return ()
    return (
        Notice(
            code="application_not_hardened",
            message=f'mfa-setup did not create the application "{existing.name}", and its security settings differ '
            f"from what a single-page application should have: {', '.join(weak)}.",
            hint="When its app is ready for these settings, pass --harden to apply them.",
        ),
    )


def _every_connection(desired: DesiredApplication) -> Notice:
    return Notice(
        code="every_connection_enabled",
        message="Users of every connection of the tenant will be able to log in to the new application "
        f'"{desired.name}", not only those of {desired.connection}: the tenant setting '
        "enable_client_connections is on.",
        hint="Turn the setting off first (Auth0 dashboard: Settings > Advanced > Enable Application Connections), or "
        "review the application's Connections tab afterwards.",
    )


def _create(execution: Execution, write: Write, tries: int = TRIES) -> None:
    """Creates the application, or uses and completes another machine's; tries again if that one was deleted since."""

    def complete(there: Application) -> None:
        if body := completion(write.after, there):
            execution.send(update_write(there, body))

    try:
        creation.create_exactly_once(execution, write, complete, is_first_try=tries == TRIES)
    except (NotFoundError, ServiceRefusedError):
        if tries == 1 or not _vanished(execution):
            raise
        _create(execution, write, tries - 1)


def _vanished(execution: Execution) -> bool:
    """Whether an application of another machine that this run uses was deleted since.

    The list of applications decides, because it is not verified which error Auth0 returns for a deleted application.
    """
    present = {item.client_id for item in execution.services.auth0.applications()}
    return bool(execution.adopted) and not present & execution.adopted.keys()


def _connect_once(execution: Execution, write: Write, tries: int = TRIES) -> None:
    """Connects the application; if it was another machine's and is deleted by then, creates and connects a new one."""
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
        "create_application": Action(
            creation.send,
            frozenset({"create:clients"}),
            find=creation.find,
            perform=_create,
            undo_scopes={"delete:clients": "delete the application (--delete-application)"},
        ),
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
