"""Writes a settings file with every key and its explanation; keys without a value are commented out."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from mfa_setup.settings.schema import SECTIONS, Setting
from mfa_setup.settings.settings import Settings, lasting
from mfa_setup.settings.sources import plain

SCHEMA_FILE = ".mfa-setup.schema.json"
"""The file with the JSON Schema of the settings file, in the same folder."""
_HEAD = f"""\
#:schema ./{SCHEMA_FILE}
# Settings of mfa-setup. Options and environment variables override them; `mfa-setup config show` lists every value
# with its origin. Every key is optional. Remove the # before a key to set it: a key that is commented out shows its
# default, or an example if it has no default. A secret does not belong here.
"""


def file_text(settings: Settings, folder: Path) -> str:
    """Returns the text of a settings file that means the same as these settings.

    Args:
        settings: The settings. What applies to a single run, or is overridden by a higher source, is left out.
        folder: The folder of the file, which relative paths in it are relative to.
    """
    values = {name: _in_folder(value, folder) for name, value in lasting(settings).items()}
    parts = [_HEAD]
    for section, keys in SECTIONS.items():
        parts.append(f"\n[{section}]\n")
        parts += [_entry(setting, values) for setting in keys.values() if not setting.one_shot]
    return "".join(parts)


def _entry(setting: Setting, values: dict[str, Any]) -> str:
    return "".join(f"{line}\n" for line in _lines(setting, values))


def _lines(setting: Setting, values: dict[str, Any]) -> Iterator[str]:
    choices = f" One of {', '.join(get_args(setting.choices))}." if setting.choices else ""
    yield f"# {setting.help}{choices}"
    if setting.name in values:
        yield f"{setting.key} = {_literal(setting, values[setting.name])}"
        return
    example = [setting.example] if setting.kind == "list" else setting.example
    yield f"# {setting.key} = {_literal(setting, example if setting.default is None else setting.default)}"


def _literal(setting: Setting, value: Any) -> str:
    """Returns a value of a setting as TOML."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_text(str(item)) for item in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return plain(value) if setting.kind == "number" else _text(str(value))


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _in_folder(value: Any, folder: Path) -> Any:
    """Returns a path that is relative to the working folder as one that is relative to the folder of the file."""
    if not isinstance(value, Path) or value.is_absolute():
        return value
    return Path(os.path.relpath(value, folder))
