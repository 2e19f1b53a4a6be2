"""The pydantic model of mfa-setup.toml and its JSON Schema, built on demand from the table of settings."""

from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from mfa_setup.settings.schema import SECTIONS, Setting

_STRICT = ConfigDict(extra="forbid")
_TYPES: dict[str, Any] = {"text": str, "list": list[str], "number": float | str, "boolean": bool}


@cache
def file_model() -> type[BaseModel]:
    """Returns the model of a settings file: one optional table per section, with one optional key per setting.

    The model checks names and types; the setting's own parser checks the value.
    """
    tables: dict[str, Any] = {}
    for name, known in reversed(SECTIONS.items()):  # a table within a section comes before that section
        fields: dict[str, Any] = {key: _field(setting) for key, setting in known.items() if not setting.one_shot}
        inner = [one for one in tables if one.startswith(f"{name}.")]
        fields |= {one.removeprefix(f"{name}."): tables.pop(one) for one in inner}
        table = create_model(name.title().replace(".", ""), __config__=_STRICT, **fields)
        tables = {name: (table, Field(None, json_schema_extra=_no_null)), **tables}
    return create_model("MfaSetupFile", __config__=_STRICT, **tables)


def json_schema() -> dict[str, Any]:
    """Returns the JSON Schema of a settings file, for editors and linters."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **file_model().model_json_schema()}


def _field(setting: Setting) -> tuple[Any, Any]:
    example = {"list": [setting.example], "boolean": True}.get(setting.kind, setting.example)
    return _TYPES.get(setting.kind, setting.choices), Field(
        list(setting.default) if setting.kind == "list" and setting.default else setting.default,
        description=setting.help,
        examples=[float(setting.example) if setting.kind == "number" else example],
        min_length=1 if setting.kind == "list" else None,
        json_schema_extra=_no_null,
    )


def _no_null(schema: dict[str, Any]) -> None:
    """Removes a null default from a key's schema, because TOML has no null."""
    if schema.get("default", ...) is None:
        del schema["default"]
