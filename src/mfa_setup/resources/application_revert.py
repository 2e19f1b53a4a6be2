"""The application as a run found it: URLs, security settings, connection. One that it made goes only if asked for."""

from collections.abc import Mapping
from dataclasses import dataclass

from mfa_setup.model.base import JsonValue
from mfa_setup.model.change import Change, FieldChange
from mfa_setup.model.journal import RunRecord, Trace, WriteRecord, traces
from mfa_setup.model.observed import Application
from mfa_setup.model.outcome import Notice
from mfa_setup.resources import configfile
from mfa_setup.resources.application import found_in
from mfa_setup.resources.creation import bears_a_run, is_ours
from mfa_setup.resources.reversal import Move, Reversal, Send, Standing, changed_since, is_left, put_back, same

_UNSENT = ("description", "allowed_origins", "logo_uri", "initiate_login_uri")
"""Fields that this tool never sends, and by which somebody may have made an application theirs."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """What an undo of an application looks at: all of them, and who may use each connection of that run."""

    applications: tuple[Application, ...]
    connected: Mapping[str, frozenset[str]]


@dataclass(slots=True)
class _Found:
    fields: tuple[FieldChange, ...] = ()
    warnings: tuple[Notice, ...] = ()
    moves: tuple[Move, ...] = ()
    scopes: frozenset[str] = frozenset()
    removed: bool = False


def connections_of(record: RunRecord) -> frozenset[str]:
    """The connections that the run put an application on."""
    return frozenset(str(write.after.get("connection")) for write in record.of("connect_application"))


def revert(record: RunRecord, now: Standing, tenant: Tenant, *, delete: bool) -> Reversal:
    """The applications that the run made or changed, their connection, and the app's config file."""
    found = _Found()
    made = _made(found, record, tenant.applications)
    for app in tenant.applications:
        removed = app.client_id in made and _remove(found, app, record, made[app.client_id], delete=delete)
        if app.client_id not in made:
            _mend(found, app, record)
        if not removed:
            _disconnect(found, app, record, tenant)
    file = configfile.revert(record)
    found.fields += file.fields
    found.moves += file.moves
    found.warnings += file.warnings
    names = [app.name for app in tenant.applications if app.client_id in {*made, *_targets(record)}]
    change = Change(
        resource="application",
        action="delete" if found.removed else "update" if found.moves else "none",
        status="pending" if found.moves else "none",
        fields=found.fields,
        title=", ".join(dict.fromkeys(names)),
    )
    return Reversal(change, now, found.warnings, found.scopes, found.moves)


def _targets(record: RunRecord) -> frozenset[str]:
    return frozenset(write.target for write in record.of("update_application", "connect_application"))


def _made(found: _Found, record: RunRecord, listed: tuple[Application, ...]) -> dict[str, WriteRecord]:
    """The applications that the run made and that are there; one without an answer is told by the run's own mark."""
    made: dict[str, WriteRecord] = {}
    gone = record.gone()
    for write in record.of("create_application"):
        client_id = write.made.get("client_id")
        marked = [app for app in listed if is_ours(app, record.run_id) and app.name == write.target]
        unmarked = [app for app in listed if app.name == write.target and is_ours(app) and not bears_a_run(app)]
        known = [client_id] if client_id is not None else [app.client_id for app in marked]
        if not known and unmarked:
            found.warnings += (changed_since("application", f'which of the applications "{write.target}" it made'),)
        made |= {one: write for one in known if isinstance(one, str) and one not in gone}
    return made


def _remove(found: _Found, app: Application, record: RunRecord, creation: WriteRecord, *, delete: bool) -> bool:
    """Removes an application that the run made, if that was asked for and nobody changed it since."""
    client_id = app.client_id
    later = tuple(one for one in record.of("update_application") if one.target == client_id)
    changed = _changed(app, traces((creation, *later)))
    if changed and delete:
        found.warnings += (changed_since("application", f"{', '.join(changed)} of {client_id}"),)
    if not delete:
        found.warnings += (_kept(app, record.run_id),)
    if changed or not delete:
        return False
    found.removed = True
    found.fields += (FieldChange(path="client_id", before=client_id),)
    found.scopes |= {"delete:clients"}
    before = {"name": app.name}
    move = Move("delete_application", client_id, {**before}, {}, lambda s: s.auth0.delete_application(client_id))
    found.moves += (move,)
    return True


def _changed(app: Application, sent: Mapping[str, Trace]) -> list[str]:
    """The fields that are not as the run left them, with some of those that it left empty."""
    values = found_in(app, [*sent, *_UNSENT])
    changed = [name for name, trace in sent.items() if not any(_still(name, left, values[name]) for left in trace.left)]
    return changed + [name for name in _UNSENT if name not in sent and values[name]]


def _still(name: str, left: JsonValue, now: JsonValue) -> bool:
    """To our metadata the service adds nothing: what is more there is somebody's."""
    return same(left, now) if name == "client_metadata" else is_left(left, now)


def _mend(found: _Found, app: Application, record: RunRecord) -> None:
    """URLs and security settings as they were.

    Of what the service did not have, a list is emptied, for it takes no null there, and anything else is cleared by
    null (OpenAPI, `PATCH /clients/{id}`).
    """
    client_id = app.client_id
    sent = traces(tuple(write for write in record.of("update_application") if write.target == client_id))
    values = found_in(app, sent)
    back, warnings = put_back("application", sent, values)
    found.warnings += warnings
    if not back:
        return
    lists = {name for name, trace in sent.items() if any(isinstance(left, list) for left in trace.left)}
    back = {name: [] if value is None and name in lists else value for name, value in back.items()}
    before = {name: values[name] for name in back}
    found.fields += tuple(FieldChange(path=name, before=before[name], after=value) for name, value in back.items())
    found.scopes |= {"update:clients"}
    move = Move("update_application", client_id, before, back, lambda s: s.auth0.update_application(client_id, back))
    found.moves += (move,)


def _disconnect(found: _Found, app: Application, record: RunRecord, tenant: Tenant) -> None:
    client_id = app.client_id
    for write in record.of("connect_application"):
        connection = str(write.after.get("connection"))
        if write.target != client_id or client_id not in tenant.connected.get(connection, frozenset()):
            continue
        found.fields += (FieldChange(path="connection", before=connection),)
        found.scopes |= {"update:connections"}
        found.moves += (
            Move(
                "connect_application",
                client_id,
                {"connection": connection},
                {"connection": None},
                _taken_off(connection, client_id),
            ),
        )


def _taken_off(connection: str, client_id: str) -> Send:
    return lambda services: services.auth0.connect(connection, client_id, on=False)


def _kept(app: Application, run_id: str) -> Notice:
    return Notice(
        code="application_kept",
        message=f'The application "{app.name}" ({app.client_id}) is not removed.',
        hint=f"`mfa-setup undo --run {run_id} --delete-application` removes it; that is for good. `mfa-setup up` would "
        "use it again.",
    )
