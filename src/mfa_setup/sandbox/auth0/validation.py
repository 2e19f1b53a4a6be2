"""A small JSON Schema validator with the Management API's error messages.

The texts are those of the recordings: `Payload validation error: '<complaint>' on property <path>.`
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from mfa_setup.sandbox.auth0.errors import ManagementError, invalid_body
from mfa_setup.sandbox.auth0.formats import FORMATS

Schema: TypeAlias = dict[str, Any]

_TYPES: dict[str, type | tuple[type, ...]] = {
    "boolean": bool,
    "string": str,
    "integer": int,
    "number": (int, float),
    "array": list,
    "object": dict,
    "null": type(None),
}


@dataclass(frozen=True, slots=True)
class Complaint:
    """A violation of a schema.

    Attributes:
        text: The description of the violation.
        path: The path of the value, such as `callbacks[0]`; empty for the value as a whole.
        about: The schema's description of the property at this path.
        inner: The complaints of each branch, if no branch of a choice accepts the value.
    """

    text: str
    path: str
    about: str = ""
    inner: list["Complaint"] = field(default_factory=list)

    def sentence(self, where: str) -> str:
        """Returns the complaint in the recorded form."""
        place = f" on property {self.path}" if self.path else ""
        about = f" ({self.about})" if self.path and self.about else ""
        inner = " (also) ".join(complaint.sentence(where) for complaint in self.inner)
        nested = f" Inner errors: [ {inner} ]." if inner else ""
        return f"{where} validation error: '{self.text}'{place}{about}.{nested}"


def check_body(schema: Schema, body: Any) -> None:
    """Rejects a payload that violates the endpoint's schema.

    Raises:
        ManagementError: 400 `invalid_body` with the recorded style of text.
    """
    for complaint in complaints(schema, body):
        raise invalid_body(complaint.sentence("Payload"))


def check_path(schema: Schema, values: dict[str, str]) -> None:
    """Rejects path parameters that violate the endpoint's schema.

    Raises:
        ManagementError: 400 `invalid_uri` with the recorded style of text.
    """
    for complaint in complaints(schema, values):
        raise ManagementError(400, complaint.sentence("Path"), "invalid_uri")


def check_query(schemas: dict[str, Schema], values: dict[str, Any]) -> None:
    """Rejects a query string that violates the endpoint's schemas or has an unknown parameter.

    Raises:
        ManagementError: 400 `invalid_query_string`.
    """
    schema = {"properties": schemas, "additionalProperties": False}
    for complaint in complaints(schema, values):
        # not verified: the errorCode of a bad query string
        raise ManagementError(400, complaint.sentence("Query"), "invalid_query_string")


def complaints(schema: Schema, value: Any, path: str = "") -> Iterator[Complaint]:
    """Yields every violation of the schema in `value`."""
    about = str(schema.get("description", ""))
    for text in _own(schema, value):
        yield Complaint(text, path, about)
    if "type" in schema and not _is_type(value, schema["type"]):
        return
    # The paths in a branch's complaints start at the property that holds the choice (recorded for network ACLs).
    last = path.rpartition(".")[2]
    branches = [list(complaints(branch, value, last)) for branch in schema.get("anyOf", ())]
    if branches and all(branches):
        inner = [complaint for branch in branches for complaint in branch]
        yield Complaint("None of the valid schemas were met", path, about, inner)
    choices = schema.get("oneOf", ())
    # The branches overlap in places, so that "one of" can only mean "any of".
    if choices and all(any(True for _ in complaints(choice, value, last)) for choice in choices):
        # The text is that of a public thread about bindings; not verified: that it says nothing of the branches.
        yield Complaint("Data does not match any schemas from 'oneOf'", path, about)
    if isinstance(value, dict):
        yield from _properties(schema, value, path)
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from complaints(schema.get("items", {}), item, f"{path}[{index}]")


def _properties(schema: Schema, value: dict[str, Any], path: str) -> Iterator[Complaint]:
    known: dict[str, Schema] = schema.get("properties", {})
    others = schema.get("additionalProperties")
    for name, item in value.items():
        inner = known.get(name, others if isinstance(others, dict) else {})
        yield from complaints(inner, item, f"{path}.{name}" if path else name)


def _own(schema: Schema, value: Any) -> Iterator[str]:
    wanted = schema.get("type")
    if wanted is not None and not _is_type(value, wanted):
        names = [wanted] if isinstance(wanted, str) else wanted
        yield f"Expected type {','.join(names)} but found type {_type_name(value)}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f'Invalid value "{value}"'
    check = _CHECKS.get(_type_name(value))
    if check is not None:
        yield from check(schema, value)


def _object(schema: Schema, value: dict[str, Any]) -> Iterator[str]:
    for name in schema.get("required", ()):
        if name not in value:
            yield f"Missing required property: {name}"
    unknown = [name for name in value if name not in schema.get("properties", {})]
    if unknown and schema.get("additionalProperties") is False:
        yield f"Additional properties not allowed: {','.join(unknown)}"
    if len(value) < schema.get("minProperties", 0):
        yield f"Too few properties defined ({len(value)}), minimum {schema['minProperties']}"
    if len(value) > schema.get("maxProperties", len(value)):
        yield f"Too many properties defined ({len(value)}), maximum {schema['maxProperties']}"


def _array(schema: Schema, value: list[Any]) -> Iterator[str]:
    if len(value) < schema.get("minItems", 0):
        yield f"Array is too short ({len(value)}), minimum {schema['minItems']}"
    if len(value) > schema.get("maxItems", len(value)):
        yield f"Array is too long ({len(value)}), maximum {schema['maxItems']}"


def _string(schema: Schema, value: str) -> Iterator[str]:
    if len(value) < schema.get("minLength", 0):
        yield f"String is too short ({len(value)} chars), minimum {schema['minLength']}"
    if len(value) > schema.get("maxLength", len(value)):
        yield f"String is too long ({len(value)} chars), maximum {schema['maxLength']}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"String does not match pattern {schema['pattern']}: {value}"
    name = schema.get("format")
    if name in FORMATS and not FORMATS[name](value):
        yield f"Object didn't pass validation for format {name}: {value}"


def _number(schema: Schema, value: float) -> Iterator[str]:
    if value < schema.get("minimum", value):
        yield f"Value {value} is less than minimum {schema['minimum']}"
    if value > schema.get("maximum", value):
        yield f"Value {value} is greater than maximum {schema['maximum']}"


_CHECKS: dict[str, Callable[..., Iterator[str]]] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _number,
    "number": _number,
}


def _is_type(value: Any, wanted: str | list[str]) -> bool:
    names = [wanted] if isinstance(wanted, str) else wanted
    found = _type_name(value)
    return found in names or (found == "integer" and "number" in names)


def _type_name(value: Any) -> str:
    # `boolean` comes first, because in Python a bool is also an int.
    return next(name for name, kind in _TYPES.items() if isinstance(value, kind))
