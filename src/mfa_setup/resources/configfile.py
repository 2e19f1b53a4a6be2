"""The app's config file, as part of the application: written, and restored by an undo."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

from mfa_setup.appconfig import ConfigFile, formats
from mfa_setup.appconfig.file import leads_elsewhere, remove, replace_real
from mfa_setup.errors import ConfigUnreadableError
from mfa_setup.model.change import FieldChange
from mfa_setup.model.journal import RunRecord, WriteRecord
from mfa_setup.model.write import Fields, Write
from mfa_setup.resources.base import Action, Execution
from mfa_setup.resources.restore import Restoration, changed_since
from mfa_setup.services import Services
from mfa_setup.store.safe_write import within

VALUES = ("domain", "client_id")
DROPPED, DIGEST = "placeholders", "digest"
"""The names under which the journal keeps the template's placeholders, and the fingerprint of the file written."""


def write_of(config: ConfigFile, client_id: str) -> tuple[Write, ...]:
    """The write that puts domain and client ID into the file; none where they are there already.

    Of what the file holds the journal keeps the two values, and the placeholders that the new one is without.
    """
    if config.is_right(client_id):
        return ()
    if not within(config.path, config.root):
        raise leads_elsewhere(config.path)
    before: Fields = {"existed": config.text is not None, **formats.values(config.path, config.text)}
    if dropped := formats.dropped(config.path, config.text):
        before[DROPPED] = dropped
    after: Fields = {"domain": config.domain, "client_id": client_id}
    target = str(config.path.resolve())
    return (Write("application", "write_config", target, before, after),)


def _write_once(execution: Execution, write: Write) -> None:
    config = execution.snapshot.config
    if config is None or "existed" not in write.before:  # an undo's
        execution.send(write)
    elif not config.is_right(str(write.after["client_id"])):
        text = config.rendered(str(write.after["client_id"]))
        digest: Fields = {DIGEST: _digest(text)}
        execution.send(replace(write, after=digest | write.after))
        execution.report(config_file=str(config.path))


def _send(_services: Services, write: Write) -> None:
    """Writes the two values into the file as it is now; a write without any removes it.

    Raises:
        ConfigUnreadableError: It cannot be read or written.
        InvalidValueError: A link has come in the way to it.
    """
    path = Path(write.target)
    if not write.after:
        remove(path)
        return
    if DIGEST in write.after:
        wanted = ConfigFile(path, str(write.after["domain"])).rendered(str(write.after["client_id"]))
    else:
        text = ConfigFile(path).text or ""
        values = {name: _text(write.after.get(name)) for name in VALUES}
        wanted = formats.restored(path, text, values, _placeholders_gone(path, text, write.after))
    replace_real(path, wanted)


WRITE_CONFIG = Action(_send, perform=_write_once)


def revert(record: RunRecord) -> Restoration:
    """The files that the run wrote: a new one is removed if nobody changed it, another gets its two values."""
    found = Restoration()
    for written in record.of("write_config"):
        found += _revert_one(written)
    return found


def _revert_one(written: WriteRecord) -> Restoration:
    path = Path(written.target)
    if os.path.realpath(path) != str(path):  # it was its real path: a link has come in its way since
        return _changed(f"the way to the config file {path}")
    try:
        text = ConfigFile(path).text
        if text is None:
            return Restoration()
        return _restored(written, path, text) if written.before.get("existed") else _removed(written, path, text)
    except ConfigUnreadableError:
        return _changed(f"the config file {path}")


def _changed(what: str) -> Restoration:
    return Restoration(notices=(changed_since("application", what),))


def _removed(written: WriteRecord, path: Path, text: str) -> Restoration:
    if _digest(text) != written.after.get(DIGEST):
        return _changed(f"the config file {path}")
    field = FieldChange(path="config_file", before=str(path))
    return Restoration((field,), (Write("application", "write_config", str(path)),))


def _restored(written: WriteRecord, path: Path, text: str) -> Restoration:
    now = formats.values(path, text)
    before: Fields = {name: written.before.get(name) for name in VALUES}
    if now != {name: written.after.get(name) for name in VALUES}:
        return Restoration() if now == before else _changed(f"what the config file {path} says")
    again = _placeholders_gone(path, text, written.before)
    fields = tuple(
        FieldChange(path=f"config_file.{name}", before=now[name], after=before[name])
        for name in VALUES
        if now[name] != before[name]
    )
    fields += tuple(FieldChange(path=f"config_file.{key}", after=value) for key, value in again.items())
    if again:
        before[DROPPED] = {**again}
    write = Write("application", "write_config", str(path), now, before)
    return Restoration(fields, (write,) if fields else ())


def _placeholders_gone(path: Path, text: str, journaled: Fields) -> dict[str, str]:
    """The template's placeholders that the journal keeps and that the file is without."""
    dropped = journaled.get(DROPPED)
    return formats.missing(path, text, dropped if isinstance(dropped, dict) else {})


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
