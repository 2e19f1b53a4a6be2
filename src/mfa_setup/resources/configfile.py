"""Writes the app's config file, which is part of the application resource, and restores it in an undo."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

from mfa_setup.appconfig import ConfigFile
from mfa_setup.appconfig.edits import applied, changes, merged, reversed_in
from mfa_setup.appconfig.file import VITE, leads_elsewhere, remove, replace_real
from mfa_setup.appconfig.names import FIELDS
from mfa_setup.errors import ConfigUnreadableError
from mfa_setup.model.change import FieldChange, differing
from mfa_setup.model.journal import RunRecord, WriteRecord
from mfa_setup.model.outcome import Notice
from mfa_setup.model.write import Fields, Write
from mfa_setup.resources.base import Action, Execution
from mfa_setup.resources.restore import Restoration, changed_since
from mfa_setup.services import Services
from mfa_setup.store.safe_write import within

VALUES = FIELDS
DROPPED, DIGEST, EDITS, BASE = "placeholders", "digest", "edits", "base"
"""The names under which the journal keeps the template's placeholders, the fingerprint of the written file, the
replaced characters with their positions, and how the file was read."""


def write_of(config: ConfigFile, client_id: str) -> tuple[Write, ...]:
    """Returns the write that puts the domain and client ID into the file; none if the file already has them.

    Of the file's contents, the journal keeps only the two values and the placeholders that the write removes.
    """
    if config.is_right(client_id):
        return ()
    if not within(config.path, config.root):
        raise leads_elsewhere(config.path)
    before: Fields = {"existed": config.text is not None, **config.held}
    if dropped := {name: text for name, text, _ in config.form.placeholders()}:
        before[DROPPED] = dict(dropped)
    before[BASE] = {
        "names": list(config.names),
        "template": str(config.template.resolve()) if config.template else None,
    }
    after: Fields = {"domain": config.domain, "client_id": client_id}
    target = str(config.path.resolve())
    return (Write("application", "write_config", target, before, after),)


def fields_of(config: ConfigFile, write: Write) -> tuple[FieldChange, ...]:
    """Returns the changes to show: the new file, or each value that is set and each placeholder that is removed."""
    if config.text is None:
        return (FieldChange(path="config_file", after=str(config.path)),)
    gone = write.before.get(DROPPED)
    found: Fields = {name: write.before.get(name) for name in VALUES} | (gone if isinstance(gone, dict) else {})
    left: Fields = dict.fromkeys(found) | {name: write.after[name] for name in VALUES}
    return differing(
        {f"config_file.{name}": value for name, value in found.items()},
        {f"config_file.{name}": value for name, value in left.items()},
    )


def outranked(config: ConfigFile, client_id: str) -> tuple[Notice, ...]:
    """Returns a warning for each differing value that the app reads in preference to the file."""
    wanted = dict(zip(config.names, (config.domain, client_id), strict=True))
    differing_ones = [rival for rival in config.rivals if rival.text != wanted[rival.name]]
    return tuple(
        Notice(
            code="config_outranked",
            message=f"{rival.name} is also set in {rival.where}, which the app reads before {config.path}.",
            hint=f"Remove {rival.name} from {rival.where}, or set it to the same value.",
        )
        for rival in differing_ones
    )


def _write_once(execution: Execution, write: Write) -> None:
    config = execution.snapshot.config
    if config is None or "existed" not in write.before:  # the write belongs to an undo
        execution.send(write)
        return
    config = replace(config, domain=str(write.after["domain"]))
    client_id = str(write.after["client_id"])
    if config.is_right(client_id):
        return
    edits: Fields = {EDITS: list(changes(config.form.text, config.edits(client_id)))} if write.before["existed"] else {}
    digest: Fields = {DIGEST: _digest(config.rendered(client_id))}
    execution.send(replace(write, before=write.before | edits, after=digest | write.after))
    execution.report(config_file=str(config.path))


def _send(_services: Services, write: Write) -> None:
    """Writes the two values into the current file; a write without values removes the file.

    Raises:
        ConfigUnreadableError: The file cannot be read or written, or another program changed it during the run.
        InvalidValueError: The path of the file now contains a link.
    """
    path = Path(write.target)
    if not write.after:
        remove(path)
    elif DIGEST in write.after:
        config = _read_again(write)
        text = config.rendered(str(write.after["client_id"]))
        if _digest(text) != write.after[DIGEST]:
            raise ConfigUnreadableError(
                (
                    f"The app's config file {path} was changed by another program during this run, so it was not "
                    "written."
                ),
                hint="Run the command again.",
            )
        replace_real(path, text)
    else:
        replace_real(path, _text_before(_read_again(write), write.after))


def _read_again(write: Write) -> ConfigFile:
    match write.before.get(BASE, write.after.get(BASE)):
        case {"names": [str(domain), str(client_id)], "template": template}:
            names, begins = (domain, client_id), Path(template) if isinstance(template, str) else None
        case _:
            names, begins = VITE, None
    return ConfigFile(Path(write.target), str(write.after.get("domain")), names=names, template=begins)


def _text_before(config: ConfigFile, after: Fields) -> str:
    """Returns the original text of the file; if the file was changed since, its text with the two old values."""
    text = config.form.text
    if after.get("was") == _digest(text) and (old := reversed_in(text, after.get(EDITS))) is not None:
        return old
    return applied(text, merged(config.form.with_values({name: _text(after.get(name)) for name in VALUES})))


WRITE_CONFIG = Action(_send, perform=_write_once)


def revert(record: RunRecord) -> Restoration:
    """Restores the files that the run wrote: removes an unchanged new file, and restores the two values of others."""
    found = Restoration()
    for written in record.of("write_config"):
        found += _revert_one(written)
    return found


def _revert_one(written: WriteRecord) -> Restoration:
    path = Path(written.target)
    if os.path.realpath(path) != str(path):  # the journal has the real path, so a link was added since
        return _changed(f"the path of the config file {path}")
    try:
        config = _read_again(Write("application", "write_config", written.target, written.before, written.after))
        if config.text is None:
            return Restoration()
        if written.before.get("existed"):
            return _restored(written, config)
        return _removed(written, path, config.text)
    except ConfigUnreadableError:
        return _changed(f"the config file {path}")


def _changed(what: str) -> Restoration:
    return Restoration(notices=(changed_since("application", what),))


def _removed(written: WriteRecord, path: Path, text: str) -> Restoration:
    if _digest(text) != written.after.get(DIGEST):
        return _changed(f"the config file {path}")
    field = FieldChange(path="config_file", before=str(path))
    return Restoration((field,), (Write("application", "write_config", str(path)),))


def _restored(written: WriteRecord, config: ConfigFile) -> Restoration:
    text, now = config.form.text, config.form.values
    before: Fields = {name: written.before.get(name) for name in VALUES}
    if now != {name: written.after.get(name) for name in VALUES}:
        return Restoration() if now == before else _changed(f"the contents of the config file {config.path}")
    again = written.before.get(DROPPED)
    is_as_written = _digest(text) == written.after.get(DIGEST)
    fields = tuple(
        FieldChange(path=f"config_file.{name}", before=now[name], after=before[name])
        for name in VALUES
        if now[name] != before[name]
    )
    if is_as_written and isinstance(again, dict):
        fields += tuple(FieldChange(path=f"config_file.{name}", after=value) for name, value in again.items())
    places: Fields = {
        EDITS: written.before.get(EDITS),
        "was": written.after.get(DIGEST),
        BASE: written.before.get(BASE),
    }
    write = Write("application", "write_config", str(config.path), dict(now), before | places)
    return Restoration(fields, (write,) if fields else ())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
