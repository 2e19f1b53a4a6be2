"""Undoes changes to the application: URLs, security settings, connection. A created one is deleted only on request."""

from collections.abc import Iterable, Mapping

from mfa_setup.model.base import JsonValue
from mfa_setup.model.change import FieldChange, differing
from mfa_setup.model.journal import RunRecord, Trace, WriteRecord, is_superseded, traces
from mfa_setup.model.observed import Application
from mfa_setup.model.outcome import Notice
from mfa_setup.model.write import Fields, Write
from mfa_setup.resources import configfile, words
from mfa_setup.resources.base import Reversal, Step
from mfa_setup.resources.creation import RUN, is_ours
from mfa_setup.resources.restore import Restoration, changed_since, is_left, restored, same
from mfa_setup.snapshot.parts import known

CONNECTION = "connection"
_UNSENT = ("description", "allowed_origins", "logo_uri", "initiate_login_uri")
"""Fields that mfa-setup never sends; a value in one of them shows that somebody has customized the application."""


def found_in(there: Application, names: Iterable[str]) -> Fields:
    """Returns the values of some fields of an application; None for a field that the service left out."""
    values: Fields = there.model_dump(mode="json", exclude_unset=True)
    return {name: values.get(name) for name in names}


def connections_of(record: RunRecord) -> frozenset[str]:
    """Returns the IDs of the connections that the run connected an application to."""
    return frozenset(str(write.after.get(CONNECTION)) for write in record.of("connect_application"))


def revert(given: Reversal) -> Step:
    """Undoes the run's changes to applications, their connections, and the app's config file."""
    record, listed = given.record, known(given.now.applications)
    created, found = _created(record, listed)
    for app in listed:
        creation = created.get(app.client_id)
        part = _remove(app, given, creation) if creation else _restore(app, given)
        found += part
        if not (creation and part.writes):
            found += _disconnect(app, given)
    found += configfile.revert(record)
    targets = {write.target for write in record.of("update_application", "connect_application")}
    names = tuple(dict.fromkeys(app.name for app in listed if app.client_id in {*created, *targets}))
    deletes = any(write.action == "delete_application" for write in found.writes)
    return found.step("application", ", ".join(names), words.application_restored(names, found.fields, deletes=deletes))


def _created(record: RunRecord, listed: tuple[Application, ...]) -> tuple[dict[str, WriteRecord], Restoration]:
    """Returns the existing applications that the run created, by client ID.

    If the answer to a creation was lost, the application is identified by the run's mark.
    """
    created: dict[str, WriteRecord] = {}
    notices: tuple[Notice, ...] = ()
    for write in record.of("create_application"):
        client_id = write.made.get("client_id")
        ours = [app for app in listed if app.name == write.target and is_ours(app)]
        marked = [app.client_id for app in ours if is_ours(app, record.run_id)]
        ids = [client_id] if client_id is not None else marked
        if not ids and any(RUN not in app.client_metadata for app in ours):
            notices += (changed_since("application", f'the applications named "{write.target}"'),)
        created |= {one: write for one in ids if isinstance(one, str) and one not in record.gone()}
    return created, Restoration(notices=notices)


def _remove(app: Application, given: Reversal, creation: WriteRecord) -> Restoration:
    """Deletes an application that the run created, if `--delete-application` is given and nobody changed it since."""
    client_id, record = app.client_id, given.record
    if not given.delete_application:
        return Restoration(notices=(_kept(app, given.command),))
    later = tuple(one for one in record.of("update_application") if one.target == client_id)
    if changed := _changed(app, traces((creation, *later))):
        return Restoration(notices=(changed_since("application", f"{', '.join(changed)} of {client_id}"),))
    write = Write("application", "delete_application", client_id, {"name": app.name})
    return Restoration((FieldChange(path="client_id", before=client_id),), (write,))


def _changed(app: Application, sent: Mapping[str, Trace]) -> list[str]:
    """Returns the fields that differ from what the run sent, and customized fields that the run never sends."""
    values = found_in(app, [*sent, *_UNSENT])
    changed = [name for name, trace in sent.items() if not any(_still(name, left, values[name]) for left in trace.left)]
    return changed + [name for name in _UNSENT if name not in sent and values[name]]


def _still(name: str, left: JsonValue, now: JsonValue) -> bool:
    """Whether a field is unchanged. Auth0 adds nothing to `client_metadata`, so any addition is a change."""
    return same(left, now) if name == "client_metadata" else is_left(left, now)


def _restore(app: Application, given: Reversal) -> Restoration:
    """Restores the URLs and security settings from before the run.

    A field that did not exist before is cleared with null, except for a list, which is emptied, because Auth0 accepts
    no null for lists (OpenAPI, `PATCH /clients/{id}`).
    """
    updates = tuple(write for write in given.record.of("update_application") if write.target == app.client_id)
    sent = traces(updates, given.later)
    values = found_in(app, sent)
    back, notices = restored("application", sent, values)
    if not back:
        return Restoration(notices=notices)
    lists = {name for name, trace in sent.items() if any(isinstance(left, list) for left in trace.left)}
    back = {name: [] if value is None and name in lists else value for name, value in back.items()}
    before = {name: values[name] for name in back}
    write = Write("application", "update_application", app.client_id, before, back)
    return Restoration(differing(before, back), (write,), notices)


def _disconnect(app: Application, given: Reversal) -> Restoration:
    found, connected = Restoration(), known(given.now.connected)
    for one in given.record.of("connect_application"):
        connection = str(one.after.get(CONNECTION))
        if one.target == app.client_id and app.client_id in connected.get(connection, frozenset()):
            if is_superseded(one, CONNECTION, (connection,), given.later):
                found += Restoration(notices=(changed_since("application", "its connection"),))
                continue
            before, after = Fields({CONNECTION: connection}), Fields({CONNECTION: None})
            write = Write("application", "connect_application", app.client_id, before, after)
            found += Restoration((FieldChange(path=CONNECTION, before=connection),), (write,))
    return found


def _kept(app: Application, command: str) -> Notice:
    return Notice(
        code="application_kept",
        message=f'The application "{app.name}" ({app.client_id}) is not deleted.',
        hint=f"`{command} --delete-application` deletes it permanently. If you keep it, the "
        "next `mfa-setup up` uses it again.",
    )
