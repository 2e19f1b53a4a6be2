"""Writes the descriptions that the sandbox's validation errors quote, out of Auth0's OpenAPI document.

Usage: python tools/descriptions.py OPENAPI.json
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mfa_setup.sandbox.auth0.routes import endpoints

TARGET = Path(__file__).parents[1] / "src" / "mfa_setup" / "sandbox" / "auth0" / "descriptions.json"


def main() -> int:
    """Writes one entry for each endpoint that the sandbox serves and the document describes."""
    document = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    found = {}
    for endpoint in endpoints():
        operation = document["paths"].get(endpoint.path, {}).get(endpoint.method.lower(), {})
        texts = {
            item["name"]: item["description"] for item in operation.get("parameters", ()) if item.get("description")
        }
        for media in operation.get("requestBody", {}).get("content", {}).values():
            texts |= dict(_described(document, media.get("schema", {}), ""))
        if texts:
            found[f"{endpoint.method} {endpoint.path}"] = texts
    TARGET.write_text(json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    return 0


def _described(document: Any, schema: Any, path: str) -> Iterator[tuple[str, str]]:
    schema = _resolved(document, schema)
    for part in (part for kind in ("allOf", "anyOf", "oneOf") for part in schema.get(kind, ())):
        yield from _described(document, part, path)
    for name, inner in schema.get("properties", {}).items():
        place = f"{path}.{name}" if path else name
        text = inner.get("description") or _resolved(document, inner).get("description")
        if text:
            yield place, text
        yield from _described(document, inner, place)
    if "items" in schema:
        yield from _described(document, schema["items"], f"{path}[]")


def _resolved(document: Any, schema: Any) -> Any:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


if __name__ == "__main__":
    sys.exit(main())
