"""Values that a schema allows, as hypothesis strategies, and values that are just beside it."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final, TypeAlias

import jsonschema
from hypothesis import strategies as st

from support.specification import Schema

Values: TypeAlias = st.SearchStrategy[Any]
Flaw: TypeAlias = tuple[str, Any]
"""What is wrong, and the whole value with it."""

_MOST_OPTIONAL = 4
_LONG = 2000
_BAD_FORMAT = "not of the format"
_ALPHANUMERIC = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_CHARACTERS = st.characters(exclude_categories=["Cs"])
_TEXT = st.text(_CHARACTERS, max_size=12)


def _id(prefix: str, length: int) -> Values:
    return st.text(_ALPHANUMERIC, min_size=length, max_size=length).map(lambda rest: prefix + rest)


_HTTPS = st.sampled_from(["https://example.com", "https://example.com/a?b=c", "https://app.example.com:8443/x"])
_URLS = _HTTPS | st.sampled_from(["http://localhost:3000", "http://127.0.0.1:8080/callback"])
_EMAILS = st.sampled_from(["jane@example.com", "jane.doe+mfa@mail.example.org"])
FORMATS: Final[dict[str, Values]] = {
    "absolute-https-uri-or-empty": _HTTPS | st.just(""),
    "absolute-https-uri-with-placeholders-or-empty": _HTTPS | st.sampled_from(["", "https://{org}.example.com/in"]),
    "absolute-uri-or-empty": _URLS | st.just(""),
    "acr": st.sampled_from(["http://schemas.openid.net/pape/policies/2007/06/multi-factor", "urn:acr:gold"]),
    "callback-url": _URLS | st.sampled_from(["com.example.app://callback", "https://*.example.com/callback"]),
    "cidr": st.just("192.0.2.0/24"),
    "client-id": _id("", 32),
    "connection-profile-id": _id("cop_", 16),
    "connection-realm": st.sampled_from(["Username-Password-Authentication", "acme"]),
    "credential-id": _id("cred_", 22),
    "date": st.dates().map(str),
    "date-time": st.sampled_from(["2026-11-24T10:00:00Z", "2026-11-24T10:00:00.123Z", "2026-11-24T10:00:00+02:00"]),
    "ec-initiate-login-uri-template-url": st.just("https://example.com/start?org={organization_name}"),
    "email": _EMAILS,
    "email-or-empty": _EMAILS | st.just(""),
    "hostname": st.sampled_from(["example.com", "login.example.com"]),
    "html-color": st.sampled_from(["#fff", "#0A84FF"]),
    "http-method": st.sampled_from(["GET", "POST"]),
    "ipv4": st.just("192.0.2.1"),
    "ipv6": st.just("2001:db8::1"),
    "ipv6_cidr": st.just("2001:db8::/32"),
    "iso-country-code": st.sampled_from(["US", "CA", "GB", "DE", "FR"]),
    "organization-id": _id("org_", 16),
    "organization-name": st.sampled_from(["acme", "acme-2_eu", "1st"]),
    "phone-number": st.sampled_from(["+14155550123", "+12025550156", "+442071838750", "+4915112345678"]),
    "strict-https-uri-or-null": _HTTPS,
    "strict-uri": _HTTPS,
    "uri": _HTTPS,
    "url": _URLS,
    "url-or-null": _URLS,
    "url-with-placeholders": _URLS
    | st.sampled_from(["https://*.example.com", "https://{organization_name}.example.com"]),
    "user-attribute-profile-id": _id("uap_", 16),
    "user-id": _id("auth0|", 24),
    "user-id-with-max-length": _id("auth0|", 24),
    "uuid": st.uuids().map(str),
}
BAD_FORMATS: Final[dict[str, str]] = {
    "absolute-https-uri-or-empty": "http://example.com",
    "absolute-https-uri-with-placeholders-or-empty": "http://example.com",
    "absolute-uri-or-empty": "no uri",
    "callback-url": "*.example.com/callback",
    "client-id": "no client!",
    "date": "yesterday",
    "date-time": "yesterday",
    "email": "nobody",
    "email-or-empty": "nobody",
    "html-color": "red",
    "organization-name": "Acme Inc.",
    "phone-number": "nobody",
    "strict-https-uri-or-null": "http://example.com",
    "strict-uri": "no uri",
    "user-id-with-max-length": "nobody",
    "url": "no url",
    "url-or-null": "no url",
    "url-with-placeholders": "no url",
    "uuid": "no uuid",
}
"""For some formats, what has it not."""


def types(schema: Schema) -> list[str]:
    """The types that a schema names."""
    found = schema.get("type", [])
    return [found] if isinstance(found, str) else list(found)


def values(schema: Schema) -> Values:
    """What a schema allows."""
    key = id(schema)
    if key not in _KNOWN:
        _KNOWN[key] = (schema, _values(schema))
    return _KNOWN[key][1]


_KNOWN: dict[int, tuple[Schema, Values]] = {}


def _values(schema: Schema) -> Values:
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of([values(branch) for branch in schema["anyOf"]])
    named = types(schema)
    if not named:
        return _TEXT | st.none() | st.booleans() | st.integers(0, 99) | st.just({})
    return st.one_of([_MAKERS[one](schema) for one in named])


def _strings(schema: Schema) -> Values:
    least, most = schema.get("minLength", 0), schema.get("maxLength", _LONG)
    if "format" in schema and schema["format"] != "int64":
        return FORMATS[schema["format"]]
    if "pattern" in schema:
        found = st.from_regex(str(schema["pattern"]))
        return found.filter(lambda text: least <= len(text) <= most and not text.endswith("\n"))
    some = st.text(_CHARACTERS, min_size=least, max_size=min(most, least + 12))
    return some | st.just("x" * most) if most < _LONG else some


def _integers(schema: Schema) -> Values:
    return st.integers(schema.get("minimum", -1), schema.get("maximum", 10**6))


def _numbers(schema: Schema) -> Values:
    low, high = schema.get("minimum", 0), schema.get("maximum", 10**6)
    return st.integers(low, high) | st.floats(low, high)


def _arrays(schema: Schema) -> Values:
    least = schema.get("minItems", 0)
    return st.lists(values(schema.get("items", {})), min_size=least, max_size=least + 2)


def _objects(schema: Schema) -> Values:
    known: dict[str, Schema] = schema.get("properties", {})
    must = list(schema.get("required", ()))
    may = sorted(known.keys() - set(must))
    least = max(0, schema.get("minProperties", 0) - len(must))
    most = min(_MOST_OPTIONAL, len(may), schema.get("maxProperties", _MOST_OPTIONAL + len(must)) - len(must))
    others = schema.get("additionalProperties", False)

    @st.composite
    def build(draw: st.DrawFn) -> dict[str, Any]:
        chosen = draw(st.lists(st.sampled_from(may), unique=True, min_size=least, max_size=most)) if may else []
        made = {name: draw(values(known.get(name, {}))) for name in [*must, *chosen]}
        if others is not False and draw(st.booleans()):
            made["x_other"] = draw(values(others if isinstance(others, dict) else {}))
        return made

    return build()


_MAKERS: dict[str, Callable[[Schema], Values]] = {
    "null": lambda _: st.none(),
    "boolean": lambda _: st.booleans(),
    "string": _strings,
    "integer": _integers,
    "number": _numbers,
    "array": _arrays,
    "object": _objects,
}


def flaws(schema: Schema, value: Any) -> list[Flaw]:
    """Values like this one that the schema refuses, each with one thing wrong."""
    validator = _validator(_Hold(schema))
    # The validator checks no format, so that what breaks one passes for valid.
    return [
        (what, bad) for what, bad in _flaws(schema, value) if what.endswith(_BAD_FORMAT) or not validator.is_valid(bad)
    ]


class _Hold:
    """A schema as an argument of a cached function: equal by identity."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hold) and other.schema is self.schema

    def __hash__(self) -> int:
        return id(self.schema)


