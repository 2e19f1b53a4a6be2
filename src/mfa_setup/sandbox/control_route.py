"""Passes a control call to its handler, with the sandbox and the JSON body."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mfa_setup.sandbox.auth0.state import Tenant
from mfa_setup.sandbox.payloads import read_json
from mfa_setup.sandbox.services import CONTROL
from mfa_setup.sandbox.world import World

_LISTED = 5


@dataclass(frozen=True, slots=True)
class ControlCall:
    """A control call as its handler receives it.

    Attributes:
        world: The sandbox.
        path: The path parameters.
        query: The query parameters.
        json: The parsed body; an empty object if the request has none.
    """

    world: World
    path: Mapping[str, str]
    query: Mapping[str, str]
    json: Any

    @property
    def named(self) -> Tenant | None:
        """The tenant that `?tenant=DOMAIN` or the body's `tenant` key names; None if neither is present.

        Raises:
            ValueError: No tenant has this domain.
        """
        name: Any = self.query.get("tenant")
        if name is None and isinstance(self.json, dict):
            name = self.json.get("tenant")
        if name is None:
            return None
        if not isinstance(name, str) or name not in self.world.tenants:
            raise ValueError(f"tenant must be one of {_list(self.world.tenants)}")
        return self.world.tenants[name]

    @property
    def tenant(self) -> Tenant:
        """The tenant that the call is about: the named tenant, or the only one.

        Raises:
            ValueError: No tenant has this domain, or there are several tenants and none is named.
        """
        named = self.named
        if named is None and len(self.world.tenants) > 1:
            raise ValueError(f"name a tenant by ?tenant=: one of {_list(self.world.tenants)}")
        return named if named is not None else self.world.first

    @property
    def body(self) -> dict[str, Any]:
        """The body as a JSON object.

        Raises:
            ValueError: The body is not an object.
        """
        if not isinstance(self.json, dict):
            raise ValueError("the body must be a JSON object")  # noqa: TRY004 - every error is a ValueError
        return self.json


def _list(domains: Collection[str]) -> str:
    """Returns the tenants' domains as text; only the first ones if there are many."""
    more = f" and {len(domains) - _LISTED} more" if len(domains) > _LISTED else ""
    return ", ".join(islice(domains, _LISTED)) + more


Handler = Callable[[ControlCall], Any]


def control_route(path: str, method: str, handler: Handler, status: int = 200) -> Route:
    """Builds the route of a control call.

    Args:
        path: The path under `/_sandbox`.
        method: The HTTP method.
        handler: Returns the value to answer as JSON; a `ValueError` is answered with 400 and its text.
        status: The status of the answer.
    """

    async def serve(request: Request) -> Response:
        try:
            answer = handler(await _call(request))
        except ValueError as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        return JSONResponse(answer, status_code=status)

    return Route(CONTROL + path, serve, methods=[method])


async def _call(request: Request) -> ControlCall:
    raw = await request.body()
    try:
        body = read_json(raw) if raw else {}
    except ValueError as error:
        raise ValueError(f"the body is not JSON: {error}") from error
    return ControlCall(request.app.state.world, request.path_params, request.query_params, body)
