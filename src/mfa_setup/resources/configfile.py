"""The app's config file, as part of the application: written, and put back."""

from dataclasses import dataclass
from pathlib import Path

from mfa_setup import appconfig
from mfa_setup.errors import ConfigUnreadableError
from mfa_setup.model.change import FieldChange
from mfa_setup.model.journal import Fields, RunRecord, Write
from mfa_setup.model.outcome import Warned
from mfa_setup.resources.base import Services
from mfa_setup.resources.reversal import Move, changed_since

VALUES = ("domain", "client_id")


def write(services: Services, config: appconfig.ConfigFile, client_id: str) -> None:
    """Writes the file unless it is right already; of what it held the journal keeps the two values alone."""
    if config.is_right(client_id):
        return
    before: Fields = {"existed": config.text is not None, **appconfig.values(config.path, config.text)}
    text = config.rendered(client_id)
    after: Fields = {"digest": appconfig.digest(text), **appconfig.values(config.path, text)}
    with services.journal.write("application", "write_config", str(config.path.resolve()), before, after):
        config.write(client_id)


@dataclass(frozen=True, slots=True)
class File:
    """The file's part of an undo."""

    fields: tuple[FieldChange, ...] = ()
    moves: tuple[Move, ...] = ()
    warnings: tuple[Warned, ...] = ()


def revert(record: RunRecord) -> File:
    """The files that the run wrote: one that it made goes if nobody changed it, another gets its two values back."""
    found = File()
    for one in record.of("write_config"):
        part = _revert_one(one)
        found = File((*found.fields, *part.fields), (*found.moves, *part.moves), (*found.warnings, *part.warnings))
    return found


def _revert_one(written: Write) -> File:
    path = Path(written.target)
    try:
        text = appconfig.ConfigFile(path, "").text
        now = appconfig.values(path, text)
    except ConfigUnreadableError:
        return File(warnings=(changed_since("application", f"the config file {path}"),))
    before = {name: written.before.get(name) for name in VALUES}
    if text is None or (written.before.get("existed") and now == before):
        return File()
    untouched = appconfig.digest(text) == written.after.get("digest")
    if not written.before.get("existed"):
        if not untouched:
            return File(warnings=(changed_since("application", f"the config file {path}"),))
        field = FieldChange(path="config_file", before=str(path))
        return File((field,), (Move("write_config", str(path), {}, {}, lambda _: appconfig.remove(path)),))
    if now != {name: written.after.get(name) for name in VALUES}:
        return File(warnings=(changed_since("application", f"what the config file {path} says"),))
    wanted = appconfig.put_back(path, text, *(_text(before[name]) for name in VALUES))
    fields = tuple(
        FieldChange(path=f"config_file.{name}", before=now[name], after=before[name])
        for name in VALUES
        if now[name] != before[name]
    )
    return File(fields, (Move("write_config", str(path), now, before, lambda _: appconfig.replace(path, wanted)),))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
