"""The app's config file, as part of the application: written, and restored."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from mfa_setup.appconfig import ConfigFile, formats
from mfa_setup.appconfig.file import remove, replace_real
from mfa_setup.errors import ConfigUnreadableError
from mfa_setup.model.change import FieldChange
from mfa_setup.model.journal import Fields, RunRecord, WriteRecord
from mfa_setup.model.outcome import Notice
from mfa_setup.resources.base import Services
from mfa_setup.resources.reversal import Move, changed_since

VALUES = ("domain", "client_id")
DROPPED = "placeholders"
"""The name under which the journal keeps the template's placeholders."""


def write(services: Services, config: ConfigFile, client_id: str) -> None:
    """Writes the file unless it is right already.

    Of what it held the journal keeps the two values, and the placeholders that the new one is without.
    """
    if config.is_right(client_id):
        return
    before: Fields = {"existed": config.text is not None, **formats.values(config.path, config.text)}
    if dropped := formats.dropped(config.path, config.text):
        before[DROPPED] = dropped
    text = config.rendered(client_id)
    after: Fields = {"digest": _digest(text), **formats.values(config.path, text)}
    with services.journal.write("application", "write_config", str(config.path.resolve()), before, after):
        config.write(client_id)


@dataclass(frozen=True, slots=True)
class File:
    """The file's part of an undo."""

    fields: tuple[FieldChange, ...] = ()
    moves: tuple[Move, ...] = ()
    warnings: tuple[Notice, ...] = ()


def revert(record: RunRecord) -> File:
    """The file that the run wrote: one that it created goes if nobody changed it, another gets its two values back."""
    for written in record.of("write_config"):  # a run writes one file, once
        path = Path(written.target)
        if os.path.realpath(path) != str(path):  # it was its real path: a link has come in its way since
            return _changed(f"the way to the config file {path}")
        try:
            text = ConfigFile(path).text
            if text is None:
                return File()
            return _restored(written, path, text) if written.before.get("existed") else _gone(written, path, text)
        except ConfigUnreadableError:
            return _changed(f"the config file {path}")
    return File()


def _changed(what: str) -> File:
    return File(warnings=(changed_since("application", what),))


def _gone(written: WriteRecord, path: Path, text: str) -> File:
    if _digest(text) != written.after.get("digest"):
        return _changed(f"the config file {path}")
    field = FieldChange(path="config_file", before=str(path))
    return File((field,), (Move("write_config", str(path), {}, {}, lambda _: remove(path)),))


def _restored(written: WriteRecord, path: Path, text: str) -> File:
    now = formats.values(path, text)
    before = {name: written.before.get(name) for name in VALUES}
    if now != {name: written.after.get(name) for name in VALUES}:
        return File() if now == before else _changed(f"what the config file {path} says")
    dropped = written.before.get(DROPPED)
    again = formats.missing(path, text, dropped if isinstance(dropped, dict) else {})
    wanted = formats.restored(path, text, {name: _text(before[name]) for name in VALUES}, again)
    fields = tuple(
        FieldChange(path=f"config_file.{name}", before=now[name], after=before[name])
        for name in VALUES
        if now[name] != before[name]
    )
    fields += tuple(FieldChange(path=f"config_file.{key}", after=value) for key, value in again.items())
    move = Move("write_config", str(path), now, before, lambda _: replace_real(path, wanted))
    return File(fields, (move,) if fields else ())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
