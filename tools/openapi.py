"""Extracts from Auth0's OpenAPI document what the sandbox needs: the payloads and the texts of validation errors.

Usage: python tools/openapi.py OPENAPI.json [OPENAPI.json ...]
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mfa_setup.sandbox.auth0.routes import endpoints

TARGET = Path(__file__).parents[1] / "src" / "mfa_setup" / "sandbox" / "auth0" / "openapi.json"
_LIMITS = {f"{end}{what}" for end in ("min", "max") for what in ("Length", "Items", "Properties", "imum")}
_KEPT = _LIMITS | {"type", "enum", "format", "pattern", "required"}


def main() -> int:
    """Writes `openapi.json` from the documents named on the command line."""
    TARGET.write_text(content([Path(name) for name in sys.argv[1:]]), encoding="utf-8")
    return 0


def content(paths: Iterable[Path]) -> str:
    """Returns one line for each endpoint that the sandbox serves and that one of the documents describes."""
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    found: dict[str, Any] = {}
    for endpoint in endpoints():
        for document in documents:
            operation = document["paths"].get(endpoint.path, {}).get(endpoint.method.lower())
            if operation:
                found[f"{endpoint.method} {endpoint.path}"] = _described(document, operation)
    lines = [f"{json.dumps(name)}: {json.dumps(one, ensure_ascii=False)}" for name, one in sorted(found.items()) if one]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _described(document: Any, operation: Any) -> dict[str, Any]:
    described = [one for one in operation.get("parameters", ()) if "description" in one]
    texts = {one["name"]: one["description"].removesuffix(".") for one in described}
    bodies = [media["schema"] for media in operation.get("requestBody", {}).get("content", {}).values()]
    return ({"parameters": texts} if texts else {}) | ({"body": _schema(document, bodies[0])} if bodies else {})


def _schema(document: Any, given: Any) -> dict[str, Any]:
    """Returns the part of a schema that the sandbox checks, with references resolved."""
    schema = _resolved(document, given)
    found = {name: value for name, value in schema.items() if name in _KEPT}
    if schema.get("nullable"):
        found["type"] = [found["type"], "null"]
        found |= {"enum": [*found["enum"], None]} if "enum" in found else {}
    for name, inner in schema.get("properties", {}).items():
        text = inner.get("description") or _resolved(document, inner).get("description") or ""
        about = {"description": text.removesuffix(".")} if text else {}
        found.setdefault("properties", {})[name] = _schema(document, inner) | about
    others = schema.get("additionalProperties", True)
    if others is not True:
        found["additionalProperties"] = _schema(document, others) if isinstance(others, dict) else others
    if "items" in schema:
        found["items"] = _schema(document, schema["items"])
    choices = {name: schema[name] for name in ("anyOf", "oneOf") if name in schema}
    return found | {name: [_schema(document, branch) for branch in branches] for name, branches in choices.items()}


def _resolved(document: Any, schema: Any) -> Any:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


if __name__ == "__main__":
    sys.exit(main())