@cache
def _validator(hold: _Hold) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(hold.schema)


def _flaws(schema: Schema, value: Any) -> Iterator[Flaw]:
    named = types(schema)
    yield from ((f"{wrong!r} for {'/'.join(named)}", wrong) for wrong in _WRONG if named and not _fits(wrong, named))
    if "enum" in schema:
        yield "outside of the enumeration", "no-such-value"
    for branch in schema.get("anyOf", ()):
        if _validator(_Hold(branch)).is_valid(value):
            yield from _flaws(branch, value)
    finder = _FLAWS.get(type(value))
    if finder is not None:
        yield from finder(schema, value)


_WRONG: Final[tuple[Any, ...]] = (7.5, "x", True, None, [], {})


def _fits(value: Any, named: list[str]) -> bool:
    return jsonschema.Draft202012Validator({"type": named}).is_valid(value)


def _string_flaws(schema: Schema, value: str) -> Iterator[Flaw]:
    del value
    if "enum" in schema:
        return
    if "maxLength" in schema:
        yield "too long", "x" * (schema["maxLength"] + 1)
    if schema.get("minLength"):
        yield "too short", ""
    if "pattern" in schema:
        bad = next(text for text in ("<>", "", " ") if not re.search(schema["pattern"], text))
        yield "not of the pattern", bad
    if schema.get("format") in BAD_FORMATS:
        yield _BAD_FORMAT, BAD_FORMATS[schema["format"]]


def _number_flaws(schema: Schema, value: float) -> Iterator[Flaw]:
    del value
    for name, step in (("minimum", -1), ("maximum", 1)):
        if name in schema:
            yield f"beyond its {name}", schema[name] + step


def _object_flaws(schema: Schema, value: dict[str, Any]) -> Iterator[Flaw]:
    known: dict[str, Schema] = schema.get("properties", {})
    for name in schema.get("required", ()):
        yield f"without {name}", {key: one for key, one in value.items() if key != name}
    if schema.get("additionalProperties") is False:
        yield "with another property", value | {"no_such_property": 1}
    if schema.get("minProperties"):
        yield "empty", {}
    if "maxProperties" in schema:
        yield "with too many properties", {f"key{number}": "x" for number in range(schema["maxProperties"] + 1)}
    for name, one in value.items():
        others = schema.get("additionalProperties")
        inner = known.get(name, others if isinstance(others, dict) else {})
        yield from ((f"{name}: {what}", value | {name: bad}) for what, bad in _flaws(inner, one))


def _array_flaws(schema: Schema, value: list[Any]) -> Iterator[Flaw]:
    if schema.get("minItems"):
        yield "too few", []
    if "maxItems" in schema and value:
        yield "too many", value * (schema["maxItems"] + 1)
    for index, one in enumerate(value):
        for what, bad in _flaws(schema.get("items", {}), one):
            yield f"[{index}]: {what}", [*value[:index], bad, *value[index + 1 :]]


_FLAWS: Final[dict[type, Callable[[Schema, Any], Iterator[Flaw]]]] = {
    str: _string_flaws,
    int: _number_flaws,
    float: _number_flaws,
    dict: _object_flaws,
    list: _array_flaws,
}
