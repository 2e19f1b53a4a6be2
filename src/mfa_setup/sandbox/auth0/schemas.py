"""Short forms for the schemas of request bodies and query parameters."""

from typing import Any

from mfa_setup.sandbox.auth0.validation import Schema

STRING: Schema = {"type": "string"}
BOOLEAN: Schema = {"type": "boolean"}
OBJECT: Schema = {"type": "object"}


def closed(properties: dict[str, Schema], *required: str, **rules: Any) -> Schema:
    """An object that refuses other properties."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    } | rules


def opened(properties: dict[str, Schema], *required: str, **rules: Any) -> Schema:
    """An object that takes other properties, too."""
    return {"type": "object", "required": required, "properties": properties} | rules


def array(items: Schema, **rules: Any) -> Schema:
    """An array of `items`."""
    return {"type": "array", "items": items} | rules


def one_of(*values: str, **rules: Any) -> Schema:
    """A string out of `values`."""
    return {"type": "string", "enum": values} | rules


def words(text: str) -> tuple[str, ...]:
    """The words of a text, for lists that are too long to quote."""
    return tuple(text.split())


def nullable(schema: Schema) -> Schema:
    """The same, or null."""
    both = schema | {"type": [schema["type"], "null"]}
    return both | ({"enum": (*schema["enum"], None)} if "enum" in schema else {})
