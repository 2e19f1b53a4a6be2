"""Passes a request to its handler, with checked credentials, fields and state."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route
from starlette.types import Scope

from mfa_setup.sandbox.payloads import is_form, read_form
from mfa_setup.sandbox.twilio.access import Access, admit
from mfa_setup.sandbox.twilio.auth import Caller
from mfa_setup.sandbox.twilio.errors import TwilioError, error, missing
from mfa_setup.sandbox.twilio.forms import INVALID, Fields
from mfa_setup.sandbox.twilio.ids import new_sid
from mfa_setup.sandbox.twilio.products import product_of
from mfa_setup.sandbox.twilio.state import TwilioState
from mfa_setup.sandbox.unserved import note

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True, slots=True)
class Call:
    """A checked request as its handler receives it: its fields, path parameters and account."""

    request: Request
    state: TwilioState
    query: Fields
    form: Fields
    path: Mapping[str, str]
    caller: Caller

    @property
    def base(self) -> str:
        """The URL of the request up to the version, for the absolute links that the v1 APIs contain."""
        return f"{self.request.url.scheme}://{self.request.url.netloc}{self.request.scope['root_path']}"

    def absent(self) -> TwilioError:
        """Return the error for a resource that does not exist."""
        return missing(self.request.url.path)


Handler = Callable[[Call], Response]


def answer(body: Mapping[str, object], status: int = 200) -> Response:
    """Build a JSON response."""
    return JSONResponse(body, status_code=status)


def no_content() -> Response:
    """Build the response to a deletion (OpenAPI: 204)."""
    return Response(status_code=204)


class ProductRoute(Route):
    """A route of one product; it does not match requests to another product."""

    def __init__(self, path: str, endpoint: Callable[[Request], Awaitable[Response]], product: str | None) -> None:
        super().__init__(path, endpoint, methods=_METHODS)
        self.product = product

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match the path if the request is for this product."""
        found, inner = super().matches(scope)
        if found is not Match.NONE and product_of(scope["path"]) != self.product:
            return Match.NONE, {}
        return found, inner


def room(
    path: str,
    methods: Mapping[str, Handler],
    *,
    magic: Mapping[str, Handler] | None = None,
    keys: bool = True,
    product: str | None = None,
) -> Route:
    """Build the route of a path.

    Args:
        path: Starlette's path pattern.
        methods: The handler of each method; other methods are answered with 405.
        magic: Handlers for test credentials, which have access to nothing else (sources: twilio-test-credentials).
        keys: Whether a Standard API key has access (sources: twilio-credentials).
        product: The product that the path belongs to, if another product has the same path.
    """

    async def endpoint(request: Request) -> Response:
        try:
            access = admit(request, keys=keys)
            response = _handler(request, access.caller, methods, magic or {})(await _call(request, access))
        except TwilioError as refusal:
            response = error(refusal.status, refusal.code, refusal.message)
        response.headers["Twilio-Request-Id"] = new_sid("RQ")
        response.headers["Twilio-Concurrent-Requests"] = "1"
        return response

    return ProductRoute(path, endpoint, product or product_of(path))


async def _call(request: Request, access: Access) -> Call:
    query = request.query_params.multi_items()
    form = Fields(await _form(request))
    return Call(request, access.state, Fields(query), form, request.path_params, access.caller)


async def _form(request: Request) -> list[tuple[str, str]]:
    """Parse a form (OpenAPI: every body is `application/x-www-form-urlencoded`); other bodies have no fields."""
    if not is_form(request.headers.get("content-type", "")):
        return []
    try:
        return read_form(await request.body())
    except ValueError as unreadable:
        raise TwilioError(400, INVALID, "The body is not a form in UTF-8") from unreadable  # not verified: all of it


def _handler(request: Request, caller: Caller, methods: Mapping[str, Handler], magic: Mapping[str, Handler]) -> Handler:
    method = "GET" if request.method == "HEAD" else request.method
    if method not in methods:
        note(method, request.url.path, 405)
        raise TwilioError(405, 20004, "Method not allowed")  # not verified: the code
    if caller is not Caller.TEST:
        return methods[method]
    if method not in magic:
        raise TwilioError(403, 20008, "Resource not accessible with Test Account Credentials")
    return magic[method]
