"""The services' OpenAPI extracts, where they lie beside the project: their operations, as JSON Schema."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

from support.contradictions import AMENDMENTS

Schema: TypeAlias = dict[str, Any]
Service: TypeAlias = Literal["management", "authentication", "twilio"]

FOLDER = Path(__file__).parents[2].parent / "shared" / "spec"
PRESENT = FOLDER.is_dir()

_METHODS = ("get", "post", "put", "patch", "delete")
_LIMITS = {f"{end}{what}" for end in ("min", "max") for what in ("Length", "Items", "Properties", "imum")}
_KEPT = _LIMITS | {"type", "enum", "format", "pattern", "required"}
_BASES: dict[Service, str] = {"management": "/api/v2", "authentication": "", "twilio": ""}


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """A parameter of the path or the query."""

    name: str
    where: str
    required: bool
    schema: Schema


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """A method of a path.

    Attributes:
        service: Which API it belongs to.
        method: The HTTP method.
        path: The path with its braces, as the sandbox serves it.
        parameters: Those of the path and the query.
        body: What it takes; None where it takes nothing.
        answers: The schema of each documented status; None where no body is documented.
        pattern: Matches the paths that the braces allow.
    """

    service: Service
    method: str
    path: str
    parameters: tuple[Parameter, ...] = field(repr=False)
    body: Schema | None = field(repr=False)
    answers: Mapping[int, Schema | None] = field(repr=False)
    pattern: re.Pattern[str] = field(repr=False)

    def __str__(self) -> str:
        """The operation as a test's name shows it."""
        return f"{self.method} {self.path}"

    def of(self, where: str) -> list[Parameter]:
        """Its parameters of one place."""
        return [parameter for parameter in self.parameters if parameter.where == where]


class Document:
    """One OpenAPI document.

    Args:
        name: The file without its ending.
        service: The API that it describes.
    """

    def __init__(self, name: str, service: Service) -> None:
        self.service = service
        self._content = json.loads((FOLDER / f"{name}.json").read_text())
        # Twilio's documents name no required key and close nothing, but a resource always has all its fields.
        self._whole = service == "twilio"
        self._named: dict[str, Schema] = {}

    def operations(self) -> Iterator[Operation]:
        """Every operation, with its schemas translated."""
        for path, item in self._content["paths"].items():
            for method in _METHODS:
                if method in item:
                    yield self._operation(path, method.upper(), item[method])

    def _operation(self, path: str, method: str, content: Schema) -> Operation:
        found = [one for one in content.get("parameters", ()) if one.get("in") in ("path", "query")]
        parameters = tuple(
            Parameter(one["name"], one["in"], one.get("required", False), self._translate(one["schema"], asked=True))
            for one in found
        )
        media = content.get("requestBody", {}).get("content", {})
        body = next((self._translate(one["schema"], asked=True) for one in media.values()), None)
        full = _BASES[self.service] + path
        answers = {int(status): self._answer(one) for status, one in content["responses"].items()}
        return Operation(self.service, method, full, parameters, body, answers, _pattern(full, parameters))

    def _answer(self, response: Schema) -> Schema | None:
        media = response.get("content", {}).get("application/json")
        return None if media is None else self._translate(media["schema"])

    def _translate(self, schema: Schema, *, asked: bool = False) -> Schema:
        if "$ref" in schema:
            return self._resolve(schema["$ref"].rpartition("/")[2], asked=asked)
        result = {key: value for key, value in schema.items() if key in _KEPT}
        if "properties" in schema:
            result["properties"] = {key: self._field(one, asked=asked) for key, one in schema["properties"].items()}
        if "items" in schema:
            result["items"] = self._translate(schema["items"], asked=asked)
        # Branches overlap in places ({"clients": []} fits two of them), so that "one of" can only mean "any of".
        branches = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
        if branches:
            result["anyOf"] = [self._translate(one, asked=asked) for one in branches]
        if "additionalProperties" in schema:
            others = schema["additionalProperties"]
            is_schema = isinstance(others, dict)
            result["additionalProperties"] = self._translate(others, asked=asked) if is_schema else others
        return self._lenient(schema, result) if self._whole and not asked else result

    def _resolve(self, name: str, *, asked: bool) -> Schema:
        key = f"{name} {asked}"
        if key not in self._named:
            schema = self._content["components"]["schemas"][name]
            result = self._translate(schema, asked=asked)
            own = result["anyOf"][0] if schema.get("nullable") and self._whole and not asked else result
            if self._whole and not asked and "properties" in schema:
                own |= {"required": list(schema["properties"]), "additionalProperties": False}
            own |= _amended(name, own, asked=asked)
            self._named[key] = result
        return self._named[key]

    def _field(self, schema: Schema, *, asked: bool) -> Schema:
        found = self._translate(schema, asked=asked)
        if self._whole and not asked and "$ref" in schema:
            return {"anyOf": [found, {"type": "null"}]}  # a resource within one may be null, as in the examples
        return found

    def _lenient(self, schema: Schema, result: Schema) -> Schema:
        """What Twilio's official examples show: numbers in strings, and null or "" for what has a form."""
        if result.get("type") in ("number", "integer") and schema.get("format") != "int32":
            result["type"] = [result["type"], "string"]
        if schema.get("nullable") or "enum" in schema or "pattern" in schema:
            return {"anyOf": [result, {"type": "null"}, {"const": ""}]}
        return result


def _amended(name: str, schema: Schema, *, asked: bool) -> Schema:
    """What changes in a named schema."""
    amendment = AMENDMENTS.get(name)
    if amendment is None:
        return {}
    more = amendment.properties | ({} if asked else amendment.answered)
    properties = schema.get("properties", {}) | more
    if amendment.nulls:
        properties = {key: {"anyOf": [one, {"type": "null"}]} for key, one in properties.items()}
    return {
        "properties": properties,
        "required": [key for key in schema.get("required", ()) if key not in amendment.not_required],
    }


def _pattern(path: str, parameters: tuple[Parameter, ...]) -> re.Pattern[str]:
    forms = {one.name: one.schema.get("pattern", "^[^/]+$").removeprefix("^").removesuffix("$") for one in parameters}
    parts = re.split(r"\{(\w+)\}", path)
    return re.compile("".join(f"(?:{forms[one]})" if index % 2 else re.escape(one) for index, one in enumerate(parts)))


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation of every extract, those with the fewest parameters in their path first."""
    if not PRESENT:
        return ()
    names: dict[str, Service] = {"auth0_management": "management", "auth0_management_more": "management"}
    names |= {"auth0_authentication": "authentication"}
    names |= {path.stem: "twilio" for path in sorted(FOLDER.glob("twilio_*.json"))}
    found = [one for name, service in names.items() for one in Document(name, service).operations()]
    once = {str(one): one for one in found}  # two extracts of one document have some operations in common
    return tuple(sorted(once.values(), key=lambda one: len(one.of("path"))))


def find(method: str, path: str) -> Operation | None:
    """The operation that a request means, if an extract has it."""
    asked = "GET" if method == "HEAD" else method
    return next((one for one in operations() if one.method == asked and one.pattern.fullmatch(path)), None)
