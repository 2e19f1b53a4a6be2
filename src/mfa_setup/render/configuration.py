"""Renders the results of `config show` and `config init`."""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.text import Text

from mfa_setup.model.base import JsonValue
from mfa_setup.model.outcome import Configuration, ConfiguredValue, VariableUsed
from mfa_setup.model.results import ConfigurationResult, WrittenConfigResult
from mfa_setup.render.sanitize import one_line
from mfa_setup.render.theme import BOLD

_ENDS = {
    "option": "--config names it, so no other file is read.",
    "found": "It is the first one that was found, so no other folder is searched.",
    "repository": "No other folder is searched, because the last one is the root of a repository.",
    "home": "No other folder is searched, because the last one is your home folder.",
    "outside": "No other folder is searched, because this one is neither in a repository nor in your home folder.",
    "removed": "The working folder no longer exists.",
}
"""Why no other path was searched for the settings file."""


def configuration_result(result: ConfigurationResult) -> Iterator[Text]:
    """Yields the settings file, every setting with its value and origin, and the variables by name."""
    configuration, used = result.outcome.configuration, result.outcome.settings
    if configuration is None or used is None:
        return
    yield from _file(configuration, used.file)
    yield Text(f"Profile: {used.profile}" if used.profile else "Profile: none is used.")
    sections: dict[str, list[ConfiguredValue]] = {}
    for value in configuration.values:
        sections.setdefault(value.key.rpartition(".")[0] if value.key else "", []).append(value)
    sections[""] = sections.pop("")  # at the end
    width = max(len(_name(value)) for value in configuration.values)
    for section, values in sections.items():
        yield Text(f"[{section}]" if section else "For a single run", BOLD)
        for value in values:
            origin = "" if value.value is None else f"  ({_origin(value, used.file)})"
            yield Text(one_line(f"  {_name(value).ljust(width)}  {_shown(value.value)}{origin}"))
    yield Text("Credentials and other variables (values are not shown)", BOLD)
    yield from _variables(configuration.variables)


def written_config_result(result: WrittenConfigResult) -> Iterator[Text]:
    """Yields what was written, and the next command."""
    outcome = result.outcome
    file = outcome.settings.file if outcome.settings else None
    if file is None:
        return
    yield Text(f"Wrote {one_line(file)}. Editors check and complete it with .mfa-setup.schema.json in the same folder.")
    command = "mfa-setup plan" if file == "mfa-setup.toml" else f"mfa-setup plan --config {shlex.quote(file)}"
    first = "" if outcome.tenant else "set the domain in that file, then run "
    yield Text(f"Next: {first}`{one_line(command)}`.")


def _file(configuration: Configuration, file: str | None) -> Iterator[Text]:
    end = _ENDS[configuration.search_end]
    if file is not None:
        yield Text(f"Settings file: {one_line(file)}. {end}")
        return
    yield Text("Settings file: none was found.")
    yield from (Text(f"  {one_line(path)} does not exist.") for path in configuration.searched)
    yield Text(f"  {end}")


def _name(value: ConfiguredValue) -> str:
    return value.key.rpartition(".")[2] if value.key else value.flag


def _shown(value: JsonValue) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _origin(value: ConfiguredValue, file: str | None) -> str:
    """Returns the origin of a value as people are shown it, such as `mfa-setup.toml` or `--domain`."""
    match value.origin:
        case "file":
            return Path(file).name if file else "file"
        case "profile":
            return f"profile {value.source}"
        case "default":
            return "default"
    return value.source or value.origin


def _variables(variables: Sequence[VariableUsed]) -> Iterator[Text]:
    for variable in variables:
        if variable.origin is None:
            yield Text(f"  {variable.name}: not set")
            continue
        name = variable.origin if variable.origin == "environment" else f"{variable.origin} {variable.source}"
        yield Text(f"  {variable.name}: set ({variable.source if variable.origin == 'flag' else name})")
