"""The two forms of a config file: a JSON object, and lines of variables (`.env`) that Vite reads."""

import io
import json
import re
from collections.abc import Mapping
from pathlib import Path

import dotenv
from dotenv.parser import Binding, parse_stream
from pydantic import JsonValue

from mfa_setup.errors import ConfigUnreadableError

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
"""A value of the sample's template, such as `{API_IDENTIFIER}`: left in place it breaks the login."""
_VITE = "VITE_AUTH0_"
"""How Vite's variables of Auth0 begin."""


def rendered(path: Path, text: str | None, domain: str, client_id: str) -> str:
    """A config file with two values in it: other keys and lines kept, placeholders dropped.

    Raises:
        ConfigUnreadableError: It is no JSON object.
    """
    desired: dict[str, JsonValue] = dict(zip(_keys(path), (domain, client_id), strict=True))
    if _is_env(path):
        return _dotenv(text or "", dict.fromkeys(dropped(path, text)) | desired)
    document = _parsed(path, text)
    # Those two keep their place in the file, so that a diff shows only what changed.
    merged = {key: desired.get(key, value) for key, value in document.items()}
    merged = {key: value for key, value in merged.items() if key in desired or not _is_placeholder(value)} | desired
    return text if text is not None and merged == document else _json(merged, text)


def values(path: Path, text: str | None) -> dict[str, JsonValue]:
    """The two values that are ours in a config file; nothing else of it is looked at.

    Raises:
        ConfigUnreadableError: It is no JSON object.
    """
    held = _held(path, text)
    ours = {name: held.get(key) for name, key in zip(("domain", "client_id"), _keys(path), strict=True)}
    return {name: value if isinstance(value, str) else None for name, value in ours.items()}


def dropped(path: Path, text: str | None) -> dict[str, JsonValue]:
    """The placeholders of a template that `rendered` leaves out; what is between braces alone is no secret.

    Raises:
        ConfigUnreadableError: It is no JSON object.
    """
    held, ours = _held(path, text), _keys(path)
    return {
        key: str(value)
        for key, value in held.items()
        if key not in ours and _is_placeholder(value) and (not _is_env(path) or key.startswith(_VITE))
    }


def missing(path: Path, text: str, wanted: Mapping[str, JsonValue]) -> dict[str, str]:
    """Of some values those whose keys a config file does not have.

    Raises:
        ConfigUnreadableError: It is no JSON object.
    """
    held = _held(path, text)
    return {key: value for key, value in wanted.items() if key not in held and isinstance(value, str)}


def restored(path: Path, text: str, before: Mapping[str, str | None], again: Mapping[str, str]) -> str:
    """A config file with the two values as they were, and with placeholders again; None takes one out.

    All else stays.

    Raises:
        ConfigUnreadableError: It is no JSON object.
    """
    desired = dict(zip(_keys(path), (before["domain"], before["client_id"]), strict=True))
    if _is_env(path):
        return _dotenv(text, {**desired, **again})
    merged = {key: desired.get(key, value) for key, value in _parsed(path, text).items()}
    return _json({**{key: value for key, value in merged.items() if value is not None}, **again}, text)


def _is_env(path: Path) -> bool:
    return path.name.startswith(".env")


def _keys(path: Path) -> tuple[str, str]:
    return ("VITE_AUTH0_DOMAIN", "VITE_AUTH0_CLIENT_ID") if _is_env(path) else ("domain", "clientId")


def _is_placeholder(value: object) -> bool:
    return isinstance(value, str) and _PLACEHOLDER.fullmatch(value) is not None


def _held(path: Path, text: str | None) -> Mapping[str, object]:
    if _is_env(path):
        return dotenv.dotenv_values(stream=io.StringIO(text or ""), interpolate=False)
    return _parsed(path, text)


def _parsed(path: Path, text: str | None) -> dict[str, JsonValue]:
    try:
        document = json.loads(text.removeprefix("\ufeff")) if text and text.strip() else {}
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise ConfigUnreadableError(f"The app's config file {path} is not a JSON object.", hint="Mend or remove it.")
    return document


def _json(document: Mapping[str, object], text: str | None) -> str:
    """A document with the indentation that the file has."""
    indent = re.search(r"\n([ \t]+)\S", text or "")
    written = json.dumps(document, indent=indent.group(1) if indent else 2, ensure_ascii=False)
    return written.encode(errors="backslashreplace").decode() + "\n"  # half a surrogate pair stays an escape


def _dotenv(text: str, desired: Mapping[str, JsonValue]) -> str:
    """The lines of a file with some variables set; None takes one out."""
    held = dotenv.dotenv_values(stream=io.StringIO(text), interpolate=False)
    wrong = {key: value for key, value in desired.items() if value is None or held.get(key) != value}
    bindings = list(parse_stream(io.StringIO(text.replace("\r\n", "\n"))))
    lines = "".join(_line(binding, wrong) for binding in bindings)
    new = "".join(f"{key}={value}\n" for key, value in wrong.items() if value is not None and key not in held)
    written = lines + ("\n" if new and lines and not lines.endswith("\n") else "") + new
    return written.replace("\n", "\r\n") if "\r\n" in text else written


def _line(binding: Binding, wrong: Mapping[str, JsonValue]) -> str:
    original = binding.original.string
    if binding.key is None or binding.key not in wrong:
        return original
    value = wrong[binding.key]
    above = original[: len(original) - len(original.lstrip())]
    export = "export " if original.lstrip().startswith("export ") else ""
    return above if value is None else f"{above}{export}{binding.key}={value}\n"
