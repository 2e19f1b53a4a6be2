"""Defines an endpoint of the Management API: token, scope, query and body are checked before its handler runs."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from inspect import isawaitable
from typing import Any, TypeAlias

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mfa_setup.sandbox.auth0.documents import body_of, parameters_of
from mfa_setup.sandbox.auth0.errors import ManagementError, invalid_body
from mfa_setup.sandbox.auth0.events import api_operation
from mfa_setup.sandbox.auth0.reached import reached
from mfa_setup.sandbox.auth0.state import Tenant
from mfa_setup.sandbox.auth0.tokens import authenticate, require_scope
from mfa_setup.sandbox.auth0.validation import Schema, check_body, check_path, check_query
from mfa_setup.sandbox.payloads import read_json

BASE = "/api/v2"

_INTEGER = re.compile(r"-?[0-9]{1,15}")
"""Numbers with more digits are never a page or a size; such a text is rejected because it is not an integer."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that has passed every check.

    Attributes:
        tenant: The tenant that received the request.
        scopes: The scopes of the token.
        path: The path parameters.
        query: The query parameters, converted to their types.
        body: The payload; None if there is none.
        headers: The headers of the request.
        client_id: The application that the token was issued to.
    """

    tenant: Tenant
    scopes: frozenset[str]
    path: dict[str, str]
    query: dict[str, Any]
    body: Any
    headers: Headers = field(default_factory=Headers)
    client_id: str | None = None


Answer: TypeAlias = Response | dict[str, Any] | list[Any] | None
Handler: TypeAlias = Callable[[Call], Answer | Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A path and method of the Management API, with the scopes and schemas that it requires.

    Attributes:
        method: The HTTP method.
        path: The path under `/api/v2`.
        scopes: The scopes of which the token needs one.
        handler: Answers the checked call; a plain value is sent as JSON, None as 204.
        body: Schema of the payload, if the OpenAPI document has none.
        query: Schemas of the query parameters.
        params: Schemas of the path parameters that need one.
        status: The HTTP status of a JSON answer.
        needs_every_scope: Whether the token needs all of the scopes.
    """

    method: str
    path: str
    scopes: tuple[str, ...]
    handler: Handler
    body: Schema | None = None
    query: dict[str, Schema] = field(default_factory=dict)
    params: dict[str, Schema] = field(default_factory=dict)
    status: int = HTTPStatus.OK
    needs_every_scope: bool = False

    def __post_init__(self) -> None:
        """Takes the payload schema and the parameter descriptions, which errors quote, from the OpenAPI document."""
        key = f"{self.method} {self.path}"
        if self.body is None:
            object.__setattr__(self, "body", body_of(key))
        texts = parameters_of(key)
        for kind in ("query", "params"):
            schemas: dict[str, Schema] = getattr(self, kind)
            about = {name: one | {"description": texts.get(name, "")} for name, one in schemas.items()}
            object.__setattr__(self, kind, about)

    def route(self) -> Route:
        """Returns the Starlette route that serves the endpoint."""
        return Route(BASE + self.path, self._serve, methods=[self.method])

    async def _serve(self, request: Request) -> Response:
        tenant = reached(request.scope)
        if tenant is None:
            return ManagementError(HTTPStatus.NOT_FOUND, "Not Found").response()
        client_id: str | None = None
        try:
            claims = authenticate(tenant.key, request.headers.get("authorization"), tenant.audiences)
            client_id = claims.get("azp")
            scopes = frozenset(str(claims.get("scope", "")).split())
            for wanted in [(one,) for one in self.scopes] if self.needs_every_scope else [self.scopes]:
                require_scope(scopes, wanted)
            path = dict(request.path_params)
            check_path({"properties": self.params}, path)
            query, body = self._query(request), await self._body(request)
            answer = self.handler(Call(tenant, scopes, path, query, body, request.headers, client_id))
            response = self._response(await answer if isawaitable(answer) else answer)
        except ManagementError as error:
            response = error.response()
        api_operation(tenant, request, self.path, client_id, response.status_code)
        return response

    def _query(self, request: Request) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, text in request.query_params.multi_items():
            schema = self.query.get(name, {})
            if schema.get("type") == "array":
                values.setdefault(name, []).append(text)
            else:
                values[name] = _typed(text, schema.get("type"))
        check_query(self.query, values)
        return values

    async def _body(self, request: Request) -> Any:
        if self.body is None:
            return None
        raw = await request.body()
        try:
            body = read_json(raw) if raw else None
        except ValueError as error:
            # not verified: the text for a payload that is not JSON
            raise invalid_body("Invalid request payload JSON format") from error
        check_body(self.body, body)
        return body

    def _response(self, answer: Answer) -> Response:
        if isinstance(answer, Response):
            return answer
        if answer is None:
            return Response(status_code=HTTPStatus.NO_CONTENT)
        return JSONResponse(answer, status_code=self.status)


def _typed(text: str, kind: object) -> Any:
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    if kind in ("integer", "number") and _INTEGER.fullmatch(text):
        return int(text)
    return text


def pick(item: dict[str, Any], query: dict[str, Any]) -> dict[str, Any]:
    """Applies `fields` and `include_fields`, which most reads accept: keeps only the named keys, or all others."""
    if "fields" not in query:
        return item
    names = query["fields"].split(",")
    keep = query.get("include_fields", True)
    return {name: value for name, value in item.items() if (name in names) == keep}
