"""The descriptions of properties, which validation errors quote (recorded); `tools/descriptions.py` writes the file."""

import json
from functools import cache
from pathlib import Path

from mfa_setup.sandbox.auth0.validation import Schema


@cache
def texts_of(endpoint: str) -> dict[str, str]:
    """The descriptions for an endpoint, such as `POST /clients`, by the path of the property."""
    return _all().get(endpoint, {})


@cache
def _all() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(
        Path(__file__).with_name("descriptions.json").read_text(encoding="utf-8")
    )
    return found


def described(schema: Schema, texts: dict[str, str], path: str = "") -> Schema:
    """The schema with a description for each property that has one; the branches of a choice have theirs, too."""
    changed = dict(schema)
    if "properties" in schema:
        changed["properties"] = {
            name: _named(inner, texts, f"{path}.{name}" if path else name)
            for name, inner in schema["properties"].items()
        }
    if "items" in schema:
        changed["items"] = described(schema["items"], texts, f"{path}[]")
    if "anyOf" in schema:
        changed["anyOf"] = [described(branch, texts, path) for branch in schema["anyOf"]]
    return changed


def _named(schema: Schema, texts: dict[str, str], path: str) -> Schema:
    inner = described(schema, texts, path)
    return inner | {"description": texts[path].removesuffix(".")} if path in texts else inner
