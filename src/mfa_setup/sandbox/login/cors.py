"""Cross-origin access (CORS) for browsers: the token endpoint, `/userinfo`, the MFA API and `/.well-known` (docs)."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mfa_setup.sandbox.auth0.reached import reached
from mfa_setup.sandbox.login.urls import every_origin

_PATHS = ("/oauth/token", "/userinfo")
_MFA = "/mfa/"
_PUBLIC = "/.well-known/"


def _is_open(path: str) -> bool:
    return path in _PATHS or path.startswith((_MFA, _PUBLIC))


class Cors:
    """ASGI middleware that allows calls from applications' origins; the `/.well-known` documents are open to all."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a preflight, or adds the CORS headers to the answer."""
        if scope["type"] != "http" or not _is_open(scope["path"]):
            await self.app(scope, receive, send)
            return
        sent = Headers(scope=scope)
        headers = _headers(scope, sent.get("origin", ""))
        if scope["method"] == "OPTIONS" and "access-control-request-method" in sent:
            asked = sent.get("access-control-request-headers", "")
            more = {"access-control-allow-methods": "GET, POST, DELETE", "access-control-max-age": "600"}
            more |= {"access-control-allow-headers": asked} if asked else {}
            await Response(status_code=204, headers=headers | more if headers else None)(scope, receive, send)
            return

        async def annotate(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        await self.app(scope, receive, annotate)


def _headers(scope: Scope, origin: str) -> dict[str, str]:
    if scope["path"].startswith(_PUBLIC):
        return {"access-control-allow-origin": "*"}
    tenant = reached(scope)
    if tenant is None or origin.lower() not in every_origin(tenant):
        return {"vary": "Origin"}
    # Cookies are not allowed, because the page itself holds everything that a token request needs.
    return {"access-control-allow-origin": origin, "vary": "Origin"}
