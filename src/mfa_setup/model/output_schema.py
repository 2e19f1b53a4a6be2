"""The JSON Schema of the documents that commands print, built from the models and their docstrings."""

import ast
import inspect
import re
import textwrap
from itertools import pairwise
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from mfa_setup.model.fleet import FleetDocument, FleetLine
from mfa_setup.model.outcome import Outcome
from mfa_setup.model.sandbox import SandboxReady

_ENTRY = re.compile(r"^    (\w+(?:, \w+)*): (.+(?:\n     +.+)*)", re.MULTILINE)


def output_schema() -> dict[str, Any]:
    """Returns the JSON Schema of every document that a command prints; keys that it does not list are allowed."""
    documents = TypeAdapter(Outcome | FleetDocument | FleetLine | SandboxReady)
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "title": "Output of mfa-setup",
        "description": (
            "The document that a command prints with --json, that of a fleet, a line of --jsonl, or the line that the "
            "sandbox prints. New versions add keys and never remove or rename them."
        ),
        **documents.json_schema(schema_generator=_Described, mode="serialization"),
        "examples": [Outcome(command="plan", run_id="0" * 32).model_dump(mode="json")],
    }


class _Described(GenerateJsonSchema):
    """Describes every key by the docstring of its class, and allows further keys, because new versions add some."""

    def model_schema(self, schema: Any) -> JsonSchemaValue:
        return _described(super().model_schema(schema), schema["cls"])

    def dataclass_schema(self, schema: Any) -> JsonSchemaValue:
        return _described(super().dataclass_schema(schema), schema["cls"])


def _described(schema: JsonSchemaValue, cls: type) -> JsonSchemaValue:
    texts = descriptions(cls)
    keys = {
        name: _without(key_schema, "title", "default") | ({"description": texts[name]} if name in texts else {})
        for name, key_schema in schema["properties"].items()
    }
    text = (inspect.getdoc(cls) or "").partition("\n\n")[0]
    return _without(schema, "additionalProperties") | {"description": text, "properties": keys}


def _without(schema: JsonSchemaValue, *keys: str) -> JsonSchemaValue:
    return {key: value for key, value in schema.items() if key not in keys}


def descriptions(cls: type) -> dict[str, str]:
    """Returns the descriptions of a class's attributes: from its docstring, or from a docstring under an attribute."""
    section = (inspect.getdoc(cls) or "").partition("Attributes:\n")[2]
    found = {name: _joined(text) for names, text in _ENTRY.findall(section) for name in names.split(", ")}
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    body = tree.body if isinstance(tree, ast.ClassDef) else []
    for attribute, below in pairwise(body):
        match attribute, below:
            case (ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text)))):
                found[name] = _joined(text)
    return found


def _joined(text: str) -> str:
    return " ".join(text.split())
