"""The JSON documents that commands print: each one that a test sees is held against `mfa-setup schema output`."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

import jsonschema_rs

from mfa_setup.cli.schemas import schema_text


def document(text: str) -> dict[str, Any]:
    """Returns the one document of a command's standard output.

    Raises:
        AssertionError: The text is not one document that the schema describes.
    """
    (found,) = lines(text)
    return found


def lines(text: str) -> list[dict[str, Any]]:
    """Returns the documents of a command's standard output, one from each line.

    Raises:
        AssertionError: A line is not a document that the schema describes.
    """
    return [_checked(line) for line in text.splitlines()]


def check(arguments: Sequence[str], out: str) -> None:
    """Checks every document that a command line printed; the version and help are text even with `--json`.

    Raises:
        AssertionError: A line is not a document that the schema describes.
    """
    if {"--json", "--jsonl"} & set(arguments) and arguments[0] != "schema" and out.startswith("{"):
        lines(out)


def other(text: str | bytes) -> Any:
    """Returns JSON that a test's own program printed, which is no document of the tool."""
    return json.loads(text)


def _checked(line: str) -> dict[str, Any]:
    found = json.loads(line, parse_constant=_refuse)
    problems = [f"{error.instance_path}: {error.message}" for error in _validator(_kind(found)).iter_errors(found)]
    assert not problems, f"{problems} in {line}"
    return dict(found)


def _refuse(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def _kind(found: dict[str, Any]) -> str:
    """Returns the definition that describes a document, for which problems are named better than for all at once."""
    if "schema_version" not in found:
        return "FleetLine" if "document" in found else "SandboxReady"
    return "FleetDocument" if "tenants" in found else "Outcome"


@cache
def _validator(kind: str) -> jsonschema_rs.Draft202012Validator:
    schema = json.loads(schema_text("output"))
    assert {"$ref": f"#/$defs/{kind}"} in schema["anyOf"]
    definitions = {name: closed(one) for name, one in schema["$defs"].items()}
    return jsonschema_rs.Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": definitions})


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """Returns a schema that refuses keys it does not describe: those of this version are all described."""
    return {"additionalProperties": False, **schema} if "properties" in schema else schema
