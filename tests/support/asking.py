"""Requests to an operation: such as its document allows, and such as it does not."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from urllib.parse import quote

from hypothesis import assume
from hypothesis import strategies as st

from support.generated import Flaw, Values, flaws, values
from support.known import Seed
from support.specification import Operation, Parameter

Pairs: TypeAlias = tuple[tuple[str, str], ...]
Adjust: TypeAlias = Callable[[dict[str, Any], Seed], dict[str, Any]]

_MOST_QUERIES = 4
_COUNTED = frozenset({"Page", "PageToken"})


@dataclass(frozen=True, slots=True)
class Request:
    """A request.

    Attributes:
        method: The HTTP method.
        path: The path, quoted.
        query: The query's parameters.
        body: The payload of the Management API, or the form of Twilio's APIs; None: there is none.
        what: What is wrong with it; empty where nothing is.
        where: Where it is wrong: `path`, `query` or `body`.
    """

    method: str
    path: str
    query: Pairs
    body: Any
    what: str = ""
    where: str = ""

    def __str__(self) -> str:
        """The request as a failure shows it."""
        return f"{self.method} {self.path} {dict(self.query)} {json.dumps(self.body)[:1000]} {self.what}"


@dataclass(frozen=True, slots=True)
class _Parts:
    """A request with its parameters apart, as values of their schemas."""

    operation: Operation
    path: dict[str, Any]
    query: dict[str, Any]
    body: Any

    def request(self, what: str = "", where: str = "", more: Pairs = ()) -> Request:
        path = self.operation.path
        for name, value in self.path.items():
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
        body = _form(self.body) if self.operation.service == "twilio" and self.body is not None else self.body
        return Request(self.operation.method, path, _pairs(self.query) + more, body, what, where)


def valid_requests(operation: Operation, seed: Seed) -> st.SearchStrategy[Request]:
    """Requests that the document allows, about things that exist and about others."""
    return _parts(operation, seed, unknown=True).map(_Parts.request)


def flawed_requests(operation: Operation, seed: Seed) -> st.SearchStrategy[Request]:
    """Requests with one flaw, about things that exist."""

    @st.composite
    def build(draw: st.DrawFn) -> Request:
        parts = draw(_parts(operation, seed, unknown=False))
        found = [*_path_flaws(parts), *_query_flaws(parts), *_body_flaws(parts)]
        assume(found)
        return draw(st.sampled_from(found))

    return build()


def has_flaws(operation: Operation) -> bool:
    """Whether a request to the operation can have a flaw at all."""
    if operation.service == "management" or operation.body is not None:
        return True
    return any(_textual_flaws(one, "x") for one in operation.parameters)


def _parts(operation: Operation, seed: Seed, *, unknown: bool) -> st.SearchStrategy[_Parts]:
    optional = [one for one in operation.of("query") if one.name not in _COUNTED]

    @st.composite
    def build(draw: st.DrawFn) -> _Parts:
        path = {}
        for one in operation.of("path"):
            known = seed.ids(operation, one)
            is_known = known and not (unknown and draw(st.integers(0, 3)) == 0)
            path[one.name] = draw(st.sampled_from(known) if is_known else _parameter(operation, one))
        chosen = (
            draw(st.lists(st.sampled_from(optional), unique_by=lambda one: one.name, max_size=_MOST_QUERIES))
            if optional
            else []
        )
        query = {one.name: draw(_parameter(operation, one)) for one in chosen}
        body = None if operation.body is None else draw(_bodies(operation, seed))
        return _Parts(operation, path, query, body)

    return build()


def _parameter(operation: Operation, parameter: Parameter) -> Values:
    if parameter.name in _NAMED and operation.service == "twilio":
        return _NAMED[parameter.name]
    if (operation.path, parameter.name) in _PROSE:
        return _PROSE[operation.path, parameter.name]
    found = values(parameter.schema)
    # "." and ".." are no names of anything in a path: clients and servers resolve them.
    return found.filter(lambda value: str(value).strip(".") != "") if parameter.where == "path" else found


def _bodies(operation: Operation, seed: Seed) -> Values:
    assert operation.body is not None
    found = values(operation.body)
    if operation.service == "twilio":
        found = _named_fields(operation, found)
    adjust = _ADJUSTED.get(str(operation))
    return found if adjust is None else found.map(lambda body: adjust(body, seed))


def _named_fields(operation: Operation, found: Values) -> Values:
    """Fields whose form only the prose of the document tells."""

    @st.composite
    def build(draw: st.DrawFn) -> dict[str, Any]:
        body: dict[str, Any] = draw(found)
        named = [name for name in body if name in _NAMED and "enum" not in _field(operation, name)]
        return body | {name: draw(_NAMED[name]) for name in named}

    return build()


def _field(operation: Operation, name: str) -> dict[str, Any]:
    found: dict[str, Any] = (operation.body or {}).get("properties", {}).get(name, {})
    return found


def _path_flaws(parts: _Parts) -> list[Request]:
    found = []
    for one in parts.operation.of("path"):
        for what, bad in _textual_flaws(one, str(parts.path[one.name])):
            if bad:
                changed = _Parts(parts.operation, parts.path | {one.name: bad}, parts.query, parts.body)
                found.append(changed.request(f"{one.name}: {what}", "path"))
    return found


def _query_flaws(parts: _Parts) -> list[Request]:
    found = []
    # A filter by phone takes parts of numbers, too, and addresses that are none.
    for one in (one for one in parts.operation.of("query") if one.schema.get("format") != "phone-number"):
        for what, bad in _textual_flaws(one, str(parts.query.get(one.name, ""))):
            changed = _Parts(parts.operation, parts.path, parts.query | {one.name: bad}, parts.body)
            found.append(changed.request(f"{one.name}: {what}", "query"))
    if parts.operation.service == "management":
        found.append(parts.request("a parameter that is not known", "query", (("no_such_parameter", "1"),)))
    return found


def _textual_flaws(parameter: Parameter, value: str) -> list[Flaw]:
    """What is wrong with a text in place of the value that a parameter takes; an empty one means nothing."""
    return [(what, bad) for what, bad in _form_flaws(parameter.schema, value) if bad]


def _form_flaws(schema: dict[str, Any], value: Any) -> list[Flaw]:
    """The flaws that can be written as a text."""
    kind = schema.get("type")
    if kind == "boolean":
        return [("no boolean", "maybe")]
    if kind in ("integer", "number"):
        beyond = [(name, schema[name] + step) for name, step in (("minimum", -1), ("maximum", 1)) if name in schema]
        return [("no number", "many"), *((f"beyond its {name}", str(bad)) for name, bad in beyond)]
    if kind == "array":
        return [(what, [bad]) for what, bad in _form_flaws(schema.get("items", {}), value)]
    return [(what, bad) for what, bad in flaws(schema, value) if isinstance(bad, str)]


def _body_flaws(parts: _Parts) -> list[Request]:
    operation = parts.operation
    if operation.body is None:
        return []
    bodies = flaws(operation.body, parts.body) if operation.service == "management" else _fields_flaws(parts)
    return [_Parts(operation, parts.path, parts.query, bad).request(what, "body") for what, bad in bodies]


def _fields_flaws(parts: _Parts) -> list[Flaw]:
    assert parts.operation.body is not None
    found: list[Flaw] = [
        (f"without {name}", {key: value for key, value in parts.body.items() if key != name})
        for name in parts.operation.body.get("required", ())
    ]
    for name, schema in parts.operation.body["properties"].items():
        bad_ones = _form_flaws(schema, parts.body.get(name, ""))
        found += [(f"{name}: {what}", parts.body | {name: bad}) for what, bad in bad_ones if bad]
    return found


def _pairs(fields: dict[str, Any]) -> Pairs:
    return tuple((name, text) for name, value in fields.items() for text in _texts(value))


def _form(fields: dict[str, Any]) -> dict[str, list[str]]:
    return {name: _texts(value) for name, value in fields.items()}


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    if isinstance(value, bool):
        return [str(value).lower()]
    return [json.dumps(value) if isinstance(value, dict) else str(value)]


_PROSE: Final[dict[tuple[str, str], Values]] = {
    ("/api/v2/clients", "q"): st.just("client_grant.audience:x"),
}
"""Parameters of the Management API whose form only the prose of the document tells."""

_NAMED: Final[dict[str, Values]] = {
    "AreaCode": st.sampled_from(["415", "512", "212"]),
    "Body": st.sampled_from(["123456 is your code", "x" * 1600]),
    "CallDelay": st.integers(0, 60),
    "Contains": st.sampled_from(["415", "415*******", "+1415", "AUTH", "%99"]),
    "CountryCode": st.sampled_from(["US", "CA", "GB", "DE", "FR"]),
    "Distance": st.integers(1, 500),
    "Fields": st.sampled_from(["line_type_intelligence", "line_type_intelligence,caller_name"]),
    "FriendlyName": st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=64),
    "InRateCenter": st.just("SNFC CNTRL"),
    "LogLevel": st.sampled_from(["error", "warning", "notice", "debug"]),
    "NearLatLong": st.sampled_from(["37.78,-122.41", "-33.9,151.2"]),
    "Origin": st.sampled_from(["twilio", "hosted"]),
    "Permissions": st.lists(
        st.fixed_dictionaries(
            {
                "country_code": st.sampled_from(["US", "DE", "NG", "IR"]),
                "type": st.just("country"),
                "enabled": st.booleans(),
            }
        ),
        min_size=1,
        max_size=2,
    ),
    "Usecase": st.sampled_from(["notifications", "marketing", "verification", "discussion", "poll", "undeclared"]),
    "ValidityPeriod": st.integers(1, 36000),
}
"""Parameters of Twilio's APIs whose form only the prose of the documents tells."""


