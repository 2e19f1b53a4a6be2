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


def array(items: Schema, **rules: Any) -> Schema:
    """An array of `items`."""
    return {"type": "array", "items": items} | rules


def one_of(*values: str, **rules: Any) -> Schema:
    """A string out of `values`."""
    return {"type": "string", "enum": values} | rules


def nullable(schema: Schema) -> Schema:
    """The same, or null."""
    both = schema | {"type": [schema["type"], "null"]}
    return both | ({"enum": (*schema["enum"], None)} if "enum" in schema else {})
