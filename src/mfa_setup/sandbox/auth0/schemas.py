"""Helpers that build the schemas of request bodies and query parameters."""

from typing import Any

from mfa_setup.sandbox.auth0.validation import Schema

STRING: Schema = {"type": "string"}
BOOLEAN: Schema = {"type": "boolean"}
OBJECT: Schema = {"type": "object"}


def closed(properties: dict[str, Schema], *required: str, **rules: Any) -> Schema:
    """Returns the schema of an object that accepts no other properties."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    } | rules


def array(items: Schema, **rules: Any) -> Schema:
    """Returns the schema of an array of `items`."""
    return {"type": "array", "items": items} | rules


def one_of(*values: str, **rules: Any) -> Schema:
    """Returns the schema of a string that is one of `values`."""
    return {"type": "string", "enum": values} | rules


def nullable(schema: Schema) -> Schema:
    """Returns the schema extended to accept null."""
    both = schema | {"type": [schema["type"], "null"]}
    return both | ({"enum": (*schema["enum"], None)} if "enum" in schema else {})
