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
    """What a handler gets.

    Attributes:
        world: The sandbox.
        path: The path parameters.
        query: The query.
        json: The body; an empty object where there is none.
    """

    world: World
    path: Mapping[str, str]
    query: Mapping[str, str]
    json: Any

    @property
    def named(self) -> Tenant | None:
        """The tenant that `?tenant=DOMAIN`, or the key `tenant` of the body, names; None where neither is there.

        Raises:
            ValueError: There is no such tenant.
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
        """The tenant that the call is about: the named one, or the only one.

        Raises:
            ValueError: There is no such tenant, or there are several and none is named.
        """
        named = self.named
        if named is None and len(self.world.tenants) > 1:
            raise ValueError(f"name a tenant by ?tenant=: one of {_list(self.world.tenants)}")
        return named if named is not None else self.world.first

    @property
    def body(self) -> dict[str, Any]:
        """The body, where it must be an object.

        Raises:
            ValueError: It is something else.
        """
        if not isinstance(self.json, dict):
            raise ValueError("the body must be a JSON object")  # noqa: TRY004 - every refusal is one kind of error
        return self.json


def _list(domains: Collection[str]) -> str:
    """The tenants' domains; of many, the first ones."""
    more = f" and {len(domains) - _LISTED} more" if len(domains) > _LISTED else ""
    return ", ".join(islice(domains, _LISTED)) + more


Handler = Callable[[ControlCall], Any]


def control_route(path: str, method: str, handler: Handler, status: int = 200) -> Route:
    """Serve a control call.

    Args:
        path: The path under `/_sandbox`.
        method: The HTTP method.
        handler: Returns what is answered as JSON; a `ValueError` is answered with 400 and its text.
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
