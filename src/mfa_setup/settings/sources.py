"""Merges the sources of the settings (flag over environment over file over default), and records the origins."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from typing import Any, get_args

from mfa_setup.errors import InvalidValueError
from mfa_setup.settings.parsers import MalformedError, quoted
from mfa_setup.settings.schema import SETTINGS, Setting


class Origin(IntEnum):
    """The source of a value; a higher one overrides a lower one."""

    DEFAULT = 0
    FLEET = 1
    FILE = 2
    ENVIRONMENT = 3
    FLAG = 4


@dataclass(frozen=True, slots=True)
class InFile:
    """The values of a file: mfa-setup.toml, the defaults of a fleet file, or one of its tenants.

    Attributes:
        origin: The rank of the file among the sources.
        values: The TOML values, by the names of their settings.
        place: The file and the section in it, as messages name them.
    """

    origin: Origin
    values: Mapping[str, Any]
    place: str


@dataclass(frozen=True, slots=True)
class Given:
    """A checked value and its origin; `source` names the flag, the variable, or the key, section and file."""

    value: Any
    origin: Origin = Origin.DEFAULT
    source: str = ""

    @property
    def is_given(self) -> bool:
        """Whether the value comes from a source other than the default."""
        return self.origin > Origin.DEFAULT


def merge(flags: Mapping[str, Any], environment: Mapping[str, str], files: Sequence[InFile]) -> dict[str, Given]:
    """Merges all sources and returns every setting by name.

    A malformed value is refused even if a higher source has a valid one.

    Args:
        flags: The values of options by the names of their settings; None and an empty list count as not given.
        environment: The environment variables; an empty one counts as not given.
        files: The values of files; a later file overrides an earlier one.

    Raises:
        InvalidValueError: A value is malformed; the message names its source.
    """
    merged = {}
    for setting in SETTINGS:
        given = Given(setting.default)
        for file in files:
            if setting.name in file.values:
                source = f"{setting.key} in [{setting.section}] of {file.place}"
                given = _Check(setting, file.origin, source).given(file.values[setting.name])
        if setting.variable and (text := environment.get(setting.variable, "").strip()):
            given = _Check(setting, Origin.ENVIRONMENT, setting.variable).given(_from_text(setting, text))
        if flags.get(setting.name) not in (None, []):
            given = _Check(setting, Origin.FLAG, setting.flag).given(flags[setting.name])
        merged[setting.name] = given
    return merged


def written(setting: Setting, origin: Origin, value: str | None = None) -> str:
    """Formats a value of a setting as a user would write it in one of the sources; by default the setting's example."""
    text = setting.example if value is None else value
    if origin is Origin.FLAG:
        return f"{setting.flag} {shlex.quote(text)}"
    if origin is Origin.ENVIRONMENT:
        return f"{setting.variable}={shlex.quote(text)}"
    literal = text if setting.kind in {"boolean", "number"} else json.dumps(text, ensure_ascii=False)
    return f"{setting.key} = [{literal}]" if setting.kind == "list" else f"{setting.key} = {literal}"


def plain(number: float) -> str:
    """Returns a number without an exponent, as the parsers read it."""
    return format(Decimal(str(number)), "f")


def _from_text(setting: Setting, text: str) -> Any:
    """Converts the value of an environment variable to the type that a settings file would have."""
    if setting.kind == "boolean":
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)
    if setting.kind == "list":
        return list(filter(None, re.split(r"[,\s]+", text))) or text
    return text


@dataclass(frozen=True, slots=True)
class _Check:
    """Checks the value of one setting from one source."""

    setting: Setting
    origin: Origin
    source: str

    def given(self, raw: Any) -> Given:
        """Returns the checked value with its origin."""
        return Given(self._value(raw), self.origin, self.source)

    def _value(self, raw: Any) -> Any:
        setting, example = self.setting, written(self.setting, self.origin)
        if setting.kind == "boolean" and not isinstance(raw, bool):
            raise self._refused(raw, f"Use true or false, such as {example}.")
        if setting.kind == "choice" and raw not in get_args(setting.choices):
            raise self._refused(raw, f"Use one of {', '.join(get_args(setting.choices))}.")
        if setting.kind == "list":
            if not isinstance(raw, list) or not raw:
                raise self._refused(raw, f"Use a list, such as {example}.")
            return tuple(dict.fromkeys(self._parsed(item) for item in self._items(raw)))
        return raw if setting.kind in {"boolean", "choice"} else self._parsed(raw)

    def _items(self, raw: list[Any]) -> Iterator[Any]:
        for item in raw:
            if self.setting.separator and isinstance(item, str):
                yield from (part.strip(" ") for part in item.split(self.setting.separator))
            else:
                yield item

    def _parsed(self, raw: Any) -> Any:
        text = plain(raw) if self.setting.kind == "number" and type(raw) in {int, float} else raw
        if not isinstance(text, str):
            form = "a number" if self.setting.kind == "number" else "text in quotation marks"
            raise self._refused(raw, f"Use {form}, such as {written(self.setting, self.origin)}.")
        try:
            return self.setting.parser(text)
        except MalformedError as malformed:
            raise self._refused(raw, malformed.example, f": {malformed.problem}") from None

    def _refused(self, raw: Any, hint: str, problem: str = "") -> InvalidValueError:
        return InvalidValueError(f"{self.source} is {quoted(raw)}{problem}.", hint=hint)