def _enabled_clients(body: Any, seed: Seed) -> Any:
    return [one | {"client_id": next(iter(seed.tenant.clients))} for one in body]


def _grant(body: dict[str, Any], seed: Seed) -> dict[str, Any]:
    return body | {"client_id": list(seed.tenant.clients)[-1], "audience": seed.tenant.audiences[0]}


def _user(body: dict[str, Any], seed: Seed) -> dict[str, Any]:
    del seed
    needed = {"connection": "Username-Password-Authentication", "password": "s3cret-Word!"}
    return body | needed | {"email": "joe@example.org"}


def _ticket(body: dict[str, Any], seed: Seed) -> dict[str, Any]:
    return body | {"user_id": next(iter(seed.tenant.people.users))}


def _action(body: dict[str, Any], seed: Seed) -> dict[str, Any]:
    del seed
    trigger = {"id": "post-login", "version": "v3"}
    offered = {
        "supported_triggers": [trigger],
        "runtime": "node18-actions",
        "secrets": [{"name": f"secret-{number}", "value": "x"} for number, _ in enumerate(body.get("secrets", ()))],
    }
    return body | {name: value for name, value in offered.items() if name in body}


def _bindings(body: dict[str, Any], seed: Seed) -> dict[str, Any]:
    ref = {"type": "action_id", "value": next(iter(seed.tenant.actions.actions))}
    bound = {"bindings": [one | {"ref": ref} for one in body["bindings"]]} if "bindings" in body else {}
    return body | bound


def _with_users(body: dict[str, Any], seed: Seed) -> dict[str, Any]:
    return body | {"users": list(seed.tenant.people.users)}


def _with_roles(body: dict[str, Any], seed: Seed) -> dict[str, Any]:
    return body | {"roles": list(seed.tenant.roles)}


_ADJUSTED: Final[dict[str, Adjust]] = {
    "POST /api/v2/actions/actions": _action,
    "PATCH /api/v2/actions/actions/{id}": _action,
    "PATCH /api/v2/actions/triggers/{triggerId}/bindings": _bindings,
    "POST /api/v2/roles/{id}/users": _with_users,
    "POST /api/v2/users/{id}/roles": _with_roles,
    "DELETE /api/v2/users/{id}/roles": _with_roles,
    "PATCH /api/v2/connections/{id}/clients": _enabled_clients,
    "POST /api/v2/client-grants": _grant,
    "POST /api/v2/guardian/enrollments/ticket": _ticket,
    "POST /api/v2/users": _user,
}
"""Payloads that name things which must exist."""
